"""The life of a tip: which move leads where, what it may set, and how events fold into the state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from forum.domain.errors import IllegalMove
from forum.domain.events import EventKind as E
from forum.domain.events import TipEvent
from forum.domain.vocabulary import Category, Channel, Kind, Priority, Restriction


class Status(StrEnum):
    """Where a tip stands."""

    RECEIVED = "received"
    TRIAGED = "triaged"
    ROUTED = "routed"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    WAITING = "waiting-for-citizen"
    ANSWERED = "answered"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    TRANSFERRED_OUT = "transferred-out"
    DECLINED = "declined"
    REOPENED = "reopened"


S = Status
AT_DESK = frozenset({S.RECEIVED, S.TRIAGED})
IN_HANDS = frozenset({S.ACCEPTED, S.IN_PROGRESS, S.WAITING})
WORKING = AT_DESK | IN_HANDS | {S.ROUTED, S.REOPENED}
"""States in which somebody still owes the citizen something."""
SETTLED = frozenset({S.ANSWERED, S.CLOSED, S.TRANSFERRED_OUT, S.DECLINED})
FINAL = frozenset({S.CLOSED, S.TRANSFERRED_OUT, S.DECLINED})
ANY = frozenset(S)

CLOCKS = frozenset({"citizen_due_at", "citizen_policy_id", "team_due_at", "team_policy_id", "responder_due_at"})
CLASS = frozenset({"kind", "category", "priority", "tags", "province_code", "commune_code"})
PLACE = frozenset({"team_id", "responder_team_id", "assignee_id"})
LIMIT = frozenset({"restriction", "granted_team_ids"})
BIRTH = frozenset({"channel", "is_about_police", "received_at"})
OUTCOME = frozenset({"founded", "valuable", "grassroots", "cases", "offenders"})


@dataclass(frozen=True, slots=True)
class Move:
    """From which states an event may happen, where it leads (None: stays), which fields it may set."""

    sources: frozenset[Status]
    target: Status | None
    sets: frozenset[str] = frozenset()


MOVES: dict[E, Move] = {
    E.RECEIVED: Move(frozenset(), S.RECEIVED, CLASS | PLACE | LIMIT | CLOCKS | BIRTH),
    E.TRIAGED: Move(AT_DESK, S.TRIAGED, CLASS | CLOCKS),
    E.RECLASSIFIED: Move(WORKING - AT_DESK, None, CLASS | CLOCKS),
    E.SENT_TO_DESK: Move(
        WORKING - {S.WAITING}, S.RECEIVED, PLACE | LIMIT | CLOCKS | {"priority", "province_code", "commune_code"}
    ),
    E.ROUTED: Move(WORKING - {S.WAITING}, S.ROUTED, PLACE | LIMIT | CLOCKS | {"priority"}),
    E.ACCEPTED: Move(frozenset({S.TRIAGED, S.ROUTED, S.REOPENED}), S.ACCEPTED, frozenset({"assignee_id"})),
    E.ASSIGNED: Move(frozenset({S.ACCEPTED, S.IN_PROGRESS}), S.IN_PROGRESS, frozenset({"assignee_id"})),
    E.RESPONDED: Move(WORKING, None),
    E.NOTED: Move(ANY, None),
    E.INFORMED: Move(WORKING, None),
    E.ASKED: Move(frozenset({S.ACCEPTED, S.IN_PROGRESS}), S.WAITING),
    E.REPLIED: Move(frozenset({S.WAITING}), S.IN_PROGRESS, CLOCKS),
    E.ADDED: Move(ANY, None),
    E.ANSWER_PROPOSED: Move(IN_HANDS, None),
    E.ANSWER_RETURNED: Move(IN_HANDS, None),
    E.ANSWERED: Move(IN_HANDS | {S.DUPLICATE}, S.ANSWERED),
    E.CLOSED: Move(frozenset({S.ANSWERED}), S.CLOSED, OUTCOME),
    E.RATED: Move(frozenset({S.ANSWERED, S.CLOSED}), None, frozenset({"is_solved", "score"})),
    E.REOPENED: Move(frozenset({S.ANSWERED, S.CLOSED}), S.REOPENED, CLOCKS | {"assignee_id", "priority"}),
    E.DUPLICATED: Move(WORKING - {S.WAITING}, S.DUPLICATE, PLACE | LIMIT | CLOCKS | {"master_id"}),
    E.UNLINKED: Move(frozenset({S.DUPLICATE}), S.TRIAGED, PLACE | CLOCKS),
    E.FOLLOWED: Move(frozenset({S.DUPLICATE}), None, PLACE | LIMIT),
    E.SPLIT: Move(WORKING, None),
    E.TRANSFERRED_OUT: Move(WORKING - {S.WAITING}, S.TRANSFERRED_OUT),
    E.DECLINED: Move(WORKING, S.DECLINED),
    E.RESTRICTED: Move(ANY - {S.DUPLICATE}, None, LIMIT | {"responder_team_id", "responder_due_at"}),
    E.RESTRICTION_LIFTED: Move(ANY - {S.DUPLICATE}, None, LIMIT),
    E.DEADLINE_RECOMPUTED: Move(WORKING | {S.DUPLICATE}, None, CLOCKS),
    E.IDENTITY_REQUESTED: Move(ANY, None),
    E.IDENTITY_CONSENTED: Move(ANY, None),
    E.IDENTITY_REFUSED: Move(ANY, None),
    E.IDENTITY_OPENED: Move(ANY, None),
    E.IDENTITY_HANDED_OVER: Move(ANY, None),
    E.HELD: Move(ANY, None, frozenset({"is_held"})),
    E.HOLD_LIFTED: Move(ANY, None, frozenset({"is_held"})),
}


@dataclass(frozen=True, slots=True)
class TipState:
    """Everything about a tip that its events decide; the columns of its row have the same names."""

    status: Status
    received_at: datetime
    channel: Channel
    category: Category
    kind: Kind
    priority: Priority
    team_id: int
    is_about_police: bool = False
    is_held: bool = False
    tags: tuple[str, ...] = ()
    province_code: str | None = None
    commune_code: str | None = None
    responder_team_id: int | None = None
    assignee_id: int | None = None
    restriction: Restriction | None = None
    granted_team_ids: tuple[int, ...] = ()
    master_id: int | None = None
    citizen_due_at: datetime | None = None
    citizen_policy_id: int | None = None
    team_since: datetime | None = None
    team_due_at: datetime | None = None
    team_policy_id: int | None = None
    responder_due_at: datetime | None = None
    waiting_since: datetime | None = None
    first_response_at: datetime | None = None
    settled_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_at: datetime | None = None
    reopened_count: int = 0
    is_answer_pending: bool = False
    founded: bool | None = None
    valuable: bool | None = None
    grassroots: bool | None = None
    cases: int = 0
    offenders: int = 0
    is_solved: bool | None = None
    score: int | None = None
    event_count: int = 0

    @property
    def queue_at(self) -> datetime | None:
        """When the tip next needs a hand: its nearest running deadline; None once nobody owes anything.

        An answered tip waits for its closing from the moment of the answer; a duplicate follows its master.
        """
        if self.status in FINAL or self.status is Status.DUPLICATE:
            return None
        if self.status is Status.ANSWERED:
            return self.answered_at
        citizen_due = None if self.settled_at else self.citizen_due_at
        return min((d for d in (citizen_due, self.team_due_at, self.responder_due_at) if d), default=self.received_at)


def is_legal(kind: E, status: Status | None) -> bool:
    """Whether an event of this kind may happen to a tip in this state (None: not yet born)."""
    return status is None if kind is E.RECEIVED else status in MOVES[kind].sources


def apply(state: TipState | None, event: TipEvent) -> TipState:
    """Return the state after `event`; raise IllegalMove when the table does not allow it."""
    move = MOVES[event.kind]
    if not is_legal(event.kind, state.status if state else None):
        raise IllegalMove
    if not set(event.changes) <= move.sets:
        raise IllegalMove("This step may not change %(fields)s.", fields=sorted(set(event.changes) - move.sets))
    if event.seq != (state.event_count if state else 0) + 1:
        raise IllegalMove
    if state is None:
        # A part split from another tip brings along when the whole was received: the citizen waits since then.
        given = {"received_at": event.at, **event.changes}
        return TipState(status=Status.RECEIVED, team_since=event.at, event_count=1, **given)
    status = move.target or state.status
    said = {**event.changes, **_derived(state, status, event)}
    return replace(state, **{**said, "status": status, "event_count": event.seq})


def fold(events: Iterable[TipEvent]) -> TipState:
    """Return the state that the whole history of one tip, oldest first, amounts to."""
    state: TipState | None = None
    for event in events:
        state = apply(state, event)
    if state is None:
        raise IllegalMove
    return state


def _derived(before: TipState, status: Status, event: TipEvent) -> dict[str, Any]:
    """Return the fields that follow from an event without being said in it."""
    at, kind = event.at, event.kind
    found: dict[str, Any] = {"waiting_since": (before.waiting_since or at) if status is S.WAITING else None}
    if kind in {E.INFORMED, E.ANSWERED, E.TRANSFERRED_OUT, E.DECLINED}:
        found["first_response_at"] = before.first_response_at or at
    if kind in {E.ANSWERED, E.TRANSFERRED_OUT, E.DECLINED}:
        found |= {"settled_at": before.settled_at or at, "is_answer_pending": False}
    if kind in {E.ROUTED, E.SENT_TO_DESK, E.UNLINKED, E.REOPENED}:
        found |= {"team_since": at, "is_answer_pending": False}
    if kind is E.ANSWERED:
        found |= {"answered_at": at, "responder_due_at": None}
    if kind is E.RESPONDED:
        found["responder_due_at"] = None
    if kind is E.CLOSED:
        found["closed_at"] = at
    if kind is E.REOPENED:
        found |= {"closed_at": None, "answered_at": None, "reopened_at": at}
        found["reopened_count"] = before.reopened_count + 1
    if kind in {E.ANSWER_PROPOSED, E.ANSWER_RETURNED}:
        found["is_answer_pending"] = kind is E.ANSWER_PROPOSED
    if kind is E.UNLINKED:
        found["master_id"] = None
    return found
