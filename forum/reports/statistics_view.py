"""What a page of statistics asks for, and which rows of the facts answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, literal, or_

from forum.domain.measures import UNRESTRICTED
from forum.domain.periods import Comparison, Period, last_of_month
from forum.domain.scopes import Level, Reader, Scope
from forum.domain.tip_facts import Heading
from forum.models import DayDuration, DayFact, MonthDuration, MonthFact
from forum.models.month_fact import Facet


class Grouping(StrEnum):
    """By what the figures are divided."""

    MONTH = "month"
    PROVINCE = "province"
    TEAM = "team"
    CATEGORY = "category"
    KIND = "kind"


_FACETS = {Grouping.CATEGORY: Facet.CATEGORY, Grouping.KIND: Facet.KIND}
_COLUMNS = {
    Grouping.MONTH: "month",
    Grouping.PROVINCE: "province_code",
    Grouping.TEAM: "team_id",
    Grouping.CATEGORY: "category",
    Grouping.KIND: "kind",
}


@dataclass(frozen=True, slots=True)
class View:
    """Whose figures, divided by what, for which eyes."""

    scope: Scope
    reader: Reader
    grouping: Grouping
    comparison: Comparison

    @property
    def coming_in(self) -> str:
        """The measure that says what a group received: what was handed in, or what came to the province or team."""
        return self._coming_in(divided=True)

    @property
    def coming_in_all(self) -> str:
        """The same for the scope as a whole."""
        return self._coming_in(divided=False)

    def _coming_in(self, *, divided: bool) -> str:
        if self.scope.level is Level.TEAM or (divided and self.grouping is Grouping.TEAM):
            return "entered"
        if self.scope.level is Level.PROVINCE or (divided and self.grouping is Grouping.PROVINCE):
            return "arrived"
        return "received"

    @property
    def level(self) -> Level:
        """The coarsest level of the month rows that tells the groups apart."""
        if self.scope.level is Level.TEAM or self.grouping is Grouping.TEAM:
            return Level.TEAM
        if self.scope.level is Level.PROVINCE or self.grouping is Grouping.PROVINCE:
            return Level.PROVINCE
        return Level.CLUSTER

    def takes_in(self, heading: Heading, granted: str) -> bool:
        """Whether something counted under a heading belongs to the scope and may be seen."""
        if granted != UNRESTRICTED and not any(f",{team}," in granted for team in self.reader.team_ids):
            return False
        if self.scope.level is Level.TEAM:
            return heading.team_id == self.scope.team.id
        return self.scope.level is Level.CLUSTER or heading.province_code == self.scope.province_code

    def key_of(self, day: date, heading: Heading) -> str:
        """Return the group of something counted on a day under a heading."""
        if self.grouping is Grouping.MONTH:
            return day.replace(day=1).isoformat()
        return str(getattr(heading, _COLUMNS[self.grouping]))

    def month_key(self, table: type[MonthFact | MonthDuration]) -> ColumnElement[Any]:
        """Return the column of the month rows that names the group."""
        name = "value" if self.grouping in _FACETS else _COLUMNS[self.grouping]
        return table.__table__.c[name].label("key")

    def day_key(self, table: type[DayFact | DayDuration], month: date) -> ColumnElement[Any]:
        """Return the same for the rows of days of one month."""
        if self.grouping is Grouping.MONTH:
            return literal(month, Date).label("key")
        return table.__table__.c[_COLUMNS[self.grouping]].label("key")

    def month_rows(self, table: type[MonthFact | MonthDuration]) -> list[ColumnElement[bool]]:
        """Return the conditions under which month rows answer."""
        facet = _FACETS.get(self.grouping, Facet.ALL)
        return [table.level == self.level, table.facet == facet, *self._within(table)]

    def day_rows(self, table: type[DayFact | DayDuration]) -> list[ColumnElement[bool]]:
        """Return the conditions under which rows of days answer."""
        return self._within(table)

    def _within(self, table: type[DayFact | DayDuration | MonthFact | MonthDuration]) -> list[ColumnElement[bool]]:
        teams = sorted(self.reader.team_ids)
        seen = or_(table.granted == UNRESTRICTED, *(table.granted.contains(f",{team},") for team in teams))
        if self.scope.level is Level.TEAM:
            return [seen, table.team_id == self.scope.team.id]
        if self.scope.level is Level.PROVINCE:
            return [seen, table.province_code == self.scope.province_code]
        return [seen]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A period cut into months that can be read whole and the days left at its edges."""

    months: tuple[date, ...]
    edges: tuple[Period, ...]


def cut(period: Period, closed: date) -> Pieces:
    """Cut a period; a month whose counted days all lie in the period is whole, also while it still runs."""
    whole: list[date] = []
    edges: list[Period] = []
    for month in period.months:
        end = last_of_month(month)
        if month > closed:
            break
        if period.first <= month and min(end, closed) <= period.last:
            whole.append(month)
        else:
            edges.append(Period(max(period.first, month), min(period.last, end)))
    return Pieces(tuple(whole), tuple(edges))
