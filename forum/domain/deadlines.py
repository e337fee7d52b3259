"""The deadlines that services write into events: at receipt, routing, reply, and when the calendar changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forum.domain import clocks
from forum.domain.events import TipEvent
from forum.domain.sla import NoPolicy, Policy, PolicyClock, due_at, extended_due, pick
from forum.domain.vocabulary import Kind, Priority, TeamKind
from forum.domain.working_time import WorkCalendar, day_of


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when, and by which policy."""

    due_at: datetime
    policy_id: int


def citizen_deadline(
    kind: Kind,
    received_at: datetime,
    *,
    policies: Iterable[Policy],
    calendar: WorkCalendar,
    is_remote: bool = False,
) -> Deadline:
    """Return the legal deadline of the citizen's clock; it counts from the receipt, whenever the kind is set."""
    clock = PolicyClock.CITIZEN
    policy = pick(policies, clock=clock, kind=kind, is_remote=is_remote, on=day_of(received_at))
    return Deadline(due_at(policy, received_at, calendar), policy.id)


def team_deadline(
    kind: Kind,
    team_kind: TeamKind,
    *,
    priority: Priority,
    at: datetime,
    policies: Iterable[Policy],
    calendar: WorkCalendar,
    pauses: Iterable[clocks.Pause] = (),
) -> Deadline:
    """Return the deadline of a team whose clock started at `at`.

    When the kind or the priority changes under way, give the start of the running segment and its pauses.
    """
    policy = pick(policies, clock=PolicyClock.TEAM, kind=kind, team_kind=team_kind, priority=priority, on=day_of(at))
    return Deadline(_segment_due(policy, at, pauses=pauses, calendar=calendar), policy.id)


def responder_deadline(
    kind: Kind,
    team_kind: TeamKind,
    *,
    at: datetime,
    policies: Iterable[Policy],
    calendar: WorkCalendar,
    is_remote: bool = False,
) -> datetime:
    """Return until when the first responder must have reacted; the hours run by night and on days off."""
    clock = PolicyClock.FIRST_RESPONDER
    policy = pick(policies, clock=clock, kind=kind, team_kind=team_kind, is_remote=is_remote, on=day_of(at))
    return due_at(policy, at, calendar)


def deadlines_at_receipt(
    kind: Kind,
    team_kind: TeamKind,
    *,
    priority: Priority,
    at: datetime,
    policies: Sequence[Policy],
    calendar: WorkCalendar,
    is_remote: bool = False,
) -> dict[str, Any]:
    """Return the clock fields of the event `received`: the citizen's and the first team's deadline."""
    citizen = citizen_deadline(kind, at, policies=policies, calendar=calendar, is_remote=is_remote)
    team = team_deadline(kind, team_kind, priority=priority, at=at, policies=policies, calendar=calendar)
    return {
        "citizen_due_at": citizen.due_at,
        "citizen_policy_id": citizen.policy_id,
        "team_due_at": team.due_at,
        "team_policy_id": team.policy_id,
    }


def due_after_reply(
    events: Sequence[TipEvent], replied_at: datetime, *, policies: Iterable[Policy], calendar: WorkCalendar
) -> dict[str, Any]:
    """Return the clock fields of the event `replied`, empty when the team waits for nobody or has no deadline."""
    segment = clocks.open_segment(events)
    if segment is None or segment.asked_at is None or segment.due_at is None or segment.policy_id is None:
        return {}
    by_id = {policy.id: policy for policy in policies}
    unit = _by_id(by_id, segment.policy_id, segment.started_at).unit
    return {"team_due_at": extended_due(segment.due_at, segment.asked_at, replied_at, unit=unit, calendar=calendar)}


def recompute(events: Sequence[TipEvent], policies: Iterable[Policy], *, calendar: WorkCalendar) -> dict[str, Any]:
    """Return the open deadlines that a changed calendar moves, for the event `deadline-recomputed`.

    Each clock keeps the policy under which it began; closed ones stay as they were. Empty when nothing moves;
    raise NoPolicy when a policy that a clock began under is missing.
    """
    by_id = {policy.id: policy for policy in policies}
    moved: dict[str, Any] = {}
    citizen = clocks.citizen_record(events)
    if citizen.stopped_at is None and citizen.policy_id is not None:
        due = due_at(_by_id(by_id, citizen.policy_id, citizen.started_at), citizen.started_at, calendar)
        moved |= {} if due == citizen.due_at else {"citizen_due_at": due}
    team = clocks.open_segment(events)
    if team is not None and team.policy_id is not None:
        policy = _by_id(by_id, team.policy_id, team.started_at)
        due = _segment_due(policy, team.started_at, pauses=team.pauses, calendar=calendar)
        moved |= {} if due == team.due_at else {"team_due_at": due}
    return moved


def _segment_due(
    policy: Policy, started_at: datetime, *, pauses: Iterable[clocks.Pause], calendar: WorkCalendar
) -> datetime:
    due = due_at(policy, started_at, calendar)
    for pause in pauses:
        if pause.replied_at is not None:
            due = extended_due(due, pause.asked_at, pause.replied_at, unit=policy.unit, calendar=calendar)
    return due


def _by_id(by_id: Mapping[int, Policy], policy_id: int, started_at: datetime) -> Policy:
    if policy_id not in by_id:
        raise NoPolicy(clock=policy_id, on=day_of(started_at).isoformat())
    return by_id[policy_id]
