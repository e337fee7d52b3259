"""The figures of a scope in a period, beside the period before and the same one a year ago."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.domain.figures import Totals
from forum.domain.periods import Period
from forum.domain.working_time import WorkCalendar, day_of
from forum.models import Province
from forum.models.extent import Extent, read_extent
from forum.reports.backlog import AgeRow, backlog
from forum.reports.recent import Recent
from forum.reports.statistics_counted import Counted, counted
from forum.reports.statistics_live import Live, OpenDays
from forum.reports.statistics_view import Grouping, View

MOST_LIVE_DAYS = 7
"""How many days that no fact holds yet are counted on the fly; with more, the figures end at the last closed day."""
MOST_GROUPS = 4_000
"""How many groups of one period are remembered; one takes a few kilobytes."""


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


class Figures:
    """Reads figures, and remembers between requests what nothing committed since could have changed."""

    def __init__(self) -> None:
        self._open_days = OpenDays()
        self._recent = Recent(MOST_GROUPS)

    def read(self, session: Session, view: View, calendar: WorkCalendar, *, now: datetime) -> Statistics:
        """Read the figures; the number of queries does not depend on what there is.

        The session must see what is committed at each statement; with an open transaction, ask Figures that will
        not be asked again.
        """
        seen, today = read_extent(session), day_of(now)
        closed = _closed_through(seen) or today - timedelta(days=1)
        is_behind = (today - closed).days > MOST_LIVE_DAYS
        live = None if is_behind else self._open_days.read(session, calendar, seen, closed=closed, now=now)
        periods = (view.comparison.now, view.comparison.before, view.comparison.year_before)
        three = self._three(session, view, periods, seen=seen, closed=closed, live=live)
        groups = [each.groups for each in three]
        return Statistics(
            total=GroupRow("", *(each.total for each in three)),
            rows=_months(periods, groups) if view.grouping is Grouping.MONTH else _keyed(groups),
            backlog=self._backlog(session, view, live, now=now),
            counted_through=closed if is_behind else None,
        )

    def _three(
        self,
        session: Session,
        view: View,
        periods: Sequence[Period],
        *,
        seen: Extent,
        closed: date,
        live: Live | None,
    ) -> list[Counted]:
        past = self._recent.get(
            ("closed", view, closed, seen.built_at),
            lambda: [counted(session, view, period, closed=closed) for period in periods],
            lambda three: sum(1 + len(each.groups) for each in three),
        )
        if live is None:
            return past
        divided = self._recent.get(
            ("live", live.number, view.scope, view.reader, view.grouping), lambda: live.divide(view), len
        )
        return [each.with_live(view, period, divided) for each, period in zip(past, periods, strict=True)]

    def _backlog(self, session: Session, view: View, live: Live | None, *, now: datetime) -> tuple[AgeRow, ...]:
        """Return the open tips by age: as nothing changes them but events, they stand until the next one."""
        if live is None:
            return backlog(session, view.scope, view.reader, now=now)
        return self._recent.get(
            ("backlog", live.number, view.scope, view.reader),
            lambda: backlog(session, view.scope, view.reader, now=now),
            lambda _: 1,
        )


def _closed_through(seen: Extent) -> date | None:
    """Return the last closed day, or the eve of the first event while no day has been counted."""
    if seen.closed is None and seen.first_at is not None:
        return day_of(seen.first_at) - timedelta(days=1)
    return seen.closed


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
