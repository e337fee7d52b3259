"""What one tip counts for: entries by day and heading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from forum.domain.duration_buckets import Span


class Heading(NamedTuple):
    """Under what something counts: the province, team, category and kind that the tip had just after the event."""

    province_code: str
    """Empty when the province is unknown."""
    team_id: int
    category: str
    kind: str


class Count(NamedTuple):
    """So much of one measure on one day."""

    day: date
    heading: Heading
    measure: str
    amount: int


class Lasted(NamedTuple):
    """One duration that ended on one day."""

    day: date
    heading: Heading
    span: Span
    bucket: int


class Ahead(NamedTuple):
    """A deadline that has not passed yet, and what counts from then on if nothing happens before."""

    due_at: datetime
    then: Count


@dataclass(frozen=True, slots=True)
class TipFacts:
    """Everything that one tip counts for up to a moment.

    `granted` is the restriction as it stands at that moment, for all its days: who may not see the tip now must
    not find it in the figures of the time before it was restricted either.
    """

    granted: str
    counts: tuple[Count, ...]
    durations: tuple[Lasted, ...]
    ahead: Ahead | None = None

    @property
    def days(self) -> frozenset[date]:
        """Days on which the tip counts for anything."""
        return frozenset(entry.day for entries in (self.counts, self.durations) for entry in entries)
