"""How figures are called and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext

from forum.domain.figures import Figure, Unit, Value, betterness, unit_of
from forum.domain.periods import Period
from forum.web.filters import day, number, percent

MINUTE, HOUR = 60, 3600
DAY = 24 * HOUR

NAMES: Mapping[Figure, Any] = {
    Figure.RECEIVED: lazy_gettext("Received"),
    Figure.ANSWERED: lazy_gettext("Answered"),
    Figure.CLOSED: lazy_gettext("Closed"),
    Figure.OPEN: lazy_gettext("Open at the end"),
    Figure.OVERDUE: lazy_gettext("Overdue at the end"),
    Figure.ON_TIME: lazy_gettext("Settled on time"),
    Figure.RESPONSE_MEDIAN_WORKING: lazy_gettext("First response, median (working time)"),
    Figure.RESPONSE_P90_WORKING: lazy_gettext("First response, 90 % within (working time)"),
    Figure.RESPONSE_MEDIAN_WALL: lazy_gettext("First response, median (all hours)"),
    Figure.RESPONSE_P90_WALL: lazy_gettext("First response, 90 % within (all hours)"),
    Figure.SETTLEMENT_MEDIAN_WORKING: lazy_gettext("Settlement, median (working time)"),
    Figure.SETTLEMENT_P90_WORKING: lazy_gettext("Settlement, 90 % within (working time)"),
    Figure.SETTLEMENT_MEDIAN_WALL: lazy_gettext("Settlement, median (all hours)"),
    Figure.SETTLEMENT_P90_WALL: lazy_gettext("Settlement, 90 % within (all hours)"),
    Figure.REOPENED: lazy_gettext("Reopened"),
    Figure.SCORE: lazy_gettext("Mean score"),
    Figure.SOLVED: lazy_gettext("Said to be solved"),
    Figure.VALUABLE: lazy_gettext("Valuable"),
    Figure.FOUNDED: lazy_gettext("Well founded"),
    Figure.GRASSROOTS: lazy_gettext("Settled at the grassroots"),
    Figure.CASES: lazy_gettext("Cases cleared up"),
    Figure.OFFENDERS: lazy_gettext("Offenders found"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure differs from an earlier one, for the macro `change`."""

    text: str
    direction: str
    judgement: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says figures; durations in working time count in days of so many seconds."""

    working_day: int

    def say(self, figure: Figure, value: Value) -> str:
        """Return the figure without what it is made of; a dash when there is nothing to say."""
        if value.amount is None:
            return "–"
        return self._amount(figure, value.amount)

    def of(self, figure: Figure, value: Value) -> str:
        """Return what the figure is made of; empty for a plain count."""
        unit = unit_of(figure)
        if unit is Unit.SHARE:
            return f"{number(value.part)}/{number(value.whole)}"
        if unit in {Unit.WALL, Unit.WORKING}:
            return str(ngettext("from %(num)d tip", "from %(num)d tips", value.whole or 0))
        if unit is Unit.SCORE:
            return str(ngettext("from %(num)d rating", "from %(num)d ratings", value.whole or 0))
        return "" if value.whole is None else str(gettext("of %(whole)s open", whole=number(value.whole)))

    def change(self, figure: Figure, now: Value, earlier: Value) -> Change | None:
        """Return how the figure has changed, to the last place that is shown; None when either is missing."""
        if now.amount is None or earlier.amount is None:
            return None
        difference = now.amount - earlier.amount
        text = self._difference(figure, abs(difference))
        if text == self._difference(figure, 0):
            return Change(gettext("unchanged"), "same", "")
        good = betterness(figure) * difference
        judgement = "good" if good > 0 else "bad" if good < 0 else ""
        return Change(f"+{text}", "up", judgement) if difference > 0 else Change(f"−{text}", "down", judgement)

    def _amount(self, figure: Figure, amount: float) -> str:
        unit = unit_of(figure)
        if unit is Unit.SHARE:
            return percent(amount)
        if unit is Unit.SCORE:
            return number(amount, 1)
        if unit is Unit.WALL:
            return duration_words(amount, DAY)
        if unit is Unit.WORKING:
            return duration_words(amount, self.working_day)
        return number(amount)

    def _difference(self, figure: Figure, amount: float) -> str:
        if unit_of(figure) is Unit.SHARE:
            return str(gettext("%(points)s points", points=number(100 * amount, 1)))
        return self._amount(figure, amount)


def duration_words(seconds: float, day_seconds: int) -> str:
    """Return a duration in the unit in which one would say it."""
    if seconds < HOUR:
        return str(gettext("%(count)s min", count=number(seconds / MINUTE)))
    if seconds < day_seconds:
        return str(gettext("%(count)s h", count=number(seconds / HOUR, 1)))
    return str(gettext("%(count)s days", count=number(seconds / day_seconds, 1)))


def working_day_seconds(hours: Sequence[tuple[time, time]]) -> int:
    """Return how long a working day is."""
    return sum(_since_midnight(closes) - _since_midnight(opens) for opens, closes in hours)


def period_words(period: Period) -> str:
    """Return a period as people write it."""
    return f"{day(period.first)} – {day(period.last)}" if period.first != period.last else day(period.first)


def month_words(month: date) -> str:
    """Return a month as people write it: 11/2026."""
    return month.strftime("%m/%Y")


def _since_midnight(moment: time) -> int:
    return (moment.hour * 60 + moment.minute) * 60 + moment.second
