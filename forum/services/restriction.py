"""Limiting who may see a tip to a list of teams, and lifting that again."""

from __future__ import annotations

from typing import Any

from forum.domain.errors import InvalidInput, NotPermitted
from forum.domain.events import ActorRef, EventKind
from forum.domain.permissions import Actor, Permission
from forum.domain.teams import TeamRef
from forum.domain.text import clean_input
from forum.domain.vocabulary import Restriction, TeamKind
from forum.models import Tip
from forum.services import duplicates
from forum.services.officers import officer
from forum.services.timeline import move
from forum.services.transfers import LONGEST_REASON
from forum.services.work import Work

TeamIds = tuple[int, ...]


def restrict(
    work: Work, actor: Actor, tip: Tip, *, restriction: Restriction, also_team_ids: TeamIds = (), reason: str
) -> None:
    """Let only the accountable team see the tip, and further teams of its province that are named.

    Desk and lead may restrict, as waiting for somebody with more rights would leave the tip open; a restricted tip
    has no first responder.
    """
    by = officer(actor, tip, Permission.TRIAGE, Permission.APPROVE)
    if tip.restriction is Restriction.POLICE_CONDUCT and restriction is not Restriction.POLICE_CONDUCT:
        _require_inspectorate(work, tip)
    also = {_shared_with(work, tip, team_id).id for team_id in also_team_ids}
    changes = {"restriction": restriction, "granted_team_ids": tuple(sorted({tip.team_id, *also}))}
    _move(work, tip, EventKind.RESTRICTED, by, changes=changes | _without_responder(tip), reason=reason)


def lift(work: Work, actor: Actor, tip: Tip, *, reason: str) -> None:
    """Open a restricted tip to those who usually see it; one about the police only from the inspectorate."""
    by = officer(actor, tip, Permission.APPROVE)
    if tip.restriction is None:
        raise InvalidInput("This tip is not restricted.")
    if tip.restriction is Restriction.POLICE_CONDUCT:
        _require_inspectorate(work, tip)
    changes = {"restriction": None, "granted_team_ids": ()}
    _move(work, tip, EventKind.RESTRICTION_LIFTED, by, changes=changes, reason=reason)


def may_lift(work: Work, tip: Tip) -> bool:
    """Whether the team that has the tip may open it at all."""
    is_inspectorate = work.rulebook.teams.get(tip.team_id).kind is TeamKind.INSPECTORATE
    return tip.restriction is not None and (tip.restriction is not Restriction.POLICE_CONDUCT or is_inspectorate)


def _require_inspectorate(work: Work, tip: Tip) -> None:
    if work.rulebook.teams.get(tip.team_id).kind is not TeamKind.INSPECTORATE:
        raise NotPermitted("Only the inspectorate may open a tip about the police.")


def _shared_with(work: Work, tip: Tip, team_id: int) -> TeamRef:
    team = work.rulebook.teams.get(team_id)
    if team.province_code != tip.province_code or team.kind is TeamKind.PROVINCE:
        raise InvalidInput("Please choose a team of this province.", field="also")
    return team


def _without_responder(tip: Tip) -> dict[str, Any]:
    return {} if tip.responder_team_id is None else {"responder_team_id": None, "responder_due_at": None}


def _move(work: Work, tip: Tip, kind: EventKind, by: ActorRef, *, changes: dict[str, Any], reason: str) -> None:
    said = clean_input(reason, limit=LONGEST_REASON, field="reason").strip()
    if not said:
        raise InvalidInput("Please write something here.", field="reason")
    move(work, tip, kind, by, changes=changes, text=said)
    duplicates.follow_master(work, tip, by)
