"""The keys to which identities are sealed, and the ways to them: shares of custodians, and of the recovery key."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forum.adapters import custody
from forum.adapters.custody import KeyPair
from forum.adapters.keyring import Purpose
from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.errors import DomainError, InvalidInput, NotPermitted
from forum.domain.permissions import Actor
from forum.domain.vocabulary import Role, TeamKind
from forum.models import CustodianKey, CustodyKey, CustodyRecovery, CustodyShare, Identity, Membership, Team, Tip
from forum.services.work import Work


class CustodyMissing(DomainError):
    """Nobody could ever open what would be sealed now: names are not taken."""

    message = "Names cannot be kept safely here yet. You can send this without a name."


class NoShare(InvalidInput):
    """The custodian has no way to the key yet."""

    message = "You hold no key to this yet. Another custodian of the province must admit you first."


def scopes(work: Work) -> list[str]:
    """Return whose identities are kept apart: the provinces of the cluster, and the cluster for all others."""
    provinces = {team.province_code for team in work.rulebook.teams.current if team.kind is TeamKind.PROVINCE}
    return [*sorted(code for code in provinces if code), CLUSTER_SCOPE]


def scope_of(tip: Tip) -> str:
    """Return whose custodians the sender of a tip belongs to."""
    return tip.province_code or CLUSTER_SCOPE


def seal_identity(work: Work, tip: Tip, identity: Identity, plaintext: bytes, *, scope: str | None = None) -> None:
    """Seal who sent a tip to the custodians of its province (or of `scope`), the box once more under the keyring."""
    key = present_key(work.session, scope or scope_of(tip))
    place = identity_place(tip.number)
    box = custody.seal_to(key.public_key, plaintext, where=place)
    identity.scope, identity.custody_key_id = key.scope, key.id
    identity.sealed = work.secrets.vault.seal_record(Purpose.IDENTITY, box, where=place, scope=key.scope)


def open_identity_box(work: Work, number: str, identity: Identity, private: bytes) -> bytes:
    """Return who sent a tip; raise SealBroken."""
    return custody.open_box(private, under_keyring(work, number, identity), where=identity_place(number))


def under_keyring(work: Work, number: str, identity: Identity) -> bytes:
    """Return what the keyring alone opens: a box, or the very words of an identity kept before there were boxes."""
    return work.secrets.vault.unseal_record(
        Purpose.IDENTITY, identity.sealed, where=identity_place(number), scope=identity.scope
    )


def identity_place(number: str) -> str:
    """Return the associated data that binds an identity to its tip."""
    return f"tip/{number}/identity"


def present_recovery(session: Session) -> CustodyRecovery | None:
    """Return the recovery key in force; None before `forum custody begin`."""
    return session.scalars(select(CustodyRecovery).where(CustodyRecovery.retired_at.is_(None))).first()


def recovery_private(session: Session, spelled: str) -> bytes:
    """Return the recovery key that was typed; raise WrongRecoveryKey when it is not the one in force."""
    private, recovery = custody.read_spelled(spelled), present_recovery(session)
    if recovery is None or custody.public_of(private) != recovery.public_key:
        raise custody.WrongRecoveryKey(field="recovery")
    return private


def from_recovery(key: CustodyKey, private: bytes) -> bytes:
    """Return the private half of a province's key by the recovery key; raise SealBroken."""
    return custody.open_box(private, key.recovery_box, where=_key_place(key))


def box_for_recovery(key: CustodyKey, recovery: CustodyRecovery, private: bytes) -> None:
    """Give the recovery key its way to a province's key."""
    key.recovery_id = recovery.id
    key.recovery_box = custody.seal_to(recovery.public_key, private, where=_key_place(key))


def new_key(work: Work, scope: str, recovery: CustodyRecovery) -> tuple[CustodyKey, KeyPair]:
    """Make the key of a province, with the way of the recovery key to it."""
    pair = custody.new_pair()
    key = CustodyKey(scope=scope, public_key=pair.public, created_at=work.now)
    box_for_recovery(key, recovery, pair.private)
    work.session.add(key)
    work.session.flush()
    return key, pair


def present_key(session: Session, scope: str) -> CustodyKey:
    """Return the key to seal to: of the province, or of the cluster for a place outside; raise CustodyMissing."""
    present = select(CustodyKey).where(CustodyKey.retired_at.is_(None), CustodyKey.scope.in_({scope, CLUSTER_SCOPE}))
    found = {key.scope: key for key in session.scalars(present)}
    key = found.get(scope) or found.get(CLUSTER_SCOPE)
    if key is None:
        raise CustodyMissing
    return key


def locked_key(session: Session, scope: str) -> CustodyKey:
    """Return the key of a province, so that nobody changes its shares meanwhile."""
    present = select(CustodyKey).where(CustodyKey.retired_at.is_(None), CustodyKey.scope == scope)
    key = session.scalars(present.with_for_update()).first()
    if key is None:
        raise CustodyMissing
    return key


def own_private(session: Session, actor: Actor, passphrase: str) -> bytes:
    """Return the private half of a custodian's own key; raise WrongPassphrase, and NoShare where there is none."""
    own = session.get(CustodianKey, actor.account_id)
    if own is None:
        raise NoShare(field="passphrase")
    return custody.unlock(own.locked, passphrase, where=own_place(actor.account_id))


def own_place(account_id: int) -> str:
    """Return the associated data that binds a custodian's key to the account."""
    return f"custodian/{account_id}"


def share(work: Work, key: CustodyKey, private: bytes, account_id: int, *, admitted_by: int | None) -> None:
    """Give a custodian a way to a province's key; raise NoShare when they have chosen no passphrase yet."""
    own = work.session.get(CustodianKey, account_id)
    if own is None:
        raise InvalidInput("This custodian has chosen no identity passphrase yet.", field="account")
    box = custody.seal_to(own.public_key, private, where=f"{_key_place(key)}/{account_id}")
    work.session.merge(
        CustodyShare(key_id=key.id, account_id=account_id, box=box, admitted_by=admitted_by, created_at=work.now)
    )


def from_share(session: Session, key: CustodyKey, account_id: int, own: bytes) -> bytes:
    """Return the private half of a province's key by a custodian's share; raise NoShare, SealBroken."""
    held = session.get(CustodyShare, (key.id, account_id))
    if held is None:
        raise NoShare(field="passphrase")
    return custody.open_box(own, held.box, where=f"{_key_place(key)}/{account_id}")


def is_custodian(session: Session, account_id: int, scope: str) -> bool:
    """Whether an account is at present a custodian of a province, or of the cluster."""
    province = Team.province_code.is_(None) if scope == CLUSTER_SCOPE else Team.province_code == scope
    held = exists().where(
        Membership.account_id == account_id,
        Membership.role == Role.CUSTODIAN,
        Membership.ended_at.is_(None),
        Membership.team_id == Team.id,
        province,
    )
    return bool(session.scalar(select(held)))


def require_custodian(session: Session, account_id: int, scope: str) -> None:
    """Raise NotPermitted unless the account is a custodian there."""
    if not is_custodian(session, account_id, scope):
        raise NotPermitted


def _key_place(key: CustodyKey) -> str:
    return f"custody/{key.scope}/{key.public_key.hex()}"
