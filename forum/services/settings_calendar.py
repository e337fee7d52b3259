"""The work calendar, and the terms in which a province leads the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Actor, Permission
from forum.domain.vocabulary import TeamKind
from forum.domain.working_time import DayKind
from forum.models import CalendarDay, ClusterLead
from forum.services.recomputing import request_recomputing
from forum.services.setting_events import Subject, record, values_of
from forum.services.settings_texts import filled, not_past
from forum.services.work import Work

FIRST_YEAR, LAST_YEAR = 2020, 2060
LONGEST_NAME = 160
LONGEST_SOURCE = 300
_SATURDAY = 5
_DAY_FIELDS = ("kind", "name_vi", "source", "is_verified")
_TERM_FIELDS = ("valid_from", "valid_to", "lead_province_code", "deputy_province_code")


@dataclass(frozen=True, slots=True)
class ExceptionalDay:
    """A day that differs from Monday to Friday, and where that is written."""

    day: date
    kind: DayKind
    name_vi: str
    source: str
    is_verified: bool


def keep_day(work: Work, actor: Actor, wanted: ExceptionalDay) -> None:
    """Enter a day, or say otherwise of one that is entered; open deadlines are counted anew.

    A day of the past may be put right as well: deadlines that ran over it and are still open move, closed ones never.
    """
    actor.require(Permission.ADMINISTER)
    if not FIRST_YEAR <= wanted.day.year <= LAST_YEAR:
        raise InvalidInput("Please look at the year again.", field="day")
    is_week_day = wanted.day.weekday() < _SATURDAY
    if is_week_day and wanted.kind is DayKind.WORKED:
        raise InvalidInput("This day is worked anyway: it is between Monday and Friday.", field="kind")
    if not is_week_day and wanted.kind is DayKind.DAY_OFF:
        raise InvalidInput("This day is off anyway: it is a Saturday or Sunday.", field="kind")
    name = filled(wanted.name_vi, limit=LONGEST_NAME, field="name_vi")
    source = filled(wanted.source, limit=LONGEST_SOURCE, field="source")
    row = work.session.get(CalendarDay, wanted.day, with_for_update=True)
    before = values_of(row, *_DAY_FIELDS) if row else None
    if row is None:
        row = CalendarDay(day=wanted.day)
        work.session.add(row)
    was_kind = row.kind
    row.kind, row.name_vi, row.source, row.is_verified = wanted.kind.value, name, source, wanted.is_verified
    key, after = wanted.day.isoformat(), values_of(row, *_DAY_FIELDS)
    seq = record(work, actor, subject=Subject.CALENDAR, key=key, before=before, after=after)
    if seq is not None and was_kind != row.kind:
        request_recomputing(work, seq)


def remove_day(work: Work, actor: Actor, day: date) -> None:
    """Let a day be as any other of its week; open deadlines are counted anew."""
    actor.require(Permission.ADMINISTER)
    row = work.session.get(CalendarDay, day, with_for_update=True)
    if row is None:
        raise NotFound
    before = values_of(row, *_DAY_FIELDS)
    work.session.delete(row)
    seq = record(work, actor, subject=Subject.CALENDAR, key=day.isoformat(), before=before)
    if seq is not None:
        request_recomputing(work, seq)


def begin_term(work: Work, actor: Actor, *, since: date, lead: str, deputy: str) -> None:
    """Let another province lead the cluster from a day on; the term before ends on the eve."""
    actor.require(Permission.ADMINISTER)
    not_past(work, since, field="since")
    inside = {t.province_code for t in work.rulebook.teams.current if t.kind is TeamKind.PROVINCE}
    if lead not in inside:
        raise InvalidInput("Please choose a province of the cluster.", field="lead")
    if deputy not in inside or deputy == lead:
        raise InvalidInput("Please choose another province of the cluster.", field="deputy")
    last = _last_term(work)
    if last is not None and since <= last.valid_from:
        raise InvalidInput("A later term is entered already. Please take that one back first.", field="since")
    if last is not None:
        _set_end(work, actor, last, since - timedelta(days=1))
    term = ClusterLead(valid_from=since, lead_province_code=lead, deputy_province_code=deputy)
    work.session.add(term)
    after = values_of(term, *_TERM_FIELDS)
    record(work, actor, subject=Subject.CLUSTER_LEAD, key=since.isoformat(), after=after)


def withdraw_term(work: Work, actor: Actor, since: date) -> None:
    """Take back the last term as long as it has not begun; the one before goes on."""
    actor.require(Permission.ADMINISTER)
    term = _last_term(work)
    if term is None or term.valid_from != since:
        raise NotFound
    if since <= work.rulebook.on:
        raise InvalidInput("This term has begun already.")
    record(work, actor, subject=Subject.CLUSTER_LEAD, key=since.isoformat(), before=values_of(term, *_TERM_FIELDS))
    work.session.delete(term)
    work.session.flush()
    previous = _last_term(work)
    if previous is not None:
        _set_end(work, actor, previous, None)


def _set_end(work: Work, actor: Actor, term: ClusterLead, last_day: date | None) -> None:
    before = values_of(term, "valid_to")
    term.valid_to = last_day
    key = term.valid_from.isoformat()
    record(work, actor, subject=Subject.CLUSTER_LEAD, key=key, before=before, after=values_of(term, "valid_to"))


def _last_term(work: Work) -> ClusterLead | None:
    query = select(ClusterLead).order_by(ClusterLead.valid_from.desc()).limit(1).with_for_update()
    return work.session.scalars(query).first()
