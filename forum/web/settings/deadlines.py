"""Routes of what sets the clocks: deadlines, approval, calendar, and the terms of leadership."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.domain.errors import NotFound
from forum.domain.permissions import Permission
from forum.domain.sla import PolicyClock, PolicyUnit
from forum.domain.vocabulary import Kind, Priority, TeamKind
from forum.domain.working_time import DayKind, WorkCalendar
from forum.extensions import reading
from forum.models import CalendarDay
from forum.reports import settings_lists
from forum.services import settings_calendar, settings_policies
from forum.services.recomputing import latest_progress
from forum.services.settings_calendar import FIRST_YEAR, LAST_YEAR
from forum.web.access import actor, requires
from forum.web.fields import member
from forum.web.settings.accounts import province_choices
from forum.web.settings.blueprint import blueprint, carry_out, is_done
from forum.web.settings.rules_forms import ApprovalForm, CalendarForm, LastDayForm, PolicyForm, TermForm
from forum.web.translations import gettext


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the work calendar."""

    first: date
    working_days: int
    days: Sequence[CalendarDay]


@blueprint.get("/policies")
@requires(Permission.ADMINISTER)
def policies() -> str:
    """List the deadlines of all times."""
    work = reading()
    return render_template(
        "settings/policies.html",
        rows=settings_lists.policies(work.session),
        today=work.rulebook.on,
        clocks=PolicyClock,
        units=PolicyUnit,
        kinds=Kind,
        team_kinds=TeamKind,
        priorities=Priority,
    )


@blueprint.route("/policies/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def policy_new() -> str | Response:
    """Add a deadline from a day on."""
    form = PolicyForm()
    if is_done(form, lambda work: settings_policies.add_policy(work, actor(), form.policy(work.rulebook.on))):
        return redirect(url_for("settings.policies"))
    return render_template("settings/policy_new.html", form=form)


@blueprint.route("/policies/<int:policy_id>/end", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def policy_end(policy_id: int) -> str | Response:
    """Let a deadline hold for the last time on a day."""
    work = reading()
    policy = next((p for p in work.rulebook.policies if p.id == policy_id), None)
    if policy is None:
        raise NotFound
    form = LastDayForm()

    def last_day() -> date:
        return form.last_day.data or work.rulebook.on

    if is_done(form, lambda work: settings_policies.end_policy(work, actor(), policy_id, last_day=last_day())):
        return redirect(url_for("settings.policies"))
    return render_template("settings/policy_end.html", form=form, policy=policy)


@blueprint.post("/policies/<int:policy_id>/withdraw")
@requires(Permission.ADMINISTER)
def policy_withdraw(policy_id: int) -> Response:
    """Take back a deadline that has not begun."""
    carry_out(lambda work: settings_policies.withdraw_policy(work, actor(), policy_id))
    return redirect(url_for("settings.policies"))


@blueprint.route("/approvals", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def approvals() -> str | Response:
    """Show and decide which answers a lead approves."""
    form = ApprovalForm()

    def change(work: Any) -> None:
        settings_policies.decide_approval(
            work,
            actor(),
            kind=Kind(form.kind.data),
            team_kind=member(TeamKind, form.team_kind.data),
            needs_approval=form.needs_approval.data,
            source=form.source.data or "",
        )

    if is_done(form, change):
        return redirect(url_for("settings.approvals"))
    rows = settings_lists.approvals(reading().session)
    return render_template("settings/approvals.html", form=form, rows=rows, kinds=Kind, team_kinds=TeamKind)


@blueprint.post("/approvals/<int:approval_id>/drop")
@requires(Permission.ADMINISTER)
def approval_drop(approval_id: int) -> Response:
    """Take back an exception."""
    carry_out(lambda work: settings_policies.drop_approval(work, actor(), approval_id))
    return redirect(url_for("settings.approvals"))


@blueprint.route("/calendar", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def calendar() -> str | Response:
    """Show a year of the work calendar; enter a day."""
    work = reading()
    form = CalendarForm()
    success = gettext("Saved. The open deadlines are being counted anew.")
    if is_done(
        form,
        lambda work: settings_calendar.keep_day(work, actor(), form.exceptional_day(work.rulebook.on)),
        success,
    ):
        day = form.day.data or work.rulebook.on
        return redirect(url_for("settings.calendar", year=day.year))
    year = request.args.get("year", work.rulebook.on.year, type=int)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    first, last = settings_lists.calendar_years(work.session)
    return render_template(
        "settings/calendar.html",
        form=form,
        year=year,
        years=sorted({*range(first, last + 2), year}),
        months=_months(year, settings_lists.calendar_days(work.session, year), work.rulebook.calendar),
        kinds=DayKind,
        progress=latest_progress(work.session),
    )


@blueprint.post("/calendar/<day>/remove")
@requires(Permission.ADMINISTER)
def calendar_remove(day: str) -> Response:
    """Let a day be as any other of its week."""
    try:
        which = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    success = gettext("Removed. The open deadlines are being counted anew.")
    carry_out(lambda work: settings_calendar.remove_day(work, actor(), which), success)
    return redirect(url_for("settings.calendar", year=which.year))


@blueprint.route("/cluster", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def cluster() -> str | Response:
    """Show the terms of leadership; enter the next."""
    work = reading()
    form = TermForm(provinces=province_choices(work.rulebook.teams))

    def change(work: Any) -> None:
        since = form.since.data or work.rulebook.on
        settings_calendar.begin_term(work, actor(), since=since, lead=form.lead.data, deputy=form.deputy.data)

    if is_done(form, change):
        return redirect(url_for("settings.cluster"))
    rows = settings_lists.terms(work.session)
    return render_template("settings/cluster.html", form=form, rows=rows, today=work.rulebook.on)


@blueprint.post("/cluster/<day>/withdraw")
@requires(Permission.ADMINISTER)
def cluster_withdraw(day: str) -> Response:
    """Take back a term that has not begun."""
    try:
        since = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    carry_out(lambda work: settings_calendar.withdraw_term(work, actor(), since))
    return redirect(url_for("settings.cluster"))


def _months(year: int, days: Sequence[CalendarDay], calendar: WorkCalendar) -> list[Month]:
    months = []
    for number in range(1, 13):
        length = monthrange(year, number)[1]
        working = sum(calendar.is_working_day(date(year, number, day)) for day in range(1, length + 1))
        months.append(Month(date(year, number, 1), working, [row for row in days if row.day.month == number]))
    return months
