"""The figures of a scope in a period, beside the period before and the same one a year ago."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.domain.figures import Totals
from forum.domain.measures import MEASURES
from forum.domain.periods import EARLIEST, Period
from forum.domain.working_time import WorkCalendar, day_of
from forum.models import ClosedDay, Province, TipEventRow
from forum.reports.backlog import AgeRow, backlog
from forum.reports.statistics_flows import durations, sums
from forum.reports.statistics_live import LiveEntry, live_entries
from forum.reports.statistics_view import Grouping, View

MOST_LIVE_DAYS = 7
"""How many days that no fact holds yet are counted on the fly; with more, the figures end at the last closed day."""
STANDING = ("open_delta", "overdue_delta")


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One month, province, team, category or kind; a month is compared with its counterparts, in order."""

    key: str
    now: Totals
    before: Totals
    year_before: Totals


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything of the page: the scope as a whole, its groups in order of their key, the open tips by age."""

    total: GroupRow
    rows: tuple[GroupRow, ...]
    backlog: tuple[AgeRow, ...]
    counted_through: date | None
    """The last day of the figures where later ones wait to be counted; None when they reach up to now."""


def statistics(session: Session, view: View, calendar: WorkCalendar, *, now: datetime) -> Statistics:
    """Read the figures; the number of queries does not depend on what there is."""
    today = day_of(now)
    closed = _closed_through(session) or today - timedelta(days=1)
    is_behind = (today - closed).days > MOST_LIVE_DAYS
    live = () if is_behind else live_entries(session, calendar, closed=closed, now=now)
    seen = tuple(entry for entry in live if view.takes_in(entry.heading, entry.granted))
    three = view.comparison.now, view.comparison.before, view.comparison.year_before
    groups = [_groups(session, view, period, closed=closed, live=seen) for period in three]
    rows = _months(three, groups) if view.grouping is Grouping.MONTH else _keyed(groups)
    return Statistics(
        total=GroupRow("", *(_total(view, period, found) for period, found in zip(three, groups, strict=True))),
        rows=rows,
        backlog=backlog(session, view.scope, view.reader, now=now),
        counted_through=closed if is_behind else None,
    )


def _closed_through(session: Session) -> date | None:
    """Return the last closed day, or the eve of the first event while no day has been counted."""
    first = select(func.min(TipEventRow.at)).scalar_subquery()
    closed, at = session.execute(select(func.max(ClosedDay.day), first)).one()
    if closed is None and at is not None:
        return day_of(at) - timedelta(days=1)
    found: date | None = closed
    return found


def _groups(
    session: Session, view: View, period: Period, *, closed: date, live: Sequence[LiveEntry]
) -> dict[str, Totals]:
    """Return the groups of one period: what went on in it, and what stood at its end."""
    found: dict[str, Totals] = defaultdict(Totals)
    for key, counted in sums(session, view, period, closed=closed, measures=MEASURES).items():
        found[key].measures.update(counted)
    for key, spans in durations(session, view, period, closed=closed).items():
        found[key].durations.update(spans)
    for entry in live:
        if period.first <= entry.day <= period.last:
            _add_live(found[view.key_of(entry.day, entry.heading)], entry)
    _stand(session, view, period, closed=closed, live=live, found=found)
    return found


def _add_live(totals: Totals, entry: LiveEntry) -> None:
    if entry.span is None:
        totals.measures[entry.measure] += entry.amount
    else:
        totals.add(Totals(durations={entry.span: Counter({entry.bucket: entry.amount})}))


def _stand(
    session: Session,
    view: View,
    period: Period,
    *,
    closed: date,
    live: Sequence[LiveEntry],
    found: dict[str, Totals],
) -> None:
    """Write into each group what stood open and overdue at its end: the running sum of every change up to it."""
    history = Period(EARLIEST, period.last)
    changes = sums(session, view, history, closed=closed, measures=STANDING)
    for entry in live:
        if entry.measure in STANDING and entry.day <= period.last:
            changes[view.key_of(entry.day, entry.heading)][entry.measure] += entry.amount
    if view.grouping is not Grouping.MONTH:
        for key, changed in changes.items():
            found[key].open, found[key].overdue = changed["open_delta"], changed["overdue_delta"]
        return
    for month in period.months:
        until = [changed for key, changed in changes.items() if key <= month.isoformat()]
        found[month.isoformat()].open = sum(changed["open_delta"] for changed in until)
        found[month.isoformat()].overdue = sum(changed["overdue_delta"] for changed in until)


def _total(view: View, period: Period, groups: Mapping[str, Totals]) -> Totals:
    total = Totals()
    for totals in groups.values():
        total.add(totals)
    if view.grouping is Grouping.MONTH:
        # What stands open does not add up over time: it is what stood at the end of the last month.
        last = groups[period.months[-1].isoformat()]
        total.open, total.overdue = last.open, last.overdue
    return total


def _months(periods: Sequence[Period], groups: Sequence[Mapping[str, Totals]]) -> tuple[GroupRow, ...]:
    rows: list[GroupRow] = []
    for index, month in enumerate(periods[0].months):
        counterparts = [period.months[index] if index < len(period.months) else None for period in periods]
        found = (
            Totals() if other is None else group.get(other.isoformat(), Totals())
            for group, other in zip(groups, counterparts, strict=True)
        )
        rows.append(GroupRow(month.isoformat(), *found))
    return tuple(rows)


def _keyed(groups: Sequence[Mapping[str, Totals]]) -> tuple[GroupRow, ...]:
    keys: Iterable[str] = sorted({key for group in groups for key, totals in group.items() if _says_something(totals)})
    return tuple(GroupRow(key, *(group.get(key, Totals()) for group in groups)) for key in keys)


def _says_something(totals: Totals) -> bool:
    return bool(totals.open or totals.overdue or any(totals.measures.values()))


def province_names(session: Session) -> dict[str, str]:
    """Return the names of all provinces by code."""
    rows = session.execute(select(Province.code, Province.name))
    return {row.code: row.name for row in rows}
