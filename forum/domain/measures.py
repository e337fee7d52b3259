"""What a tip's events count for, on which day and under which heading: the one source of every figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from forum.domain.duration_buckets import Span, bucket_of
from forum.domain.events import EventKind, TipEvent
from forum.domain.lifecycle import SETTLED, TipState, apply
from forum.domain.tip_facts import Ahead, Count, Heading, Lasted, TipFacts
from forum.domain.working_time import WorkCalendar, day_of

MEASURES = (
    "received",
    "arrived",
    "entered",
    "left_team",
    "open_delta",
    "overdue_delta",
    "first_responses",
    "answered",
    "settled",
    "settled_on_time",
    "settled_with_deadline",
    "closed",
    "founded",
    "valuable",
    "grassroots",
    "cases",
    "offenders",
    "reopened",
    "rated",
    "solved",
    "score_sum",
)
"""Whole numbers that are added up over days and headings.

`received` counts births, `arrived` also the coming from another province, `entered` the coming to a team from
anywhere; `open_delta` and `overdue_delta` are signed, so that their running sum is what stood at the end of a day.
"""

SAID_AT_CLOSING = ("founded", "valuable", "grassroots")
UNRESTRICTED = ""


def granted_key(state: TipState) -> str:
    """Return the teams on the list of a restricted tip as ",3,17,"; UNRESTRICTED for everybody else's."""
    if state.restriction is None:
        return UNRESTRICTED
    return "".join((",", *(f"{team}," for team in sorted(set(state.granted_team_ids)))))


def measure_tip(events: Sequence[TipEvent], calendar: WorkCalendar, *, until: datetime) -> TipFacts:
    """Count the whole history of one tip, oldest event first; all events lie before `until`.

    A deadline that passes without an event counts on the day on which it passes. Raise IllegalMove for a history
    that the lifecycle forbids.
    """
    walk = _Walk(calendar)
    for event in events:
        walk.step(event)
    return walk.finish(until)


