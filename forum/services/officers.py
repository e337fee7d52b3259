"""As whom an officer acts on a tip."""

from __future__ import annotations

from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.errors import NotPermitted
from forum.domain.events import ActorKind, ActorRef
from forum.domain.permissions import Actor, Permission
from forum.domain.vocabulary import Role
from forum.models import Tip


def officer(actor: Actor, tip: Tip, *permissions: Permission) -> ActorRef:
    """Return the actor as acting for the accountable team; raise NotPermitted unless one permission reaches it."""
    if not may_act(actor, tip, *permissions):
        raise NotPermitted
    return ActorRef(ActorKind.OFFICER, actor.account_id, tip.team_id)


def may_act(actor: Actor, tip: Tip, *permissions: Permission, team_id: int | None = None) -> bool:
    """Whether one of the permissions reaches the tip in its accountable team (or in another one that is given)."""
    return any(
        actor.acts_for(
            permission,
            team_id or tip.team_id,
            province_code=tip.province_code,
            is_restricted=tip.restriction is not None,
        )
        for permission in permissions
    )


def reader(actor: Actor, tip: Tip) -> ActorRef:
    """Return the actor as acting for whichever team lets them read the tip, the accountable one first."""
    teams = sorted(actor.reading_team_ids, key=lambda team: (team != tip.team_id, team != tip.responder_team_id, team))
    if not teams:
        raise NotPermitted
    return ActorRef(ActorKind.OFFICER, actor.account_id, teams[0])


def custodian(actor: Actor, scope: str) -> ActorRef:
    """Return the actor as acting for the custodians of a province, or of the cluster; raise NotPermitted."""
    for membership in actor.memberships:
        if membership.role is Role.CUSTODIAN and (membership.province_code or CLUSTER_SCOPE) == scope:
            return ActorRef(ActorKind.OFFICER, actor.account_id, membership.team_id)
    raise NotPermitted
