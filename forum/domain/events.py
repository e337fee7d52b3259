"""What has happened to a tip, as immutable facts; the tip's row is nothing but their fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """The past tense of everything that can happen to a tip."""

    RECEIVED = "received"
    TRIAGED = "triaged"
    RECLASSIFIED = "reclassified"
    SENT_TO_DESK = "sent-to-desk"
    ROUTED = "routed"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    RESPONDED = "responded"
    NOTED = "noted"
    INFORMED = "informed"
    ASKED = "asked"
    REPLIED = "replied"
    ADDED = "added"
    ANSWER_PROPOSED = "answer-proposed"
    ANSWER_RETURNED = "answer-returned"
    ANSWERED = "answered"
    CLOSED = "closed"
    RATED = "rated"
    REOPENED = "reopened"
    DUPLICATED = "duplicated"
    UNLINKED = "unlinked"
    FOLLOWED = "followed"
    SPLIT = "split"
    TRANSFERRED_OUT = "transferred-out"
    DECLINED = "declined"
    RESTRICTED = "restricted"
    RESTRICTION_LIFTED = "restriction-lifted"
    DEADLINE_RECOMPUTED = "deadline-recomputed"
    IDENTITY_REQUESTED = "identity-requested"
    IDENTITY_CONSENTED = "identity-consented"
    IDENTITY_REFUSED = "identity-refused"
    IDENTITY_OPENED = "identity-opened"
    IDENTITY_HANDED_OVER = "identity-handed-over"
    HELD = "held"
    HOLD_LIFTED = "hold-lifted"


class ActorKind(StrEnum):
    """Who did it."""

    CITIZEN = "citizen"
    OFFICER = "officer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class ActorRef:
    """The doer of an event; an officer also names the account and the team acted for."""

    kind: ActorKind
    account_id: int | None = None
    team_id: int | None = None


CITIZEN = ActorRef(ActorKind.CITIZEN)
SYSTEM = ActorRef(ActorKind.SYSTEM)


@dataclass(frozen=True, slots=True)
class TipEvent:
    """One fact about one tip.

    `changes` holds only the state fields that the lifecycle table lets this kind set, as Python values;
    `details` holds structured, unsecret particulars (reason code, authority kind, rule number, attachment
    ids). Free text is never here: it is sealed beside the event.
    """

    seq: int
    kind: EventKind
    at: datetime
    actor: ActorRef
    changes: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


PUBLIC_KINDS = frozenset(
    {
        EventKind.INFORMED,
        EventKind.ASKED,
        EventKind.REPLIED,
        EventKind.ADDED,
        EventKind.ANSWERED,
        EventKind.TRANSFERRED_OUT,
        EventKind.DECLINED,
    }
)
"""Kinds whose text the citizen reads (or wrote): the conversation."""
