"""The figures that supervisors read: how each is made of what was counted, in what unit, and which way is better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from forum.domain.duration_buckets import Span, quantile

MEDIAN, NINETIETH = 0.5, 0.9


class Figure(StrEnum):
    """One figure of the page; the order is that of the page."""

    RECEIVED = "received"
    ANSWERED = "answered"
    CLOSED = "closed"
    OPEN = "open"
    OVERDUE = "overdue"
    ON_TIME = "on-time"
    RESPONSE_MEDIAN_WORKING = "response-median-working"
    RESPONSE_P90_WORKING = "response-p90-working"
    RESPONSE_MEDIAN_WALL = "response-median-wall"
    RESPONSE_P90_WALL = "response-p90-wall"
    SETTLEMENT_MEDIAN_WORKING = "settlement-median-working"
    SETTLEMENT_P90_WORKING = "settlement-p90-working"
    SETTLEMENT_MEDIAN_WALL = "settlement-median-wall"
    SETTLEMENT_P90_WALL = "settlement-p90-wall"
    REOPENED = "reopened"
    SCORE = "score"
    SOLVED = "solved"
    VALUABLE = "valuable"
    FOUNDED = "founded"
    GRASSROOTS = "grassroots"
    CASES = "cases"
    OFFENDERS = "offenders"


class Unit(StrEnum):
    """In what a figure is said."""

    COUNT = "count"
    SHARE = "share"
    SCORE = "score"
    WALL = "wall"
    WORKING = "working"


@dataclass(slots=True)
class Totals:
    """What was counted for one group in one period, and what stood at its end."""

    measures: Counter[str] = field(default_factory=Counter)
    durations: dict[Span, Counter[int]] = field(default_factory=dict)
    open: int = 0
    overdue: int = 0

    def add(self, other: Totals) -> None:
        """Add another group of the same period."""
        self.measures.update(other.measures)
        for span, buckets in other.durations.items():
            self.durations.setdefault(span, Counter()).update(buckets)
        self.open += other.open
        self.overdue += other.overdue


@dataclass(frozen=True, slots=True)
class Value:
    """A figure: `amount` as a number, a share from 0 to 1 or seconds; None when there is nothing to say.

    `part` and `whole` are what it was made of; a figure that is a plain count has neither.
    """

    amount: float | None
    part: int | None = None
    whole: int | None = None


SHARES: Mapping[Figure, tuple[str, str]] = {
    Figure.ON_TIME: ("settled_on_time", "settled_with_deadline"),
    Figure.REOPENED: ("reopened", "answered"),
    Figure.SOLVED: ("solved", "rated"),
    Figure.VALUABLE: ("valuable", "closed"),
    Figure.FOUNDED: ("founded", "closed"),
    Figure.GRASSROOTS: ("grassroots", "closed"),
}
QUANTILES: Mapping[Figure, tuple[Span, float]] = {
    Figure.RESPONSE_MEDIAN_WORKING: (Span.RESPONSE_WORKING, MEDIAN),
    Figure.RESPONSE_P90_WORKING: (Span.RESPONSE_WORKING, NINETIETH),
    Figure.RESPONSE_MEDIAN_WALL: (Span.RESPONSE_WALL, MEDIAN),
    Figure.RESPONSE_P90_WALL: (Span.RESPONSE_WALL, NINETIETH),
    Figure.SETTLEMENT_MEDIAN_WORKING: (Span.SETTLEMENT_WORKING, MEDIAN),
    Figure.SETTLEMENT_P90_WORKING: (Span.SETTLEMENT_WORKING, NINETIETH),
    Figure.SETTLEMENT_MEDIAN_WALL: (Span.SETTLEMENT_WALL, MEDIAN),
    Figure.SETTLEMENT_P90_WALL: (Span.SETTLEMENT_WALL, NINETIETH),
}
_COUNTS: Mapping[Figure, str] = {
    Figure.ANSWERED: "answered",
    Figure.CLOSED: "closed",
    Figure.CASES: "cases",
    Figure.OFFENDERS: "offenders",
}
_MORE_IS_BETTER = frozenset({Figure.ON_TIME, Figure.SCORE, Figure.SOLVED, Figure.VALUABLE, Figure.GRASSROOTS})
_LESS_IS_BETTER = frozenset({Figure.OVERDUE, Figure.REOPENED, *QUANTILES})


def unit_of(figure: Figure) -> Unit:
    """Return in what the figure is said."""
    if figure in SHARES:
        return Unit.SHARE
    if figure in QUANTILES:
        return Unit.WORKING if QUANTILES[figure][0] in {Span.RESPONSE_WORKING, Span.SETTLEMENT_WORKING} else Unit.WALL
    return Unit.SCORE if figure is Figure.SCORE else Unit.COUNT


def betterness(figure: Figure) -> int:
    """Return 1 where more is better, -1 where less is, 0 where neither can be said."""
    return (figure in _MORE_IS_BETTER) - (figure in _LESS_IS_BETTER)


def value_of(figure: Figure, totals: Totals, *, coming_in: str) -> Value:
    """Make the figure of what was counted; `coming_in` is the measure that says what the scope received."""
    counted = totals.measures
    if figure in SHARES:
        part, whole = (counted[name] for name in SHARES[figure])
        return Value(part / whole if whole > 0 else None, part, whole)
    if figure in QUANTILES:
        span, share = QUANTILES[figure]
        buckets = totals.durations.get(span, Counter())
        return Value(quantile(buckets, share), None, sum(buckets.values()))
    if figure is Figure.SCORE:
        rated = counted["rated"]
        return Value(counted["score_sum"] / rated if rated > 0 else None, counted["score_sum"], rated)
    if figure is Figure.OPEN:
        return Value(totals.open)
    if figure is Figure.OVERDUE:
        return Value(totals.overdue, totals.overdue, totals.open)
    return Value(counted[coming_in if figure is Figure.RECEIVED else _COUNTS[figure]])
