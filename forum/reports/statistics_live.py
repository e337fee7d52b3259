"""What the days after the last closed one add: each process carries it on from event to event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from threading import Lock
from typing import NamedTuple

from sqlalchemy.orm import Session

from forum.domain.duration_buckets import Span
from forum.domain.events import TipEvent
from forum.domain.figures import Totals
from forum.domain.measures import granted_at, measure_tip
from forum.domain.tip_facts import Ahead, Heading, TipFacts
from forum.domain.working_time import WorkCalendar, day_of, end_of
from forum.models.extent import Extent
from forum.models.histories import due_since, histories, these, touched_after, touched_since
from forum.reports.statistics_view import View

Divided = Mapping[tuple[date, str], Totals]
"""What was counted, by day and group."""
_INSTANT = timedelta(microseconds=1)


class Cell(NamedTuple):
    """Where something is counted that no fact holds yet: a measure, or a bucket of a span."""

    day: date
    heading: Heading
    granted: str
    what: str | tuple[Span, int]


@dataclass(frozen=True, slots=True)
class Live:
    """What is counted in each cell, of all tips; whoever shows it asks for what a view takes in."""

    number: int
    """Another one whenever anything may have happened to any tip."""
    cells: Mapping[Cell, int]

    def divide(self, view: View) -> Divided:
        """Return what belongs to the scope and may be seen."""
        found: dict[tuple[date, str], Totals] = defaultdict(Totals)
        for (day, heading, granted, what), amount in self.cells.items():
            if view.takes_in(heading, granted):
                totals = found[day, view.key_of(day, heading)]
                if isinstance(what, str):
                    totals.measures[what] += amount
                else:
                    totals.durations.setdefault(what[0], Counter())[what[1]] += amount
        return found


class _Known(NamedTuple):
    """What one tip adds, after so many events."""

    seq: int
    adds: Mapping[Cell, int]
    granted: str
    ahead: Ahead | None


class _Frame(NamedTuple):
    """With another one of these, everything is counted anew."""

    closed: date
    today: date
    calendar: WorkCalendar


class OpenDays:
    """What the open days add, kept between requests.

    A request replays only tips to which something has happened since the one before. Which these are is asked of
    the database each time, from the newest event on before which none can be missing; so nothing committed is
    overlooked, whoever wrote it. Nothing in here is cut to what somebody may see.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._frame: _Frame | None = None
        self._live = Live(0, {})
        self._forget()

    def _forget(self) -> None:
        self._known: dict[int, _Known] = {}
        self._ahead: list[tuple[datetime, int]] = []
        self._cells: Counter[Cell] = Counter()
        self._complete_up_to = 0
        self._seen: Extent | None = None

    def read(self, session: Session, calendar: WorkCalendar, seen: Extent, *, closed: date, now: datetime) -> Live:
        """Return what the days after `closed` add up to `now`; `seen` was read just before, in this session.

        Where a tip's restriction has changed since, what the closed days hold of it is taken out of the rows in
        which it stands and put where it belongs: a restriction works at once, also on the figures of the past.
        """
        frame = _Frame(closed, day_of(now), calendar)
        with self._lock:
            is_new = frame != self._frame
            self._frame = None  # until all of it has been read
            if is_new:
                self._forget()
            is_incomplete = not self._complete_up_to
            news = self._news(session, frame, is_new=is_new)
            self._note_completeness(seen)
            if self._take(news, now) or is_incomplete:
                self._live = Live(self._live.number + 1, dict(self._cells))
            self._frame = frame
            return self._live

    def _news(self, session: Session, frame: _Frame, *, is_new: bool) -> dict[int, _Known]:
        """Return each tip that adds something else than before."""
        start, after = end_of(frame.closed), self._complete_up_to
        touched = touched_after(session, after) if after else touched_since(session, start)
        changed = {tip for tip, seq in touched.items() if tip not in self._known or self._known[tip].seq != seq}
        if is_new:
            changed |= due_since(session, start, until=end_of(frame.today))
        elif not changed:
            return {}
        return {tip: _know(events, frame) for tip, events in histories(session, these(changed))}

    def _note_completeness(self, seen: Extent) -> None:
        """Move the id up to which no event was missing in what has just been read, after `seen`."""
        for earlier in (self._seen, seen):
            if earlier is not None and seen.oldest_writer >= earlier.next_writer:
                self._complete_up_to = max(self._complete_up_to, earlier.newest_event)
                self._seen = None
        self._seen = self._seen or seen

    def _take(self, news: Mapping[int, _Known], now: datetime) -> bool:
        """Put the tips' new parts in the place of the old ones, count deadlines that have passed; tell of a change."""
        for tip, known in news.items():
            before = self._known.get(tip)
            if before is not None:
                self._add(before.adds, -1)
            self._add(known.adds)
            self._known[tip] = known
            if known.ahead is not None:
                heappush(self._ahead, (known.ahead.due_at, tip))
        has_passed = False
        while self._ahead and self._ahead[0][0] <= now:
            due_at, tip = heappop(self._ahead)
            has_passed |= self._let_pass(tip, due_at)
        return bool(news) or has_passed

    def _let_pass(self, tip: int, due_at: datetime) -> bool:
        known = self._known[tip]
        if known.ahead is None or known.ahead.due_at != due_at:
            return False  # something that has happened since gave the tip another deadline, or none
        day, heading, measure, amount = known.ahead.then
        cell = Cell(day, heading, known.granted, measure)
        self._add({cell: amount})
        self._known[tip] = known._replace(adds={**known.adds, cell: known.adds.get(cell, 0) + amount}, ahead=None)
        return True

    def _add(self, adds: Mapping[Cell, int], sign: int = 1) -> None:
        for cell, amount in adds.items():
            self._cells[cell] += sign * amount
            if not self._cells[cell]:
                del self._cells[cell]


def _know(events: Sequence[TipEvent], frame: _Frame) -> _Known:
    """Measure a tip up to its last event, also where that was written by a clock ahead of ours."""
    start = end_of(frame.closed)
    facts = measure_tip(events, frame.calendar, until=max(start, events[-1].at + _INSTANT))
    was_granted = granted_at(events, start)
    has_moved = was_granted is not None and was_granted != facts.granted
    adds: Counter[Cell] = Counter()
    for day, heading, what, amount in _entries(facts):
        if has_moved or day > frame.closed:
            adds[Cell(day, heading, facts.granted, what)] += amount
        if has_moved and day <= frame.closed:
            adds[Cell(day, heading, was_granted or "", what)] -= amount
    return _Known(events[-1].seq, adds, facts.granted, facts.ahead)


def _entries(facts: TipFacts) -> Iterator[tuple[date, Heading, str | tuple[Span, int], int]]:
    yield from facts.counts
    for day, heading, span, bucket in facts.durations:
        yield day, heading, (span, bucket), 1
