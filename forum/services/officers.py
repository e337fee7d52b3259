"""As whom an officer acts on a tip."""

from __future__ import annotations

from forum.domain.errors import NotPermitted
from forum.domain.events import ActorKind, ActorRef
from forum.domain.permissions import Actor, Permission
from forum.models import Tip


def officer(actor: Actor, tip: Tip, *permissions: Permission) -> ActorRef:
    """Return the actor as acting for the accountable team; raise NotPermitted unless one permission is held there."""
    if not any(actor.holds_in(permission, tip.team_id) for permission in permissions):
        raise NotPermitted
    return ActorRef(ActorKind.OFFICER, actor.account_id, tip.team_id)


def reader(actor: Actor, tip: Tip) -> ActorRef:
    """Return the actor as acting for whichever team lets them read the tip, the accountable one first."""
    teams = sorted(actor.reading_team_ids, key=lambda team: (team != tip.team_id, team != tip.responder_team_id, team))
    if not teams:
        raise NotPermitted
    return ActorRef(ActorKind.OFFICER, actor.account_id, teams[0])
