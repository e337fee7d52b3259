"""The calendar on which the deadline examples of the domain are reckoned, and a short way to write histories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from forum.domain.events import CITIZEN, SYSTEM, ActorKind, ActorRef, EventKind, TipEvent
from forum.domain.vocabulary import Category, Channel, Kind, Priority
from forum.domain.working_time import VN, DayKind, WorkCalendar

HOURS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
EXCEPTIONS = {
    date(2026, 1, 1): DayKind.HOLIDAY,
    date(2026, 1, 2): DayKind.DAY_OFF,
    date(2026, 1, 10): DayKind.WORKED,
    **{date(2026, 2, day): DayKind.HOLIDAY for day in range(16, 21)},
    date(2026, 4, 27): DayKind.HOLIDAY,
    date(2026, 4, 30): DayKind.HOLIDAY,
    date(2026, 5, 1): DayKind.HOLIDAY,
    date(2026, 8, 22): DayKind.WORKED,
    date(2026, 8, 31): DayKind.DAY_OFF,
    date(2026, 9, 1): DayKind.HOLIDAY,
    date(2026, 9, 2): DayKind.HOLIDAY,
    date(2026, 11, 24): DayKind.HOLIDAY,
    # A holiday on a Sunday and a "worked" Tuesday change nothing, and must not be counted as if they did.
    date(2026, 3, 15): DayKind.HOLIDAY,
    date(2026, 3, 17): DayKind.WORKED,
}


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    return WorkCalendar(EXCEPTIONS, HOURS)


BIRTH = {
    "channel": Channel.WEB,
    "category": Category.TRAFFIC,
    "kind": Kind.FEEDBACK,
    "priority": Priority.NORMAL,
    "team_id": 1,
}
BY_CITIZEN = {EventKind.RECEIVED, EventKind.REPLIED, EventKind.ADDED, EventKind.RATED, EventKind.REOPENED}
OFFICER = ActorRef(ActorKind.OFFICER, account_id=7, team_id=1)

Step = tuple[str, str] | tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="session")
def history() -> Callable[..., list[TipEvent]]:
    """Return a writer of histories: each step is a kind, a moment in Viet Nam, and perhaps changes."""

    def write(*steps: Step) -> list[TipEvent]:
        return [_event(seq, *step) for seq, step in enumerate(steps, start=1)]

    return write


def _event(seq: int, kind: str, moment: str, changes: dict[str, Any] | None = None) -> TipEvent:
    event_kind = EventKind(kind)
    actor = CITIZEN if event_kind in BY_CITIZEN else OFFICER
    if event_kind is EventKind.DEADLINE_RECOMPUTED:
        actor = SYSTEM
    born = BIRTH if event_kind is EventKind.RECEIVED else {}
    at = datetime.fromisoformat(moment).replace(tzinfo=VN)
    return TipEvent(seq, event_kind, at, actor, {**born, **(changes or {})})
