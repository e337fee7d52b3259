"""Who sent a tip: sealed at receipt to the custodians of the province, opened only by one of them, for a reason."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import select

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.events import EventKind
from forum.domain.permissions import Actor, Permission
from forum.models import CustodyKey, Identity, Tip
from forum.models.access_log import AccessAction
from forum.services import consent
from forum.services.access_log import record
from forum.services.custody_keys import (
    CustodyMissing,
    from_share,
    open_identity_box,
    own_private,
    scope_of,
    seal_identity,
)
from forum.services.officers import custodian
from forum.services.timeline import move
from forum.services.tips import lock_tip
from forum.services.work import Work


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """What the sender chose to tell of themselves; what was confirmed is empty where only words were typed."""

    name: str
    contact: str
    confirmed_name: str = ""
    confirmed_number: str = ""
    confirmed_by: str = ""


def keep_identity(work: Work, tip: Tip, card: IdentityCard) -> None:
    """Seal the sender's name and contact to the custodians; raise CustodyMissing where nobody could open them."""
    identity = Identity(tip_id=tip.id, created_at=work.now)
    seal_identity(work, tip, identity, json.dumps(asdict(card), ensure_ascii=False).encode())
    work.session.add(identity)


def open_identity(work: Work, actor: Actor, number: str, *, passphrase: str, reason: str = "") -> IdentityCard:
    """Return who sent the tip, leaving an event, a row in the access log, and a note for the lead of its team.

    The reason was given with the request where a second person had to agree; otherwise it is sealed in the event.
    The passphrase unlocks the custodian's key for the length of this call; nothing unlocked is kept. Raise
    NotPermitted unless the actor is a custodian of the province, NotFound when the tip is anonymous, ConsentMissing,
    WrongPassphrase, and NoShare for a custodian whom nobody has admitted yet.
    """
    actor.require(Permission.OPEN_IDENTITY)
    tip = lock_tip(work, number, actor)
    identity = consent.identity_of(work, tip)
    by = custodian(actor, identity.scope)
    agreed = consent.leave_to_open(work, actor, tip, identity)
    said = None if agreed else consent.in_words(reason)
    opened = _opened(work, actor, tip, identity, passphrase)
    details = {"request": agreed.asked_seq} if agreed else {}
    move(work, tip, EventKind.IDENTITY_OPENED, by, details=details, text=said)
    consent.note_opening(work, tip, identity, by, agreed)
    record(work, AccessAction.IDENTITY_OPENED, account_id=actor.account_id, tip_id=tip.id)
    return IdentityCard(**json.loads(opened))


def hand_over_identity(work: Work, actor: Actor, number: str, *, passphrase: str) -> None:
    """Seal who sent a tip to the custodians of the province that has it now; nobody else can, and nobody must.

    The custodian who hands it over need not see the tip, which has left the province.
    """
    actor.require(Permission.OPEN_IDENTITY)
    found = work.session.execute(
        select(Tip, Identity).join(Identity, Identity.tip_id == Tip.id).where(Tip.number == number).with_for_update()
    )
    for tip, identity in found:
        by = custodian(actor, identity.scope)
        if scope_of(tip) == identity.scope:
            raise InvalidInput("This tip is still in your province.")
        opened = _opened(work, actor, tip, identity, passphrase)
        seal_identity(work, tip, identity, opened)
        move(work, tip, EventKind.IDENTITY_HANDED_OVER, by)
        return
    raise NotFound


def _opened(work: Work, actor: Actor, tip: Tip, identity: Identity, passphrase: str) -> bytes:
    if identity.custody_key_id is None:
        raise CustodyMissing
    key = work.session.get_one(CustodyKey, identity.custody_key_id)
    private = from_share(work.session, key, actor.account_id, own_private(work.session, actor, passphrase))
    return open_identity_box(work, tip.number, identity, private)
