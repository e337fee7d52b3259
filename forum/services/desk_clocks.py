"""The clock fields that a change of team, kind or priority writes into its event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forum.domain import clocks
from forum.domain.deadlines import citizen_deadline, responder_deadline, team_deadline
from forum.domain.vocabulary import Kind, Priority
from forum.models import Tip
from forum.services.timeline import events_of
from forum.services.work import Work


def team_clock(
    work: Work, tip: Tip, team_id: int, *, at: datetime | None = None, pauses: tuple[clocks.Pause, ...] = ()
) -> dict[str, Any]:
    """Return the deadline of a team whose clock starts now (or started at `at`)."""
    return _team_clock(work, tip.kind, tip.priority, team_id, at=at or work.now, pauses=pauses)


def responder_clock(work: Work, tip: Tip, team_id: int | None) -> dict[str, Any]:
    """Return the deadline of a first responder; None stops the clock of an earlier one."""
    if team_id is None:
        return {"responder_due_at": None}
    rules = work.rulebook
    kind = rules.teams.get(team_id).kind
    due = responder_deadline(tip.kind, kind, at=work.now, policies=rules.policies, calendar=rules.calendar)
    return {"responder_due_at": due}


def reclassified_clocks(work: Work, tip: Tip, *, kind: Kind, priority: Priority) -> dict[str, Any]:
    """Return the deadlines that follow from another kind or priority; both still count from their beginning."""
    fields: dict[str, Any] = {}
    rules = work.rulebook
    if kind is not tip.kind and tip.settled_at is None:
        citizen = citizen_deadline(kind, tip.received_at, policies=rules.policies, calendar=rules.calendar)
        fields |= {"citizen_due_at": citizen.due_at, "citizen_policy_id": citizen.policy_id}
    segment = clocks.open_segment(events_of(work.session, tip.id))
    if segment is not None and (kind is not tip.kind or priority is not tip.priority):
        fields |= _team_clock(work, kind, priority, tip.team_id, at=segment.started_at, pauses=segment.pauses)
    return fields


def _team_clock(
    work: Work,
    kind: Kind,
    priority: Priority,
    team_id: int,
    *,
    at: datetime,
    pauses: tuple[clocks.Pause, ...],
) -> dict[str, Any]:
    rules = work.rulebook
    deadline = team_deadline(
        kind,
        rules.teams.get(team_id).kind,
        priority=priority,
        at=at,
        policies=rules.policies,
        calendar=rules.calendar,
        pauses=pauses,
    )
    return {"team_due_at": deadline.due_at, "team_policy_id": deadline.policy_id}
