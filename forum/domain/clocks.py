"""The clocks of a tip, read from its events alone: the citizen's, each team's, each reopening's, the first response."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from forum.domain.errors import IllegalMove
from forum.domain.events import EventKind as E
from forum.domain.events import TipEvent
from forum.domain.working_time import WorkCalendar

SETTLING = frozenset({E.ANSWERED, E.TRANSFERRED_OUT, E.DECLINED})
"""The first of these stops the citizen's clock; the next one stops the clock of a reopening."""
RESPONDING = SETTLING | {E.INFORMED}
"""The first of these is the first response; a question to the citizen is none."""
BEGINNING = frozenset({E.RECEIVED, E.ROUTED, E.SENT_TO_DESK, E.UNLINKED, E.REOPENED})
"""Each of these starts the team's clock anew."""
ENDING = SETTLING | BEGINNING | {E.DUPLICATED}
"""Each of these ends the segment that runs."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The time in which a team waits for the citizen; open while `replied_at` is None."""

    asked_at: datetime
    replied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """What the events record about one team's time with a tip."""

    team_id: int
    started_at: datetime
    due_at: datetime | None
    policy_id: int | None
    ended_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()

    @property
    def asked_at(self) -> datetime | None:
        """Since when the segment waits for the citizen (or waited when it ended); None when it does not."""
        return self.pauses[-1].asked_at if self.pauses and self.pauses[-1].replied_at is None else None


@dataclass(frozen=True, slots=True)
class CitizenRecord:
    """What the events record about the citizen's clock."""

    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    policy_id: int | None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One clock read at one moment.

    `is_overdue` says that the clock ran past its deadline, stopped or not; `is_on_time` is None as long as
    that is open, or when there is no deadline.
    """

    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    wall_seconds: int
    working_seconds: int
    is_overdue: bool
    is_on_time: bool | None


@dataclass(frozen=True, slots=True)
class TeamSegment:
    """One team's time with a tip read at one moment; the seconds leave the pauses out."""

    team_id: int
    started_at: datetime
    ended_at: datetime | None
    pauses: tuple[Pause, ...]
    due_at: datetime | None
    policy_id: int | None
    wall_seconds: int
    working_seconds: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """When an officer first told the citizen something, and how long after the receipt."""

    at: datetime
    wall_seconds: int
    working_seconds: int


def citizen_record(events: Sequence[TipEvent]) -> CitizenRecord:
    """Return the citizen's clock as recorded; what a later reopening records does not touch it."""
    due_at: datetime | None = None
    policy_id: int | None = None
    for event in events:
        if event.kind in SETTLING:
            return CitizenRecord(_received_at(events), event.at, due_at, policy_id)
        due_at = event.changes.get("citizen_due_at", due_at)
        policy_id = event.changes.get("citizen_policy_id", policy_id)
    return CitizenRecord(_received_at(events), None, due_at, policy_id)


def citizen_clock(events: Sequence[TipEvent], calendar: WorkCalendar, *, now: datetime) -> ClockReading:
    """Read the citizen's clock: from the receipt to the first settlement, never paused, never reset."""
    record = citizen_record(events)
    return _read(record.started_at, record.stopped_at, record.due_at, calendar=calendar, now=now)


def reopening_clocks(events: Sequence[TipEvent], calendar: WorkCalendar, *, now: datetime) -> tuple[ClockReading, ...]:
    """Read one clock for each reopening, oldest first: up to its own settlement, due as its first team is.

    Neither a transfer nor a pause after the reopening moves that deadline; a change of the calendar does, as long
    as there was neither.
    """
    readings: list[ClockReading] = []
    started_at: datetime | None = None
    due_at: datetime | None = None
    is_first_team = False
    for event in events:
        if event.kind is E.REOPENED:
            started_at, due_at, is_first_team = event.at, event.changes.get("team_due_at"), True
        elif started_at is not None and event.kind in SETTLING:
            readings.append(_read(started_at, event.at, due_at, calendar=calendar, now=now))
            started_at = None
        elif event.kind in ENDING | {E.ASKED}:
            is_first_team = False
        elif event.kind is E.DEADLINE_RECOMPUTED and is_first_team:
            due_at = event.changes.get("team_due_at", due_at)
    if started_at is not None:
        readings.append(_read(started_at, None, due_at, calendar=calendar, now=now))
    return tuple(readings)


