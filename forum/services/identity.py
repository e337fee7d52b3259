"""Who sent a tip: sealed at receipt for the custodians of the province, opened only for a written reason."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from forum.adapters.keyring import Purpose
from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.errors import InvalidInput, NotFound, NotPermitted
from forum.domain.events import ActorKind, ActorRef, EventKind
from forum.domain.permissions import Actor, Permission
from forum.domain.vocabulary import Role
from forum.models import Identity, Tip
from forum.models.access_log import AccessAction
from forum.services.access_log import record
from forum.services.indexing import scope_of
from forum.services.timeline import move
from forum.services.tips import lock_tip
from forum.services.work import Work

SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """What the sender chose to tell of themselves."""

    name: str
    contact: str


def keep_identity(work: Work, tip: Tip, card: IdentityCard) -> None:
    """Seal the sender's name and contact apart from the tip."""
    scope = scope_of(tip)
    spelled = json.dumps(asdict(card), ensure_ascii=False)
    sealed = work.secrets.vault.seal_record(Purpose.IDENTITY, spelled, where=where(tip.number), scope=scope)
    work.session.add(Identity(tip_id=tip.id, scope=scope, sealed=sealed, created_at=work.now))


def open_identity(work: Work, actor: Actor, number: str, *, reason: str) -> IdentityCard:
    """Return who sent the tip, leaving an event with the sealed reason and a row in the access log.

    Raise NotPermitted unless the actor is a custodian of the province, NotFound when the tip is anonymous.
    """
    actor.require(Permission.OPEN_IDENTITY)
    tip = lock_tip(work, number, actor)
    identity = work.session.get(Identity, tip.id)
    if identity is None:
        raise NotFound("This tip is anonymous: nobody knows who sent it.")
    team_id = _custodian_team(actor, identity.scope)
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput("Please write why you must know who sent this tip.", field="reason")
    by = ActorRef(ActorKind.OFFICER, actor.account_id, team_id)
    move(work, tip, EventKind.IDENTITY_OPENED, by, text=reason.strip())
    record(work, AccessAction.IDENTITY_OPENED, account_id=actor.account_id, tip_id=tip.id)
    opened = work.secrets.vault.unseal_record(
        Purpose.IDENTITY, identity.sealed, where=where(tip.number), scope=identity.scope
    )
    return IdentityCard(**json.loads(opened))


def _custodian_team(actor: Actor, scope: str) -> int:
    for membership in actor.memberships:
        if membership.role is Role.CUSTODIAN and (membership.province_code or CLUSTER_SCOPE) == scope:
            return membership.team_id
    raise NotPermitted


def where(number: str) -> str:
    """Return the associated data that binds an identity to its tip."""
    return f"tip/{number}/identity"
