"""The clocks read from events: the citizen's, the teams', reopenings, the first response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.domain.clocks import (
    citizen_clock,
    citizen_record,
    first_response,
    open_segment,
    reopening_clocks,
    team_segments,
)
from forum.domain.errors import IllegalMove
from forum.domain.events import SYSTEM, EventKind, TipEvent
from forum.domain.lifecycle import FINAL, IN_HANDS, MOVES, SETTLED, Status, fold, is_legal
from forum.domain.vocabulary import Category, Channel, Kind, Priority
from forum.domain.working_time import VN, WorkCalendar

History = Callable[..., list[TipEvent]]
HOUR = 3600
DUE = datetime(2026, 3, 16, 17, tzinfo=UTC)


def vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


def received(at: str = "2026-03-02 09:00", **changes: Any) -> tuple[str, str, dict[str, Any]]:
    return "received", at, {"citizen_due_at": DUE, "citizen_policy_id": 142, **changes}


def test_citizens_clock_of_a_split_off_part_runs_from_the_receipt_of_the_whole(
    history: Callable[..., list[TipEvent]], calendar: WorkCalendar
) -> None:
    part = history(received("2026-03-05 09:00", received_at=vn("2026-03-02 09:00")))
    reading = citizen_clock(part, calendar, now=vn("2026-03-05 09:00"))
    assert (reading.started_at, reading.wall_seconds) == (vn("2026-03-02 09:00"), 3 * 24 * 3600)


def test_citizens_clock_runs_from_receipt_until_now_when_nobody_has_answered(
    calendar: WorkCalendar, history: History
) -> None:
    events = history(received(), ("routed", "2026-03-02 10:00", {"team_id": 2}), ("accepted", "2026-03-02 11:00"))
    reading = citizen_clock(events, calendar, now=vn("2026-03-03 09:00"))
    assert (reading.started_at, reading.stopped_at, reading.due_at) == (vn("2026-03-02 09:00"), None, DUE)
    assert (reading.wall_seconds, reading.working_seconds) == (24 * HOUR, 7.5 * HOUR)
    assert (reading.is_overdue, reading.is_on_time) == (False, None)


@pytest.mark.parametrize(
    ("kind", "at", "is_on_time"),
    [
        pytest.param("answered", "2026-03-13 09:00", True, id="an answer in time"),
        pytest.param("answered", "2026-03-17 00:00", True, id="an answer at the stroke of midnight"),
        pytest.param("answered", "2026-03-17 00:01", False, id="an answer after it"),
        pytest.param("declined", "2026-03-13 09:00", True, id="a decline"),
        pytest.param("transferred-out", "2026-03-13 09:00", True, id="the notice of a transfer to another authority"),
    ],
)
def test_citizens_clock_stops_at_the_first_settlement(
    calendar: WorkCalendar, history: History, kind: str, at: str, *, is_on_time: bool
) -> None:
    events = history(
        received(), ("routed", "2026-03-02 10:00", {"team_id": 2}), ("accepted", "2026-03-02 11:00"), (kind, at)
    )
    reading = citizen_clock(events, calendar, now=vn("2026-06-01 09:00"))
    assert reading.stopped_at == vn(at)
    assert (reading.is_on_time, reading.is_overdue) == (is_on_time, not is_on_time)
    assert reading.wall_seconds == (vn(at) - vn("2026-03-02 09:00")).total_seconds()


def test_citizens_clock_is_late_when_the_deadline_passes_without_an_answer(
    calendar: WorkCalendar, history: History
) -> None:
    reading = citizen_clock(history(received()), calendar, now=vn("2026-03-17 00:01"))
    assert (reading.is_overdue, reading.is_on_time) == (True, False)


def test_citizens_clock_is_neither_paused_by_a_question_nor_reset_by_transfers(
    calendar: WorkCalendar, history: History
) -> None:
    events = history(
        received(),
        ("routed", "2026-03-02 10:00", {"team_id": 2}),
        ("accepted", "2026-03-02 11:00"),
        ("asked", "2026-03-02 14:00"),
        ("replied", "2026-03-12 14:00"),
        ("routed", "2026-03-13 10:00", {"team_id": 3}),
    )
    reading = citizen_clock(events, calendar, now=vn("2026-03-13 11:00"))
    assert reading.wall_seconds == 11 * 24 * HOUR + 2 * HOUR


def test_citizens_clock_keeps_its_deadline_and_stop_when_the_tip_is_reopened(
    calendar: WorkCalendar, history: History
) -> None:
    events = history(
        received(),
        ("routed", "2026-03-02 10:00", {"team_id": 2}),
        ("accepted", "2026-03-02 11:00"),
        ("answered", "2026-03-03 09:00"),
        ("reopened", "2026-03-20 09:00", {"citizen_due_at": vn("2026-04-01"), "team_due_at": vn("2026-03-28")}),
    )
    reading = citizen_clock(events, calendar, now=vn("2026-05-01 09:00"))
    assert (reading.stopped_at, reading.due_at, reading.is_on_time) == (vn("2026-03-03 09:00"), DUE, True)


def test_citizens_clock_takes_the_deadline_of_the_kind_set_at_the_desk(
    calendar: WorkCalendar, history: History
) -> None:
    crime_due = vn("2026-03-24 00:00")
    events = history(
        received(),
        (
            "triaged",
            "2026-03-02 10:00",
            {"kind": Kind.CRIME_REPORT, "citizen_due_at": crime_due, "citizen_policy_id": 101},
        ),
    )
    record = citizen_record(events)
    assert (record.started_at, record.due_at, record.policy_id) == (vn("2026-03-02 09:00"), crime_due, 101)


def test_citizens_clock_counts_from_the_right_year_when_received_half_an_hour_into_it(
    calendar: WorkCalendar, history: History
) -> None:
    events = history(received("2026-01-01 00:30"))
    assert events[0].at == datetime(2025, 12, 31, 17, 30, tzinfo=UTC)
    reading = citizen_clock(events, calendar, now=vn("2026-01-05 08:30"))
    assert (reading.wall_seconds, reading.working_seconds) == (4 * 24 * HOUR + 8 * HOUR, HOUR)


@pytest.mark.parametrize("first", [(), (("routed", "2026-03-02 10:00"),)])
def test_clocks_refuse_a_history_that_does_not_begin_with_the_receipt(
    calendar: WorkCalendar, history: History, first: Sequence[tuple[str, str]]
) -> None:
    with pytest.raises(IllegalMove):
        citizen_clock(history(*first), calendar, now=vn("2026-03-03"))


def test_a_team_segment_ends_where_the_next_one_begins(calendar: WorkCalendar, history: History) -> None:
    events = history(
        received(team_due_at=vn("2026-03-04"), team_policy_id=201),
        ("triaged", "2026-03-02 10:00"),
        ("routed", "2026-03-02 11:00", {"team_id": 2, "team_due_at": vn("2026-03-12"), "team_policy_id": 211}),
        ("sent-to-desk", "2026-03-03 09:00", {"team_id": 1, "team_due_at": vn("2026-03-05"), "team_policy_id": 201}),
        ("routed", "2026-03-03 10:00", {"team_id": 3, "team_due_at": vn("2026-03-13"), "team_policy_id": 211}),
        ("accepted", "2026-03-03 13:30"),
        ("answered", "2026-03-16 09:00"),
        ("closed", "2026-03-20 09:00"),
    )
    found = team_segments(events, calendar, now=vn("2026-06-01 09:00"))
    assert [segment.team_id for segment in found] == [1, 2, 1, 3]
    assert [segment.policy_id for segment in found] == [201, 211, 201, 211]
    assert [segment.is_overdue for segment in found] == [False, False, False, True]
    assert [segment.working_seconds for segment in found[:3]] == [2 * HOUR, 5.5 * HOUR, HOUR]
    assert found[-1].ended_at == vn("2026-03-16 09:00")


def test_a_team_segment_leaves_the_wait_for_the_citizen_out(calendar: WorkCalendar, history: History) -> None:
    events = history(
        received(),
        ("routed", "2026-03-02 10:00", {"team_id": 2, "team_due_at": vn("2026-03-05"), "team_policy_id": 211}),
        ("accepted", "2026-03-02 10:30"),
        ("asked", "2026-03-02 11:00"),
        ("replied", "2026-03-04 11:00", {"team_due_at": vn("2026-03-07")}),
        ("asked", "2026-03-05 09:00"),
        ("replied", "2026-03-05 10:00", {"team_due_at": vn("2026-03-07 08:30")}),
    )
    segment = team_segments(events, calendar, now=vn("2026-03-05 11:00"))[-1]
    assert len(segment.pauses) == 2
    assert segment.due_at == vn("2026-03-07 08:30")
    assert segment.wall_seconds == (73 - 48 - 1) * HOUR
    assert segment.working_seconds == (1 + 0.5 + 3.5 + 2.5) * HOUR
    assert not segment.is_overdue


@pytest.mark.parametrize(
    ("asked", "is_overdue"),
    [
        pytest.param("2026-03-04 16:00", False, id="asked in time"),
        pytest.param("2026-03-05 00:00", False, id="asked at the stroke of midnight"),
        pytest.param("2026-03-05 09:00", True, id="asked late"),
    ],
)
def test_a_team_is_judged_by_the_moment_it_asked_while_it_waits(
    calendar: WorkCalendar, history: History, asked: str, *, is_overdue: bool
) -> None:
    events = history(
        received(),
        ("routed", "2026-03-02 10:00", {"team_id": 2, "team_due_at": vn("2026-03-05"), "team_policy_id": 211}),
        ("accepted", "2026-03-02 10:30"),
        ("asked", asked),
    )
    early, late = (team_segments(events, calendar, now=vn(now))[-1] for now in ("2026-03-06 09:00", "2026-04-06 09:00"))
    assert (early.is_overdue, late.is_overdue) == (is_overdue, is_overdue)
    assert (early.wall_seconds, early.working_seconds) == (late.wall_seconds, late.working_seconds)


def test_an_ended_segment_is_not_touched_by_what_is_recorded_later(calendar: WorkCalendar, history: History) -> None:
    begun = (
        received(team_due_at=vn("2026-03-04"), team_policy_id=201),
        ("routed", "2026-03-02 11:00", {"team_id": 2, "team_due_at": vn("2026-03-12"), "team_policy_id": 211}),
    )
    later = (
        ("deadline-recomputed", "2026-03-03 08:00", {"team_due_at": vn("2026-03-13")}),
        ("reclassified", "2026-03-03 09:00", {"team_due_at": vn("2026-03-18"), "team_policy_id": 213}),
    )
    now = vn("2026-03-03 10:00")
    before = team_segments(history(*begun), calendar, now=now)
    after = team_segments(history(*begun, *later), calendar, now=now)
    assert after[0] == before[0]
    assert (after[1].due_at, after[1].policy_id) == (vn("2026-03-18"), 213)


def test_no_team_clock_runs_while_a_tip_follows_another_and_a_new_one_runs_when_it_is_unlinked(
    calendar: WorkCalendar, history: History
) -> None:
    events = history(
        received(),
        ("duplicated", "2026-03-02 10:00", {"master_id": 5, "team_id": 4}),
        ("followed", "2026-03-04 10:00", {"team_id": 6}),
        ("unlinked", "2026-03-06 10:00", {"team_id": 1, "team_due_at": vn("2026-03-10")}),
    )
    assert open_segment(events[:3]) is None
    found = team_segments(events, calendar, now=vn("2026-03-06 11:00"))
    assert [(segment.team_id, segment.wall_seconds) for segment in found] == [(1, HOUR), (1, HOUR)]


def test_each_reopening_counts_apart_to_its_own_answer(calendar: WorkCalendar, history: History) -> None:
    events = history(
        received(),
        ("routed", "2026-03-02 10:00", {"team_id": 2}),
        ("accepted", "2026-03-02 11:00"),
        ("answered", "2026-03-03 09:00"),
        ("reopened", "2026-03-05 09:00", {"team_due_at": vn("2026-03-12")}),
        ("routed", "2026-03-05 10:00", {"team_id": 3, "team_due_at": vn("2026-03-20")}),
        ("accepted", "2026-03-05 11:00"),
        ("answered", "2026-03-13 09:00"),
        ("closed", "2026-03-13 10:00"),
        ("reopened", "2026-03-16 09:00", {"team_due_at": vn("2026-03-25")}),
        ("deadline-recomputed", "2026-03-16 10:00", {"team_due_at": vn("2026-03-26")}),
    )
    first, second = reopening_clocks(events, calendar, now=vn("2026-03-17 09:00"))
    assert (first.started_at, first.stopped_at, first.due_at) == (
        vn("2026-03-05 09:00"),
        vn("2026-03-13 09:00"),
        vn("2026-03-12"),
    )
    assert (first.is_on_time, second.is_on_time) == (False, None)
    assert reopening_clocks(events[:9], calendar, now=vn("2026-03-17 09:00")) == (first,)
    assert (second.due_at, second.wall_seconds, second.working_seconds) == (vn("2026-03-26"), 24 * HOUR, 7.5 * HOUR)


@pytest.mark.parametrize("under_way", [("routed", {"team_id": 3}), ("asked", {})])
def test_a_reopening_keeps_its_deadline_when_the_team_has_changed_or_asked_since(
    calendar: WorkCalendar, history: History, under_way: tuple[str, dict[str, Any]]
) -> None:
    kind, changes = under_way
    events = history(
        received(),
        ("routed", "2026-03-02 10:00", {"team_id": 2}),
        ("accepted", "2026-03-02 11:00"),
        ("answered", "2026-03-03 09:00"),
        ("reopened", "2026-03-05 09:00", {"team_due_at": vn("2026-03-12")}),
        ("accepted", "2026-03-05 10:00"),
        (kind, "2026-03-05 11:00", changes),
        ("deadline-recomputed", "2026-03-06 11:00", {"team_due_at": vn("2026-03-30")}),
    )
    (reading,) = reopening_clocks(events, calendar, now=vn("2026-03-07 09:00"))
    assert reading.due_at == vn("2026-03-12")


def test_the_first_response_is_the_first_public_word_and_a_question_is_none(
    calendar: WorkCalendar, history: History
) -> None:
    events = history(
        received("2026-03-06 16:00"),
        ("routed", "2026-03-06 16:10", {"team_id": 2}),
        ("accepted", "2026-03-06 16:20"),
        ("asked", "2026-03-06 16:30"),
        ("replied", "2026-03-07 10:00"),
        ("noted", "2026-03-07 11:00"),
        ("informed", "2026-03-09 08:30"),
        ("answered", "2026-03-10 08:30"),
    )
    assert first_response(events[:6], calendar) is None
    response = first_response(events, calendar)
    assert response is not None
    assert (response.at, response.wall_seconds, response.working_seconds) == (
        vn("2026-03-09 08:30"),
        64 * HOUR + HOUR // 2,
        2 * HOUR,
    )


@st.composite
def legal_histories(draw: st.DrawFn) -> list[TipEvent]:
    """Draw a history in which every move is legal and deadlines and teams change as services change them."""
    at = datetime(2026, 1, 5, tzinfo=UTC)
    born = {
        "channel": Channel.WEB,
        "category": Category.OTHER,
        "kind": Kind.FEEDBACK,
        "priority": Priority.NORMAL,
        "team_id": 1,
        "team_due_at": at + timedelta(days=2),
        "citizen_due_at": at + timedelta(days=14),
    }
    events = [TipEvent(1, EventKind.RECEIVED, at, SYSTEM, born)]
    status = Status.RECEIVED
    for seq in range(2, draw(st.integers(2, 30))):
        legal = [kind for kind in EventKind if is_legal(kind, status)]
        # Moves that lead on are drawn more often, so that many lives are answered, reopened and answered again.
        leading = [kind for kind in legal if MOVES[kind].target in {*IN_HANDS, *SETTLED, Status.REOPENED}]
        kind = draw(st.sampled_from(legal + 4 * leading))
        at += timedelta(seconds=draw(st.integers(1, 3 * 86_400)))
        fresh = {
            "team_id": draw(st.integers(1, 9)),
            "team_due_at": at + timedelta(hours=draw(st.integers(1, 99))),
            "citizen_due_at": at + timedelta(days=7),
        }
        if kind is EventKind.REOPENED:
            del fresh["citizen_due_at"]
        events.append(
            TipEvent(seq, kind, at, SYSTEM, {name: fresh[name] for name in sorted(fresh.keys() & MOVES[kind].sets)})
        )
        status = MOVES[kind].target or status
    return events


@given(legal_histories())
@settings(max_examples=300)
def test_clocks_agree_with_the_folded_state_after_any_legal_history(
    calendar: WorkCalendar, events: list[TipEvent]
) -> None:
    state = fold(events)
    record = citizen_record(events)
    assert (record.started_at, record.stopped_at) == (state.received_at, state.settled_at)
    response = first_response(events, calendar)
    assert (response.at if response else None) == state.first_response_at
    running = open_segment(events)
    assert (running is None) == (state.status in SETTLED | {Status.DUPLICATE})
    if running is not None:
        assert (running.team_id, running.started_at) == (state.team_id, state.team_since)
        assert (running.due_at, running.asked_at) == (state.team_due_at, state.waiting_since)
    if record.stopped_at is None:
        assert record.due_at == state.citizen_due_at


@given(legal_histories(), st.integers(0, 90 * 86_400))
def test_team_segments_never_overlap_nor_exceed_the_life_of_the_tip(
    calendar: WorkCalendar, events: list[TipEvent], later: int
) -> None:
    now = events[-1].at + timedelta(seconds=later)
    found = team_segments(events, calendar, now=now)
    assert all(one.ended_at is not None and one.ended_at <= other.started_at for one, other in pairwise(found))
    assert all(0 <= segment.working_seconds <= segment.wall_seconds for segment in found)
    assert sum(segment.wall_seconds for segment in found) <= (now - events[0].at).total_seconds()


@given(legal_histories())
def test_reopening_clocks_are_as_many_as_the_reopenings_and_only_the_last_may_run(
    calendar: WorkCalendar, events: list[TipEvent]
) -> None:
    state = fold(events)
    readings = reopening_clocks(events, calendar, now=events[-1].at)
    assert len(readings) == state.reopened_count
    assert all(reading.stopped_at is not None for reading in readings[:-1])
    if state.status in FINAL:
        assert all(reading.stopped_at is not None for reading in readings)


@given(legal_histories(), st.data())
def test_a_closed_clock_reads_the_same_however_the_history_goes_on(
    calendar: WorkCalendar, events: list[TipEvent], data: st.DataObject
) -> None:
    part = events[: data.draw(st.integers(1, len(events)))]
    now = events[-1].at
    ended = [segment for segment in team_segments(part, calendar, now=now) if segment.ended_at is not None]
    assert list(team_segments(events, calendar, now=now)[: len(ended)]) == ended
    before = citizen_clock(part, calendar, now=now)
    if before.stopped_at is not None:
        assert citizen_clock(events, calendar, now=now) == before