@dataclass(slots=True)
class _Walk:
    """The fold of one tip's events, with what each step counts for."""

    calendar: WorkCalendar
    state: TipState | None = None
    at: datetime | None = None
    is_overdue: bool = False
    rating: tuple[bool, int] | None = None
    counts: list[Count] = field(default_factory=list)
    durations: list[Lasted] = field(default_factory=list)

    def step(self, event: TipEvent) -> None:
        before = self.state
        self._let_deadline_pass(event.at)
        after = apply(before, event)
        day, heading = day_of(event.at), _heading(after)
        if before is None or before.province_code != after.province_code:
            self._count(day, heading, "arrived")
        if before is None or before.team_id != after.team_id:
            self._count(day, heading, "entered")
            if before is not None:
                self._count(day, _heading(before), "left_team")
        self._stand(day, before, after, is_overdue=_is_overdue(after, event.at))
        self._flow(day, heading, event=event, before=before, after=after)
        self.state, self.at = after, event.at

    def finish(self, until: datetime) -> TipFacts:
        self._let_deadline_pass(until)
        granted = UNRESTRICTED if self.state is None else granted_key(self.state)
        return TipFacts(granted, tuple(self.counts), tuple(self.durations), self._ahead())

    def _ahead(self) -> Ahead | None:
        """Return the deadline to come; called when those of the past have been counted."""
        state = self.state
        if state is None or state.settled_at is not None or state.citizen_due_at is None or self.is_overdue:
            return None
        due = state.citizen_due_at
        return Ahead(due, Count(day_of(due), _heading(state), "overdue_delta", 1))

    def _count(self, day: date, heading: Heading, measure: str, amount: int = 1) -> None:
        if amount:
            self.counts.append(Count(day, heading, measure, amount))

    def _let_deadline_pass(self, moment: datetime) -> None:
        """Count the deadline that passed, if one did, since the last event and before `moment`."""
        state, at = self.state, self.at
        if state is None or at is None or self.is_overdue or not _is_overdue(state, moment):
            return
        due = state.citizen_due_at
        self._count(day_of(max(due, at) if due else at), _heading(state), "overdue_delta")
        self.is_overdue = True

    def _stand(self, day: date, before: TipState | None, after: TipState, *, is_overdue: bool) -> None:
        """Move what stands open and overdue from the old heading to the new one."""
        self._move(day, "open_delta", _standing(before, is_open(before)), _standing(after, is_open(after)))
        was = _standing(before, self.is_overdue)
        self._move(day, "overdue_delta", was, _standing(after, is_overdue))
        self.is_overdue = is_overdue

    def _move(self, day: date, measure: str, old: Heading | None, new: Heading | None) -> None:
        if old == new:
            return
        if old is not None:
            self._count(day, old, measure, -1)
        if new is not None:
            self._count(day, new, measure)

    def _flow(self, day: date, heading: Heading, *, event: TipEvent, before: TipState | None, after: TipState) -> None:
        if event.kind in _FLOWS:
            self._count(day, heading, _FLOWS[event.kind])
        if before is not None and before.first_response_at is None and after.first_response_at is not None:
            self._count(day, heading, "first_responses")
            self._last(day, heading, after, (Span.RESPONSE_WALL, Span.RESPONSE_WORKING), event.at)
        if before is not None and before.settled_at is None and after.settled_at is not None:
            self._settle(day, heading, after, event.at)
        if event.kind is EventKind.CLOSED and before is not None:
            self._close(day, heading, before, after)
        if event.kind is EventKind.ANSWERED:
            self.rating = None
        if event.kind is EventKind.RATED:
            self._rate(day, heading, after)

    def _settle(self, day: date, heading: Heading, after: TipState, at: datetime) -> None:
        self._count(day, heading, "settled")
        if after.citizen_due_at is not None:
            self._count(day, heading, "settled_with_deadline")
            self._count(day, heading, "settled_on_time", int(at <= after.citizen_due_at))
        self._last(day, heading, after, (Span.SETTLEMENT_WALL, Span.SETTLEMENT_WORKING), at)

    def _last(self, day: date, heading: Heading, after: TipState, spans: tuple[Span, Span], at: datetime) -> None:
        wall = (at - after.received_at) // timedelta(seconds=1)
        working = self.calendar.working_seconds(after.received_at, at)
        for span, seconds in zip(spans, (wall, working), strict=True):
            self.durations.append(Lasted(day, heading, span, bucket_of(seconds)))

    def _close(self, day: date, heading: Heading, before: TipState, after: TipState) -> None:
        for measure in SAID_AT_CLOSING:
            self._count(day, heading, measure, int(bool(getattr(after, measure))))
        # Closed again after a reopening, the tip says its cases anew: only the difference is more.
        self._count(day, heading, "cases", after.cases - before.cases)
        self._count(day, heading, "offenders", after.offenders - before.offenders)

    def _rate(self, day: date, heading: Heading, after: TipState) -> None:
        """Count a rating; a second one of the same answer takes the place of the first."""
        solved, score = bool(after.is_solved), after.score or 0
        was_solved, was_score = self.rating or (False, 0)
        self._count(day, heading, "rated", int(self.rating is None))
        self._count(day, heading, "solved", solved - was_solved)
        self._count(day, heading, "score_sum", score - was_score)
        self.rating = (solved, score)


_FLOWS = {
    EventKind.RECEIVED: "received",
    EventKind.ANSWERED: "answered",
    EventKind.CLOSED: "closed",
    EventKind.REOPENED: "reopened",
}


def is_open(state: TipState | None) -> bool:
    """Whether the citizen is still owed an answer; the sender of a duplicate is, until its master is answered."""
    return state is not None and state.status not in SETTLED


def granted_at(events: Iterable[TipEvent], before: datetime) -> str | None:
    """Return the restriction as it stood at a moment, None when the tip had not been received."""
    state: TipState | None = None
    for event in events:
        if event.at >= before:
            break
        state = apply(state, event)
    return None if state is None else granted_key(state)


def _standing(state: TipState | None, stands: bool) -> Heading | None:  # noqa: FBT001 - read as one phrase
    return _heading(state) if state is not None and stands else None


def _is_overdue(state: TipState, moment: datetime) -> bool:
    return state.settled_at is None and state.citizen_due_at is not None and moment > state.citizen_due_at


def _heading(state: TipState) -> Heading:
    return Heading(state.province_code or "", state.team_id, state.category.value, state.kind.value)
