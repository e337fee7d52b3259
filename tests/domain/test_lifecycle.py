"""The life of a tip: which move is legal where, what it may set, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.domain.errors import IllegalMove
from forum.domain.events import SYSTEM, EventKind, TipEvent
from forum.domain.lifecycle import MOVES, Status, TipState, apply, fold, is_legal
from forum.domain.vocabulary import Category, Channel, Kind, Priority, Restriction
from forum.domain.working_time import VN

History = Callable[..., list[TipEvent]]
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)

# A column for each status: the status after the move, "same" when it is kept, "." when the move is refused.
TABLE = """
after               recv    triaged routed  accept  work    wait    answer  closed  dup     out     decline reopen
received            .       .       .       .       .       .       .       .       .       .       .       .
triaged             triaged triaged .       .       .       .       .       .       .       .       .       .
reclassified        .       .       same    same    same    same    .       .       .       .       .       same
sent-to-desk        recv    recv    recv    recv    recv    .       .       .       .       .       .       recv
routed              routed  routed  routed  routed  routed  .       .       .       .       .       .       routed
accepted            .       accept  accept  .       .       .       .       .       .       .       .       accept
assigned            .       .       .       work    work    .       .       .       .       .       .       .
responded           same    same    same    same    same    same    .       .       .       .       .       same
noted               same    same    same    same    same    same    same    same    same    same    same    same
informed            same    same    same    same    same    same    .       .       .       .       .       same
asked               .       .       .       wait    wait    .       .       .       .       .       .       .
replied             .       .       .       .       .       work    .       .       .       .       .       .
added               same    same    same    same    same    same    same    same    same    same    same    same
answer-proposed     .       .       .       same    same    same    .       .       .       .       .       .
answer-returned     .       .       .       same    same    same    .       .       .       .       .       .
answered            .       .       .       answer  answer  answer  .       .       answer  .       .       .
closed              .       .       .       .       .       .       closed  .       .       .       .       .
rated               .       .       .       .       .       .       same    same    .       .       .       .
reopened            .       .       .       .       .       .       reopen  reopen  .       .       .       .
duplicated          dup     dup     dup     dup     dup     .       .       .       .       .       .       dup
unlinked            .       .       .       .       .       .       .       .       triaged .       .       .
followed            .       .       .       .       .       .       .       .       same    .       .       .
split               same    same    same    same    same    same    .       .       .       .       .       same
transferred-out     out     out     out     out     out     .       .       .       .       .       .       out
declined            decline decline decline decline decline decline .       .       .       .       .       decline
restricted          same    same    same    same    same    same    same    same    .       same    same    same
restriction-lifted  same    same    same    same    same    same    same    same    .       same    same    same
deadline-recomputed same    same    same    same    same    same    .       .       same    .       .       same
identity-requested  same    same    same    same    same    same    same    same    same    same    same    same
identity-consented  same    same    same    same    same    same    same    same    same    same    same    same
identity-refused    same    same    same    same    same    same    same    same    same    same    same    same
identity-opened     same    same    same    same    same    same    same    same    same    same    same    same
identity-handed-over same   same    same    same    same    same    same    same    same    same    same    same
held                 same   same    same    same    same    same    same    same    same    same    same    same
hold-lifted          same   same    same    same    same    same    same    same    same    same    same    same
"""
SHORT = {
    "recv": Status.RECEIVED,
    "triaged": Status.TRIAGED,
    "routed": Status.ROUTED,
    "accept": Status.ACCEPTED,
    "work": Status.IN_PROGRESS,
    "wait": Status.WAITING,
    "answer": Status.ANSWERED,
    "closed": Status.CLOSED,
    "dup": Status.DUPLICATE,
    "out": Status.TRANSFERRED_OUT,
    "decline": Status.DECLINED,
    "reopen": Status.REOPENED,
}
HEAD, *ROWS = (line.split() for line in TABLE.strip().splitlines())
CELLS = [
    (EventKind(row[0]), SHORT[column], SHORT.get(cell, SHORT[column]) if cell != "." else None)
    for row in ROWS
    for column, cell in zip(HEAD[1:], row[1:], strict=True)
]


def vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


def state_in(status: Status, **given: Any) -> TipState:
    waiting = {"waiting_since": NOON} if status is Status.WAITING else {}
    base = TipState(
        status=status,
        received_at=NOON,
        channel=Channel.WEB,
        category=Category.TRAFFIC,
        kind=Kind.FEEDBACK,
        priority=Priority.NORMAL,
        team_id=1,
        team_since=NOON,
        event_count=1,
    )
    return replace(base, **{**waiting, **given})


def event(kind: EventKind, *, seq: int = 2, changes: Mapping[str, Any] | None = None) -> TipEvent:
    return TipEvent(seq, kind, LATER, SYSTEM, changes or {})


def test_the_table_of_these_tests_names_every_event_and_every_status() -> None:
    assert [kind for kind, status, _ in CELLS if status is Status.RECEIVED] == list(EventKind)
    assert [SHORT[column] for column in HEAD[1:]] == list(Status)


@pytest.mark.parametrize(("kind", "status", "target"), CELLS)
def test_a_move_leads_where_the_table_says_or_is_refused(
    kind: EventKind, status: Status, target: Status | None
) -> None:
    assert is_legal(kind, status) is (target is not None)
    if target is None:
        with pytest.raises(IllegalMove):
            apply(state_in(status), event(kind))
    else:
        assert apply(state_in(status), event(kind)).status is target


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.RECEIVED])
def test_only_the_receipt_begins_a_life(kind: EventKind) -> None:
    assert not is_legal(kind, None)
    with pytest.raises(IllegalMove):
        apply(None, event(kind, seq=1))


CLOCK = "citizen_due_at citizen_policy_id team_due_at team_policy_id responder_due_at"
CLASSED = "kind category priority tags province_code commune_code"
PLACED = "team_id responder_team_id assignee_id"
LIMITED = "restriction granted_team_ids"
SETTABLE = {
    "received": f"{CLASSED} {PLACED} {LIMITED} {CLOCK} channel is_about_police received_at",
    "triaged": f"{CLASSED} {CLOCK}",
    "reclassified": f"{CLASSED} {CLOCK}",
    "sent-to-desk": f"{PLACED} {LIMITED} {CLOCK} priority province_code commune_code",
    "routed": f"{PLACED} {LIMITED} {CLOCK} priority",
    "accepted": "assignee_id",
    "assigned": "assignee_id",
    "replied": CLOCK,
    "closed": "founded valuable grassroots cases offenders",
    "rated": "is_solved score",
    "reopened": f"{CLOCK} assignee_id priority",
    "duplicated": f"{PLACED} {LIMITED} {CLOCK} master_id",
    "unlinked": f"{PLACED} {CLOCK}",
    "followed": f"{PLACED} {LIMITED}",
    "restricted": LIMITED + " responder_team_id responder_due_at",
    "restriction-lifted": LIMITED,
    "deadline-recomputed": CLOCK,
    "held": "is_held",
    "hold-lifted": "is_held",
}


@pytest.mark.parametrize("kind", list(EventKind))
def test_a_move_may_set_the_fields_of_its_kind_and_no_other(kind: EventKind) -> None:
    settable = set(SETTABLE.get(kind.value, "").split())
    assert MOVES[kind].sets == settable
    if kind is EventKind.RECEIVED:
        return
    source = min(MOVES[kind].sources)
    for name in {field.name for field in fields(TipState)}:
        change = event(kind, changes={name: getattr(state_in(source), name)})
        if name in settable:
            apply(state_in(source), change)
        else:
            with pytest.raises(IllegalMove):
                apply(state_in(source), change)


def test_an_event_is_refused_when_it_is_not_the_next_one() -> None:
    for seq in (1, 3):
        with pytest.raises(IllegalMove):
            apply(state_in(Status.RECEIVED), event(EventKind.NOTED, seq=seq))


def test_an_empty_history_is_no_tip() -> None:
    with pytest.raises(IllegalMove):
        fold([])


@pytest.mark.parametrize(
    ("status", "given", "kind", "expected"),
    [
        ("accepted", {}, "informed", {"first_response_at": LATER, "settled_at": None}),
        ("accepted", {}, "asked", {"first_response_at": None, "waiting_since": LATER}),
        ("accepted", {}, "noted", {"first_response_at": None}),
        ("accepted", {"first_response_at": NOON}, "answered", {"first_response_at": NOON, "settled_at": LATER}),
        ("accepted", {"settled_at": NOON}, "answered", {"settled_at": NOON, "answered_at": LATER}),
        ("accepted", {"is_answer_pending": True}, "answered", {"is_answer_pending": False}),
        ("routed", {}, "transferred-out", {"first_response_at": LATER, "settled_at": LATER, "answered_at": None}),
        ("triaged", {}, "declined", {"first_response_at": LATER, "settled_at": LATER, "answered_at": None}),
        ("waiting-for-citizen", {}, "declined", {"waiting_since": None}),
        ("waiting-for-citizen", {}, "noted", {"waiting_since": NOON}),
        ("waiting-for-citizen", {}, "replied", {"waiting_since": None, "team_since": NOON}),
        ("triaged", {"is_answer_pending": True}, "routed", {"team_since": LATER, "is_answer_pending": False}),
        ("routed", {}, "sent-to-desk", {"team_since": LATER}),
        ("routed", {}, "accepted", {"team_since": NOON}),
        ("routed", {"responder_due_at": LATER}, "responded", {"responder_due_at": None, "first_response_at": None}),
        ("routed", {"responder_due_at": LATER}, "accepted", {"responder_due_at": LATER}),
        ("routed", {"responder_due_at": LATER}, "informed", {"responder_due_at": LATER}),
        ("accepted", {"responder_due_at": LATER}, "answered", {"responder_due_at": None}),
        ("accepted", {}, "answer-proposed", {"is_answer_pending": True}),
        ("accepted", {"is_answer_pending": True}, "answer-returned", {"is_answer_pending": False}),
        ("answered", {"answered_at": NOON}, "closed", {"closed_at": LATER, "answered_at": NOON}),
        (
            "closed",
            {"answered_at": NOON, "closed_at": NOON, "settled_at": NOON, "reopened_count": 1},
            "reopened",
            {
                "answered_at": None,
                "closed_at": None,
                "settled_at": NOON,
                "reopened_at": LATER,
                "reopened_count": 2,
                "team_since": LATER,
            },
        ),
        ("duplicate", {"master_id": 5}, "unlinked", {"master_id": None, "team_since": LATER}),
        ("duplicate", {"master_id": 5}, "answered", {"master_id": 5, "settled_at": LATER}),
    ],
)
def test_what_follows_from_a_move_is_derived(
    status: str, given: dict[str, Any], kind: str, expected: dict[str, Any]
) -> None:
    after = apply(state_in(Status(status), **given), event(EventKind(kind)))
    assert {name: getattr(after, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("status", "given", "queue_at"),
    [
        pytest.param("received", {}, NOON, id="without deadlines since the receipt"),
        pytest.param("routed", {"citizen_due_at": LATER, "team_due_at": NOON}, NOON, id="the team's is nearer"),
        pytest.param("routed", {"citizen_due_at": NOON, "team_due_at": LATER}, NOON, id="the citizen's is nearer"),
        pytest.param("routed", {"team_due_at": LATER, "responder_due_at": NOON}, NOON, id="the responder's is nearer"),
        pytest.param(
            "reopened",
            {"citizen_due_at": NOON, "settled_at": NOON, "team_due_at": LATER},
            LATER,
            id="a citizen's clock that has stopped does not count",
        ),
        pytest.param("answered", {"answered_at": LATER, "team_due_at": NOON}, LATER, id="answered, to be closed"),
        pytest.param("closed", {"citizen_due_at": NOON}, None, id="closed"),
        pytest.param("declined", {"citizen_due_at": NOON}, None, id="declined"),
        pytest.param("transferred-out", {"team_due_at": NOON}, None, id="transferred out"),
        pytest.param("duplicate", {"citizen_due_at": NOON}, None, id="a duplicate follows its master"),
    ],
)
def test_a_tip_stands_in_the_queue_by_its_nearest_running_deadline(
    status: str, given: dict[str, Any], queue_at: datetime | None
) -> None:
    assert state_in(Status(status), **given).queue_at == queue_at


def test_a_part_of_a_split_tip_waits_since_the_whole_was_received(history: History) -> None:
    part = fold(history(("received", "2026-03-05 09:00", {"received_at": vn("2026-03-02 09:00")})))
    assert (part.received_at, part.team_since) == (vn("2026-03-02 09:00"), vn("2026-03-05 09:00"))


def test_a_whole_life_folds_into_the_row_it_amounts_to(history: History) -> None:
    events = history(
        (
            "received",
            "2026-01-01 00:30",
            {"citizen_due_at": vn("2026-01-16"), "citizen_policy_id": 142, "is_about_police": False},
        ),
        ("triaged", "2026-01-05 08:00", {"priority": Priority.HIGH, "tags": ("đá lăn",)}),
        (
            "routed",
            "2026-01-05 08:30",
            {"team_id": 2, "responder_team_id": 3, "responder_due_at": vn("2026-01-05 20:30")},
        ),
        ("accepted", "2026-01-05 09:00", {"assignee_id": 9}),
        ("responded", "2026-01-05 09:30"),
        ("asked", "2026-01-05 10:00"),
        ("replied", "2026-01-06 10:00", {"team_due_at": vn("2026-01-15")}),
        ("answer-proposed", "2026-01-07 08:00"),
        ("answered", "2026-01-07 09:00"),
        ("closed", "2026-01-08 09:00", {"founded": True, "valuable": True, "cases": 1}),
        ("rated", "2026-01-09 09:00", {"is_solved": False, "score": 2}),
        ("reopened", "2026-01-09 09:00", {"team_due_at": vn("2026-01-17"), "priority": Priority.URGENT}),
        ("restricted", "2026-01-10 09:00", {"restriction": Restriction.SECURITY, "granted_team_ids": (2, 4)}),
    )
    assert fold(events) == TipState(
        status=Status.REOPENED,
        received_at=vn("2026-01-01 00:30"),
        channel=Channel.WEB,
        category=Category.TRAFFIC,
        kind=Kind.FEEDBACK,
        priority=Priority.URGENT,
        team_id=2,
        tags=("đá lăn",),
        responder_team_id=3,
        assignee_id=9,
        restriction=Restriction.SECURITY,
        granted_team_ids=(2, 4),
        citizen_due_at=vn("2026-01-16"),
        citizen_policy_id=142,
        team_since=vn("2026-01-09 09:00"),
        team_due_at=vn("2026-01-17"),
        first_response_at=vn("2026-01-07 09:00"),
        settled_at=vn("2026-01-07 09:00"),
        reopened_at=vn("2026-01-09 09:00"),
        reopened_count=1,
        founded=True,
        valuable=True,
        cases=1,
        is_solved=False,
        score=2,
        event_count=13,
    )


@given(st.lists(st.sampled_from(list(EventKind)), max_size=40))
def test_no_sequence_of_moves_leaves_a_tip_without_a_team_or_with_contradicting_times(kinds: list[EventKind]) -> None:
    state = state_in(Status.RECEIVED)
    for kind in kinds:
        step = TipEvent(state.event_count + 1, kind, NOON + timedelta(hours=state.event_count), SYSTEM)
        if not is_legal(kind, state.status):
            with pytest.raises(IllegalMove):
                apply(state, step)
            continue
        state = apply(state, step)
        assert state.team_id == 1
        assert (state.waiting_since is not None) == (state.status is Status.WAITING)
        assert (state.closed_at is not None) == (state.status is Status.CLOSED)
        assert (state.answered_at is not None) == (state.status in {Status.ANSWERED, Status.CLOSED})
        assert state.settled_at is None or state.first_response_at is not None
        assert (state.queue_at is None) == (
            state.status.value in {"closed", "transferred-out", "declined", "duplicate"}
        )
