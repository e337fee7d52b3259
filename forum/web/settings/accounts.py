"""Routes of accounts and of what they may do where."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Permission
from forum.domain.teams import TeamDirectory
from forum.domain.vocabulary import Role, TeamKind
from forum.extensions import reading, unit_of_work
from forum.reports import settings_people
from forum.services import grants
from forum.services import settings_accounts as service
from forum.services.work import Work
from forum.web.access import actor, requires
from forum.web.fields import add_fault, choices
from forum.web.labels import name_of
from forum.web.settings.blueprint import blueprint, carry_out, is_done
from forum.web.settings.forms import AccountForm, AppointmentForm, SearchForm
from forum.web.translations import gettext


@blueprint.get("/accounts")
@requires(Permission.ADMINISTER)
def accounts() -> str:
    """List the accounts, a page at a time."""
    rows, after = settings_people.account_page(reading().session, after=request.args.get("after", "")[:60])
    older_url = url_for("settings.accounts", after=after) if after else ""
    waiting = _waiting()
    return render_template(
        "settings/accounts.html", rows=rows, older_url=older_url, form=SearchForm(), found=False, waiting=waiting
    )


@blueprint.post("/accounts/search")
@requires(Permission.ADMINISTER)
def accounts_search() -> str:
    """List the accounts with a name; names of people travel in the body, never in an address."""
    form = SearchForm()
    rows = settings_people.accounts_named(reading().session, form.name.data or "") if form.validate() else []
    waiting = _waiting()
    return render_template("settings/accounts.html", rows=rows, older_url="", form=form, found=True, waiting=waiting)


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def account_new() -> str:
    """Open an account; the answer shows its password, once."""
    form = AccountForm()
    if form.validate_on_submit():
        try:
            with unit_of_work() as work:
                opened = service.open_account(
                    work, actor(), username=form.username.data or "", display_name=form.display_name.data or ""
                )
        except InvalidInput as fault:
            add_fault(form, fault)
        else:
            return render_template("settings/account_password.html", opened=opened, is_new=True)
    return render_template("settings/account_new.html", form=form)


@blueprint.get("/accounts/<int:account_id>")
@requires(Permission.ADMINISTER)
def account(account_id: int) -> str:
    """Show an account and its memberships."""
    return _account_page(account_id, _appointment_form(request.args.get("province", "")))


@blueprint.post("/accounts/<int:account_id>/appoint")
@requires(Permission.ADMINISTER)
def account_appoint(account_id: int) -> str | Response:
    """Give a role in a team."""
    form = _appointment_form(request.args.get("province", ""))

    waits: list[bool] = []

    def change(work: Work) -> None:
        is_held = service.appoint(work, actor(), account_id, team_id=int(form.team.data), role=Role(form.role.data))
        waits.append(not is_held)

    if is_done(form, change):
        if waits[0]:
            flash(gettext("This right opens much: it holds once another administrator has confirmed it."), "warning")
        return redirect(url_for("settings.account", account_id=account_id))
    return _account_page(account_id, form)


@blueprint.post("/accounts/<int:account_id>/dismiss/<int:membership_id>")
@requires(Permission.ADMINISTER)
def account_dismiss(account_id: int, membership_id: int) -> Response:
    """End a membership."""
    carry_out(lambda work: service.dismiss(work, actor(), account_id, membership_id))
    return redirect(url_for("settings.account", account_id=account_id))


@blueprint.post("/grants/<int:grant_id>/confirm")
@requires(Permission.ADMINISTER)
def grant_confirm(grant_id: int) -> Response:
    """Put a right in force that another administrator has given."""
    return _grant_step(lambda work: grants.confirm(work, actor(), grant_id))


@blueprint.post("/grants/<int:grant_id>/refuse")
@requires(Permission.ADMINISTER)
def grant_refuse(grant_id: int) -> Response:
    """Refuse a right that waits, or take it back."""
    return _grant_step(lambda work: grants.refuse(work, actor(), grant_id))


@blueprint.post("/accounts/<int:account_id>/<any(close, reopen, sessions):step>")
@requires(Permission.ADMINISTER)
def account_step(account_id: int, step: str) -> Response:
    """Close an account, open it again, or sign it out everywhere."""
    steps = {
        "close": (service.close_account, gettext("The account is closed; nobody is signed in with it any more.")),
        "reopen": (service.reopen_account, gettext("The account can be used again.")),
        "sessions": (service.end_sessions, gettext("The account is signed out everywhere.")),
    }
    change, success = steps[step]
    carry_out(lambda work: change(work, actor(), account_id), success)
    return redirect(url_for("settings.account", account_id=account_id))


@blueprint.post("/accounts/<int:account_id>/password")
@requires(Permission.ADMINISTER)
def account_password(account_id: int) -> str:
    """Draw another password; the answer shows it, once."""
    with unit_of_work() as work:
        opened = service.reset_password(work, actor(), account_id)
    return render_template("settings/account_password.html", opened=opened, is_new=False)


def _waiting() -> list[settings_people.GrantRow]:
    return settings_people.waiting_grants(reading().session, actor(), now=reading().now)


def _grant_step(change: Callable[[Work], int]) -> Response:
    """Decide on a right that waits, and go back to the account that it is about."""
    decided: list[int] = []
    carry_out(lambda work: decided.append(change(work)))
    return redirect(url_for("settings.account", account_id=decided[0]) if decided else url_for("settings.accounts"))


def _account_page(account_id: int, form: AppointmentForm) -> str:
    row = settings_people.find_account(reading().session, account_id)
    if row is None:
        raise NotFound
    province = request.args.get("province", "")
    return render_template(
        "settings/account.html",
        account=row,
        form=form,
        waiting=[grant for grant in _waiting() if grant.account_id == account_id],
        province=province,
        provinces=province_choices(reading().rulebook.teams),
        is_own=account_id == actor().account_id,
    )


def _appointment_form(province: str) -> AppointmentForm:
    teams = reading().rulebook.teams
    found = teams.in_province(province) if province else (teams.cluster_desk,)
    return AppointmentForm(teams=choices({str(team.id): name_of(team) for team in found}))


def province_choices(teams: TeamDirectory) -> dict[str, str]:
    """Return the code and the name of the police of each province."""
    return {t.province_code or "": name_of(t) for t in teams.current if t.kind is TeamKind.PROVINCE}
