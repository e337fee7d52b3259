"""What has happened since the last closed day, counted from the events at the moment of asking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from forum.domain.duration_buckets import Span
from forum.domain.measures import Heading, TipFacts, granted_at, measure_tip
from forum.domain.working_time import WorkCalendar, end_of
from forum.models.histories import histories, touched_since

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """Something counted (`measure`), or one duration (`span`, `bucket`), that no fact holds yet."""

    day: date
    heading: Heading
    granted: str
    amount: int
    measure: str = ""
    span: Span | None = None
    bucket: int = 0


def live_entries(session: Session, calendar: WorkCalendar, *, closed: date, now: datetime) -> tuple[LiveEntry, ...]:
    """Return what the days after `closed` add, up to now.

    Where a tip's restriction has changed since, what the closed days hold of it is taken out of the rows in which
    it stands and put where it belongs: a restriction works at once, also on the figures of the past.
    """
    start, until = end_of(closed), now + _INSTANT
    found: list[LiveEntry] = []
    for _tip_id, events in histories(session, touched_since(start, until), until=until):
        facts = measure_tip(events, calendar, until=until)
        found += (entry for entry in _entries(facts, facts.granted) if entry.day > closed)
        was_granted = granted_at(events, start)
        if was_granted is not None and was_granted != facts.granted:
            found += (entry for entry in _entries(facts, was_granted, sign=-1) if entry.day <= closed)
            found += (entry for entry in _entries(facts, facts.granted) if entry.day <= closed)
    return tuple(found)


def _entries(facts: TipFacts, granted: str, *, sign: int = 1) -> Iterator[LiveEntry]:
    for day, heading, measure, amount in facts.counts:
        yield LiveEntry(day, heading, granted, sign * amount, measure)
    for day, heading, span, bucket in facts.durations:
        yield LiveEntry(day, heading, granted, sign, "", span, bucket)