def segments(events: Iterable[TipEvent]) -> tuple[Segment, ...]:
    """Return every team's time with the tip as recorded, oldest first; an ended segment never changes."""
    ended: list[Segment] = []
    running: Segment | None = None
    team_id, due_at, policy_id = 0, None, None
    for event in events:
        if running is not None and event.kind in ENDING:
            ended.append(replace(running, ended_at=event.at))
            running = None
        team_id = event.changes.get("team_id", team_id)
        due_at = event.changes.get("team_due_at", due_at)
        policy_id = event.changes.get("team_policy_id", policy_id)
        if event.kind in BEGINNING:
            running = Segment(team_id, event.at, due_at, policy_id)
        elif running is not None:
            pauses = _paused(running.pauses, event)
            running = replace(running, due_at=due_at, policy_id=policy_id, pauses=pauses)
    return tuple(ended) if running is None else (*ended, running)


def open_segment(events: Iterable[TipEvent]) -> Segment | None:
    """Return the segment whose team still owes something; None when no team does."""
    last = segments(events)[-1:]
    return last[0] if last and last[0].ended_at is None else None


def team_segments(events: Iterable[TipEvent], calendar: WorkCalendar, *, now: datetime) -> tuple[TeamSegment, ...]:
    """Read the clock of every team that held the tip, oldest first."""
    return tuple(_read_segment(segment, calendar, now=now) for segment in segments(events))


def first_response(events: Sequence[TipEvent], calendar: WorkCalendar) -> FirstResponse | None:
    """Return the first public word of an officer, which later ones never replace; None before it."""
    start = _received_at(events)
    at = next((event.at for event in events if event.kind in RESPONDING), None)
    return None if at is None else FirstResponse(at, _seconds(at - start), calendar.working_seconds(start, at))


def _received_at(events: Sequence[TipEvent]) -> datetime:
    if not events or events[0].kind is not E.RECEIVED:
        raise IllegalMove
    received_at: datetime = events[0].changes.get("received_at", events[0].at)
    return received_at


def _paused(pauses: tuple[Pause, ...], event: TipEvent) -> tuple[Pause, ...]:
    if event.kind is E.ASKED:
        return (*pauses, Pause(event.at))
    if event.kind is E.REPLIED and pauses:
        return (*pauses[:-1], replace(pauses[-1], replied_at=event.at))
    return pauses


def _read(
    started_at: datetime, stopped_at: datetime | None, due_at: datetime | None, *, calendar: WorkCalendar, now: datetime
) -> ClockReading:
    until = stopped_at or now
    is_late = due_at is not None and until > due_at
    is_open = due_at is None or (stopped_at is None and not is_late)
    wall, working = _seconds(until - started_at), calendar.working_seconds(started_at, until)
    return ClockReading(started_at, stopped_at, due_at, wall, working, is_late, None if is_open else not is_late)


def _read_segment(segment: Segment, calendar: WorkCalendar, *, now: datetime) -> TeamSegment:
    until = segment.ended_at or now
    stood_since = segment.asked_at or until
    spans = [(pause.asked_at, pause.replied_at or until) for pause in segment.pauses]
    paused_wall = sum((end - begin for begin, end in spans), timedelta())
    paused_working = sum(calendar.working_seconds(begin, end) for begin, end in spans)
    return TeamSegment(
        team_id=segment.team_id,
        started_at=segment.started_at,
        ended_at=segment.ended_at,
        pauses=segment.pauses,
        due_at=segment.due_at,
        policy_id=segment.policy_id,
        wall_seconds=_seconds(until - segment.started_at - paused_wall),
        working_seconds=calendar.working_seconds(segment.started_at, until) - paused_working,
        is_overdue=segment.due_at is not None and stood_since > segment.due_at,
    )


def _seconds(duration: timedelta) -> int:
    return duration // timedelta(seconds=1)
