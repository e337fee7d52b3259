"""The rows of the page in words: groups with their names, figures with their denominators and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from flask_babel import gettext

from forum.domain.collation import sort_key
from forum.domain.figures import Figure, Totals, Value, value_of
from forum.domain.vocabulary import Kind, TeamKind
from forum.reports.statistics import GroupRow, Statistics
from forum.reports.statistics_view import Grouping, View
from forum.services.rulebook import Rulebook
from forum.web.labels import label, name_of
from forum.web.statistics.words import Change, Speaker, month_words, working_day_seconds

TILES = (Figure.RECEIVED, Figure.ANSWERED, Figure.OPEN, Figure.OVERDUE, Figure.ON_TIME, Figure.SCORE)
COLUMNS = (
    Figure.RECEIVED,
    Figure.ANSWERED,
    Figure.CLOSED,
    Figure.OPEN,
    Figure.OVERDUE,
    Figure.ON_TIME,
    Figure.RESPONSE_MEDIAN_WORKING,
    Figure.RESPONSE_P90_WORKING,
    Figure.SETTLEMENT_MEDIAN_WORKING,
    Figure.SETTLEMENT_P90_WORKING,
    Figure.REOPENED,
    Figure.SCORE,
    Figure.SOLVED,
    Figure.VALUABLE,
    Figure.CASES,
    Figure.OFFENDERS,
)
"""Figures of the table by group; the others are in the table of all figures and in the file."""


class Words(NamedTuple):
    """A figure as the page shows it, and what it is made of."""

    text: str
    of: str


@dataclass(frozen=True, slots=True)
class Said:
    """A figure of the whole scope beside the same of the other periods; None where there is no other."""

    figure: Figure
    now: Words
    before: Words
    year_before: Words | None
    change: Change | None
    year_change: Change | None


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A group with its name, still in numbers."""

    name: str
    row: GroupRow


class Page:
    """Names the groups of one report and says its figures."""

    def __init__(self, view: View, found: Statistics, rules: Rulebook, provinces: Mapping[str, str]) -> None:
        self.view = view
        self.found = found
        self.speaker = Speaker(working_day_seconds(rules.calendar.hours))
        self._rules = rules
        self._provinces = provinces

    @property
    def compares_twice(self) -> bool:
        """Whether last year is another period than the one before; for twelve months it is the same."""
        return self.view.comparison.before != self.view.comparison.year_before

    @cached_property
    def rows(self) -> list[NamedRow]:
        """Return the groups in the order in which people look for them."""
        named = [NamedRow(self._name(row.key), row) for row in self.found.rows]
        orders: Mapping[Grouping, Callable[[NamedRow], object]] = {
            Grouping.MONTH: lambda named: named.row.key,
            Grouping.PROVINCE: lambda named: (not named.row.key, sort_key(named.name)),
            Grouping.TEAM: lambda named: self._team_order(int(named.row.key)),
            Grouping.CATEGORY: lambda named: self._category_codes.index(named.row.key),
            Grouping.KIND: lambda named: list(Kind).index(Kind(named.row.key)),
        }
        return sorted(named, key=orders[self.view.grouping])  # type: ignore[arg-type]  # keys of one kind at a time

    def value(self, figure: Figure, totals: Totals) -> Value:
        """Return a figure of one group."""
        return value_of(figure, totals, coming_in=self.view.coming_in)

    def total_value(self, figure: Figure, totals: Totals) -> Value:
        """Return a figure of the whole scope."""
        return value_of(figure, totals, coming_in=self.view.coming_in_all)

    def say(self, totals: Totals, figures: Sequence[Figure]) -> list[Words]:
        """Say figures of one group in one period."""
        return [self._words(figure, self.value(figure, totals)) for figure in figures]

    def say_total(self) -> dict[Figure, Said]:
        """Say all figures of the whole scope, compared."""
        return {figure: self._compare(figure) for figure in Figure}

    def _team_order(self, team_id: int) -> tuple[str, bool, str]:
        team = self._rules.teams.get(team_id)
        return team.province_code or "", team.kind is TeamKind.COMMUNE_POLICE, team.code

    @property
    def _category_codes(self) -> list[str]:
        return [entry.code for entry in self._rules.categories]

    def _compare(self, figure: Figure) -> Said:
        total, change = self.found.total, self.speaker.change
        now, before = (self.total_value(figure, totals) for totals in (total.now, total.before))
        year = self.total_value(figure, total.year_before) if self.compares_twice else None
        return Said(
            figure=figure,
            now=self._words(figure, now),
            before=self._words(figure, before),
            year_before=None if year is None else self._words(figure, year),
            change=change(figure, now, before),
            year_change=None if year is None else change(figure, now, year),
        )

    def _words(self, figure: Figure, value: Value) -> Words:
        return Words(self.speaker.say(figure, value), self.speaker.of(figure, value))

    def _name(self, key: str) -> str:
        grouping = self.view.grouping
        if grouping is Grouping.MONTH:
            return month_words(date.fromisoformat(key))
        if grouping is Grouping.PROVINCE:
            return self._provinces.get(key) or gettext("Place unknown")
        if grouping is Grouping.TEAM:
            return name_of(self._rules.teams.get(int(key)))
        if grouping is Grouping.KIND:
            return label(Kind(key))
        return next(name_of(entry) for entry in self._rules.categories if entry.code == key)
