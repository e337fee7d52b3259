"""Facts of closed days, counted from events alone, and added up to months; no request ever touches them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from forum.domain.duration_buckets import Span
from forum.domain.errors import InvalidInput
from forum.domain.measures import MEASURES, granted_at, measure_tip
from forum.domain.tip_facts import Heading, TipFacts
from forum.domain.working_time import day_of, end_of, start_of
from forum.models import ClosedDay, DayDuration, DayFact, ErasedCount, ErasedDuration, TipEventRow
from forum.models.histories import histories, touched_between
from forum.services.month_facts import add_up
from forum.services.work import Work

MOST_DAYS_AT_ONCE = 31
"""How many days one unit of work builds, so that no transaction grows without bounds."""
_DAY = timedelta(days=1)
_ROWS_HELD = 2_000
_LOCK = 0x46414354  # "FACT": two workers never build at once


@dataclass(slots=True)
class _Tally:
    """What is counted for a span of days, before it is written."""

    counts: dict[tuple[date, Heading, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    durations: Counter[tuple[date, Heading, str, Span, int]] = field(default_factory=Counter)
    stale: set[date] = field(default_factory=set)
    """Earlier days that count a tip whose restriction has changed since."""

    def add(self, facts: TipFacts, first: date, last: date) -> None:
        for count in facts.counts:
            if first <= count.day <= last:
                self.counts[count.day, count.heading, facts.granted][count.measure] += count.amount
        for lasted in facts.durations:
            if first <= lasted.day <= last:
                self.durations[lasted.day, lasted.heading, facts.granted, lasted.span, lasted.bucket] += 1


def closed_through(session: Session) -> date | None:
    """Return the last day whose facts stand, None when there is none."""
    return session.scalar(select(func.max(ClosedDay.day)))


def first_day(session: Session) -> date | None:
    """Return the day of the first event of all, of erased tips too."""
    at = session.scalars(select(TipEventRow.at).order_by(TipEventRow.at).limit(1)).first()
    erased = session.scalar(select(func.min(ErasedCount.day)))
    return min((day for day in (at and day_of(at), erased) if day), default=None)


def due_days(work: Work) -> list[date]:
    """Return the closed days that have not been counted yet, in order; today is never among them."""
    closed = closed_through(work.session)
    begin = first_day(work.session) if closed is None else closed + _DAY
    return [] if begin is None else list(_days(begin, day_of(work.now) - _DAY))


def build_due_days(work: Work) -> int:
    """Count the days that are due, a month of them at most; return how many, so call again until it returns 0.

    Where a tip's restriction has changed on those days, the earlier days that count it are counted anew.
    """
    lock(work.session)
    days = due_days(work)[:MOST_DAYS_AT_ONCE]
    if not days:
        return 0
    stale = _build(work, days[0], days[-1], horizon=days[-1])
    for day in sorted(stale):
        _build(work, day, day, horizon=days[-1])
    add_up(work.session, {day.replace(day=1) for day in (*days, *stale)})
    return len(days)


def rebuild_range(work: Work, first: date, last: date, *, horizon: date | None = None) -> int:
    """Count closed days anew from the events; return how many.

    Days between the last counted one and `first` are counted too, so that there is never a gap. Whoever rebuilds
    in several steps gives the last day of all as `horizon`: restrictions are taken as they stand then. Raise
    InvalidInput for a day that has not ended.
    """
    if max(last, horizon or last) >= day_of(work.now):
        raise InvalidInput("Only days that have ended can be counted.", field="last")
    lock(work.session)
    closed = closed_through(work.session)
    begin = first_day(work.session) if closed is None else closed + _DAY
    first = min(first, begin or first)
    if first > last:
        return 0
    _build(work, first, last, horizon=max(last, horizon or last, closed or last))
    days = list(_days(first, last))
    add_up(work.session, {day.replace(day=1) for day in days})
    return len(days)


def _build(work: Work, first: date, last: date, *, horizon: date) -> set[date]:
    """Write the facts of a span of days; return earlier days that a changed restriction has made stale."""
    start, until = start_of(first), end_of(horizon)
    tally = _Tally()
    touched = touched_between(start, end_of(last))
    for _tip_id, events in histories(work.session, touched, until=until, batch=_ROWS_HELD):
        facts = measure_tip(events, work.rulebook.calendar, until=until)
        tally.add(facts, first, last)
        if granted_at(events, start) not in {None, facts.granted}:
            tally.stale |= {day for day in facts.days if day < first}
    _add_erased(work.session, tally, first, last)
    _write(work, tally, first, last)
    return tally.stale


def _add_erased(session: Session, tally: _Tally, first: date, last: date) -> None:
    """Add what tips counted for that have been erased since."""
    for counted in session.scalars(select(ErasedCount).where(ErasedCount.day.between(first, last))):
        tally.counts[counted.day, _heading(counted), counted.granted][counted.measure] += counted.amount
    for lasted in session.scalars(select(ErasedDuration).where(ErasedDuration.day.between(first, last))):
        slot = (lasted.day, _heading(lasted), lasted.granted, lasted.span, lasted.bucket)
        tally.durations[slot] += lasted.amount


def _heading(row: ErasedCount | ErasedDuration) -> Heading:
    return Heading(row.province_code, row.team_id, row.category, row.kind)


def _write(work: Work, tally: _Tally, first: date, last: date) -> None:
    session = work.session
    built_at = _next_moment(work)
    for table in (DayFact, DayDuration, ClosedDay):
        session.execute(delete(table).where(table.day.between(first, last)))
    counted = [
        {**_keys(day, heading, granted), **{measure: counts[measure] for measure in MEASURES}}
        for (day, heading, granted), counts in tally.counts.items()
        if any(counts.values())
    ]
    lasted = [
        {**_keys(day, heading, granted), "span": span, "bucket": bucket, "amount": amount}
        for (day, heading, granted, span, bucket), amount in tally.durations.items()
    ]
    for table, rows in ((DayFact, counted), (DayDuration, lasted)):
        if rows:
            session.execute(insert(table), rows)
    session.execute(insert(ClosedDay), [{"day": day, "built_at": built_at} for day in _days(first, last)])


def _next_moment(work: Work) -> datetime:
    """Return when this count is said to have been made: later than any other, whatever the clocks of machines say."""
    newest = work.session.scalar(select(func.max(ClosedDay.built_at)))
    return work.now if newest is None else max(work.now, newest + timedelta(microseconds=1))


def _keys(day: date, heading: Heading, granted: str) -> dict[str, Any]:
    return {"day": day, **heading._asdict(), "granted": granted}


def _days(first: date, last: date) -> Iterator[date]:
    return (first + _DAY * offset for offset in range((last - first).days + 1))


def lock(session: Session) -> None:
    """Wait for whoever counts or erases, and keep others waiting until the end of the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
