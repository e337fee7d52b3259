"""The deadlines written into events: at receipt, at routing, after a reply, after a change of the calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from forum.domain.clocks import Pause
from forum.domain.deadlines import (
    citizen_deadline,
    deadlines_at_receipt,
    due_after_reply,
    recompute,
    responder_deadline,
    team_deadline,
)
from forum.domain.events import TipEvent
from forum.domain.sla import NoPolicy, Policy, PolicyClock, PolicyUnit
from forum.domain.vocabulary import Kind, Priority, TeamKind
from forum.domain.working_time import VN, DayKind, WorkCalendar

History = Callable[..., list[TipEvent]]

CITIZEN = Policy(
    id=142,
    clock=PolicyClock.CITIZEN,
    kind=Kind.FEEDBACK,
    team_kind=None,
    priority=None,
    is_remote=None,
    amount=10,
    unit=PolicyUnit.WORKING_DAYS,
    valid_from=date(2024, 1, 1),
    valid_to=None,
    source="own",
    is_verified=True,
    name_vi="Trả lời phản ánh",
    name_en="Answer feedback",
)
CRIME = replace(CITIZEN, id=101, kind=Kind.CRIME_REPORT, amount=20, unit=PolicyUnit.CALENDAR_DAYS)
TEAM = replace(CITIZEN, id=211, clock=PolicyClock.TEAM, kind=None, amount=3)
URGENT = replace(TEAM, id=212, priority=Priority.URGENT, amount=1)
RESPONDER = replace(CRIME, id=105, clock=PolicyClock.FIRST_RESPONDER, amount=12, unit=PolicyUnit.HOURS)
REMOTE = replace(RESPONDER, id=106, is_remote=True, amount=24)
POLICIES = (CITIZEN, CRIME, TEAM, URGENT, RESPONDER, REMOTE)


def vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


def with_day_off(calendar: WorkCalendar, day: date) -> WorkCalendar:
    return WorkCalendar({**calendar.exceptions, day: DayKind.DAY_OFF}, calendar.hours)


def test_a_received_tip_gets_the_citizens_and_the_first_teams_deadline(calendar: WorkCalendar) -> None:
    fields = deadlines_at_receipt(
        Kind.FEEDBACK,
        TeamKind.INTAKE_DESK,
        priority=Priority.NORMAL,
        at=vn("2026-02-13 16:00"),
        policies=POLICIES,
        calendar=calendar,
    )
    assert fields == {
        "citizen_due_at": vn("2026-03-07 00:00"),
        "citizen_policy_id": 142,
        "team_due_at": vn("2026-02-26 00:00"),
        "team_policy_id": 211,
    }


@pytest.mark.parametrize(
    ("received", "due", "policy_id"),
    [
        pytest.param(datetime(2025, 12, 31, 17, 30, tzinfo=UTC), "2026-01-22 00:00", 301, id="half past midnight"),
        pytest.param(datetime(2025, 12, 31, 16, 30, tzinfo=UTC), "2026-01-21 00:00", 101, id="half past eleven"),
    ],
)
def test_the_policy_of_the_day_in_viet_nam_applies_when_the_year_begins(
    calendar: WorkCalendar, received: datetime, due: str, policy_id: int
) -> None:
    table = (
        replace(CRIME, valid_to=date(2025, 12, 31)),
        replace(CRIME, id=301, valid_from=date(2026, 1, 1)),
    )
    deadline = citizen_deadline(Kind.CRIME_REPORT, received, policies=table, calendar=calendar)
    assert (deadline.due_at, deadline.policy_id) == (vn(due), policy_id)


@pytest.mark.parametrize(("is_remote", "due"), [(False, "2026-02-17 10:00"), (True, "2026-02-17 22:00")])
def test_the_first_responders_hours_run_through_the_night_of_tet(
    calendar: WorkCalendar, *, is_remote: bool, due: str
) -> None:
    found = responder_deadline(
        Kind.CRIME_REPORT,
        TeamKind.COMMUNE_POLICE,
        at=vn("2026-02-16 22:00"),
        policies=POLICIES,
        calendar=calendar,
        is_remote=is_remote,
    )
    assert found == vn(due)


def test_a_changed_priority_keeps_the_start_and_the_pauses_of_the_running_segment(calendar: WorkCalendar) -> None:
    deadline = team_deadline(
        Kind.FEEDBACK,
        TeamKind.DEPARTMENT,
        priority=Priority.URGENT,
        at=vn("2026-03-02 10:00"),
        policies=POLICIES,
        calendar=calendar,
        pauses=(Pause(vn("2026-03-02 14:00"), vn("2026-03-02 16:00")), Pause(vn("2026-03-03 08:00"))),
    )
    assert (deadline.due_at, deadline.policy_id) == (vn("2026-03-04 09:30"), 212)


def routed(*more: Any) -> tuple[Any, ...]:
    """Return steps of a tip received and routed on Monday 2 March, due for its team at the end of Thursday."""
    due = {"citizen_due_at": vn("2026-03-17"), "citizen_policy_id": 142}
    team = {"team_id": 2, "team_due_at": vn("2026-03-06"), "team_policy_id": 211}
    return (
        ("received", "2026-03-02 09:00", {**due, "team_due_at": vn("2026-03-06"), "team_policy_id": 211}),
        ("routed", "2026-03-02 10:00", team),
        ("accepted", "2026-03-02 10:30"),
        *more,
    )


def test_a_reply_moves_the_teams_deadline_by_the_working_time_of_the_wait(
    calendar: WorkCalendar, history: History
) -> None:
    events = history(*routed(("asked", "2026-03-03 16:00")))
    fields = due_after_reply(events, vn("2026-03-04 08:30"), policies=POLICIES, calendar=calendar)
    assert fields == {"team_due_at": vn("2026-03-06 09:30")}


@pytest.mark.parametrize("more", [(), (("answered", "2026-03-03 16:00"),)])
def test_a_reply_moves_nothing_when_nobody_waits(calendar: WorkCalendar, history: History, more: Any) -> None:
    assert due_after_reply(history(*routed(*more)), vn("2026-03-04"), policies=POLICIES, calendar=calendar) == {}


def test_a_changed_calendar_moves_the_open_deadlines(calendar: WorkCalendar, history: History) -> None:
    changed = with_day_off(calendar, date(2026, 3, 4))
    assert recompute(history(*routed()), POLICIES, calendar=changed) == {
        "citizen_due_at": vn("2026-03-18"),
        "team_due_at": vn("2026-03-07"),
    }


def test_an_unchanged_calendar_moves_nothing_even_after_pauses(calendar: WorkCalendar, history: History) -> None:
    steps = routed(("asked", "2026-03-03 16:00"))
    moved = due_after_reply(history(*steps), vn("2026-03-04 08:30"), policies=POLICIES, calendar=calendar)
    steps = (*steps, ("replied", "2026-03-04 08:30", moved), ("asked", "2026-03-04 10:00"))
    assert recompute(history(*steps), POLICIES, calendar=calendar) == {}


def test_a_changed_calendar_leaves_a_pause_out_as_it_now_counts(calendar: WorkCalendar, history: History) -> None:
    steps = routed(
        ("asked", "2026-03-03 09:00"), ("replied", "2026-03-04 09:00", {"team_due_at": vn("2026-03-06 17:00")})
    )
    changed = with_day_off(calendar, date(2026, 3, 3))
    # The team gains the day off, and of the pause only an hour and a half of Wednesday still counts.
    assert recompute(history(*steps), POLICIES, calendar=changed)["team_due_at"] == vn("2026-03-09 09:00")


@pytest.mark.parametrize(
    ("more", "moved"),
    [
        pytest.param((("answered", "2026-03-03 09:00"),), set(), id="answered"),
        pytest.param((("declined", "2026-03-03 09:00"),), set(), id="declined"),
        pytest.param((("duplicated", "2026-03-03 09:00", {"master_id": 5}),), {"citizen_due_at"}, id="duplicate"),
        pytest.param(
            (
                ("answered", "2026-03-03 09:00"),
                ("reopened", "2026-03-03 10:00", {"team_due_at": vn("2026-03-07"), "team_policy_id": 211}),
            ),
            {"team_due_at"},
            id="reopened",
        ),
    ],
)
def test_a_changed_calendar_moves_only_the_clocks_that_still_run(
    calendar: WorkCalendar, history: History, more: Any, moved: set[str]
) -> None:
    changed = with_day_off(calendar, date(2026, 3, 4))
    assert set(recompute(history(*routed(*more)), POLICIES, calendar=changed)) == moved


def test_a_changed_calendar_keeps_the_policy_under_which_the_clock_began(
    calendar: WorkCalendar, history: History
) -> None:
    newer = replace(TEAM, id=299, amount=1, valid_from=date(2026, 3, 1))
    assert recompute(history(*routed()), (*POLICIES, newer), calendar=calendar) == {}


def test_recomputing_fails_when_the_policy_of_a_clock_is_gone(calendar: WorkCalendar, history: History) -> None:
    with pytest.raises(NoPolicy):
        recompute(history(*routed()), (CITIZEN,), calendar=calendar)


def test_a_team_that_waits_past_its_deadline_still_has_the_time_it_had_when_it_asked(
    calendar: WorkCalendar, history: History
) -> None:
    events = history(*routed(("asked", "2026-03-05 16:00")))
    replied = vn("2026-03-23 07:30")
    due = due_after_reply(events, replied, policies=POLICIES, calendar=calendar)["team_due_at"]
    assert calendar.working_seconds(replied, due) == timedelta(hours=1).total_seconds()
