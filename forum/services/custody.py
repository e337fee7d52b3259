"""What custodians do with keys: begin, choose a passphrase, admit each other, renew, and try the recovery key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from forum.adapters import custody
from forum.adapters.passwords import verify_password
from forum.adapters.vault import SealBroken
from forum.domain.errors import InvalidInput
from forum.domain.permissions import Actor, Permission
from forum.models import Account, CustodianKey, CustodyKey, CustodyRecovery, CustodyShare, Identity, Tip
from forum.services import custody_keys as keys
from forum.services.custody_keys import CustodyMissing
from forum.services.setting_events import Subject, record
from forum.services.work import Work

SHORTEST_PASSPHRASE = 16


def begin(work: Work) -> str:
    """Make the recovery key and a key for each province and the cluster; return the former as written on paper.

    What was kept before is sealed anew. Until custodians come, the private halves lie under that paper alone.
    """
    if keys.present_recovery(work.session) is not None:
        raise InvalidInput("The keys of custodians are there already.")
    pair = custody.new_pair()
    recovery = _add_recovery(work, pair.public)
    for scope in keys.scopes(work):
        keys.new_key(work, scope, recovery)
    before = select(Identity, Tip).join(Tip, Tip.id == Identity.tip_id).where(Identity.custody_key_id.is_(None))
    for identity, tip in work.session.execute(before):
        keys.seal_identity(work, tip, identity, keys.under_keyring(work, tip.number, identity))
    _note(work, None, "recovery", begun=work.now)
    return custody.spell(pair.private)


def choose_passphrase(work: Work, actor: Actor, passphrase: str) -> None:
    """Give a custodian a key pair of their own, locked under a passphrase; somebody then admits them.

    One that was forgotten is replaced in the same way: the shares of the lost key pair go with it.
    """
    actor.require(Permission.OPEN_IDENTITY)
    account = _checked(work, actor, passphrase)
    work.session.execute(delete(CustodyShare).where(CustodyShare.account_id == account.id))
    pair = custody.new_pair()
    locked = custody.lock(pair.private, passphrase, where=keys.own_place(account.id))
    work.session.merge(CustodianKey(account_id=account.id, public_key=pair.public, locked=locked, created_at=work.now))
    _note(work, actor, account.username, begun=work.now)


def change_passphrase(work: Work, actor: Actor, present: str, passphrase: str) -> None:
    """Lock the present key pair under another passphrase; shares stay."""
    actor.require(Permission.OPEN_IDENTITY)
    private = keys.own_private(work.session, actor, present)
    account = _checked(work, actor, passphrase)
    own = work.session.get_one(CustodianKey, account.id)
    own.locked = custody.lock(private, passphrase, where=keys.own_place(account.id))
    _note(work, actor, account.username, changed=work.now)


def admit(work: Work, actor: Actor, account_id: int, *, scope: str, passphrase: str) -> None:
    """Hand the key of a province to another custodian of it, who has chosen a passphrase."""
    keys.require_custodian(work.session, actor.account_id, scope)
    keys.require_custodian(work.session, account_id, scope)
    key = keys.locked_key(work.session, scope)
    private = _private(work, actor, key, passphrase)
    keys.share(work, key, private, account_id, admitted_by=actor.account_id)
    _note(work, actor, scope, admitted=work.session.get_one(Account, account_id).username)


def admit_by_recovery(work: Work, spelled: str, account: Account) -> list[str]:
    """Hand a custodian the key of every province in which they are one, by the recovery key; return those."""
    private = keys.recovery_private(work.session, spelled)
    held = [scope for scope in keys.scopes(work) if keys.is_custodian(work.session, account.id, scope)]
    if not held:
        raise InvalidInput("This account is no custodian: an administrator grants the role first.")
    for scope in held:
        key = keys.locked_key(work.session, scope)
        keys.share(work, key, keys.from_recovery(key, private), account.id, admitted_by=None)
        _note(work, None, scope, admitted=account.username)
    return held


def leave(work: Work, account_id: int, scope: str) -> None:
    """Take the share of somebody who is custodian no more; the key is to be renewed, as they might have kept it."""
    if keys.is_custodian(work.session, account_id, scope):
        return
    held = select(CustodyKey.id).where(CustodyKey.scope == scope)
    taken = work.session.execute(
        delete(CustodyShare)
        .where(CustodyShare.account_id == account_id, CustodyShare.key_id.in_(held))
        .returning(CustodyShare.key_id)
    ).all()
    if taken:
        due = update(CustodyKey).where(CustodyKey.scope == scope, CustodyKey.retired_at.is_(None))
        work.session.execute(due.values(renewal_due_at=work.now))


def renew(work: Work, actor: Actor, *, scope: str, passphrase: str) -> int:
    """Give a province a new key, seal every identity to it and share it with all who hold the old one.

    Whoever has left, and might have kept the old key, can open nothing of what the database holds from now on.
    Return how many identities were sealed anew.
    """
    keys.require_custodian(work.session, actor.account_id, scope)
    recovery = keys.present_recovery(work.session)
    if recovery is None:
        raise CustodyMissing
    old = keys.locked_key(work.session, scope)
    private = _private(work, actor, old, passphrase)
    holders = work.session.scalars(select(CustodyShare.account_id).where(CustodyShare.key_id == old.id)).all()
    old.retired_at, old.recovery_box = work.now, b""
    work.session.flush()
    new, pair = keys.new_key(work, scope, recovery)
    moved = _move_identities(work, old, private)
    work.session.execute(delete(CustodyShare).where(CustodyShare.key_id == old.id))
    for account_id in sorted(holders):
        if keys.is_custodian(work.session, account_id, scope):
            keys.share(work, new, pair.private, account_id, admitted_by=actor.account_id)
    _note(work, actor, scope, renewed=work.now)
    return moved


def drill(work: Work, spelled: str) -> int:
    """Try the recovery key on every key in use, and write down that it was tried; return how many it opens."""
    private = keys.recovery_private(work.session, spelled)
    present = work.session.scalars(select(CustodyKey).where(CustodyKey.retired_at.is_(None))).all()
    for key in present:
        if custody.public_of(keys.from_recovery(key, private)) != key.public_key:
            raise SealBroken
    recovery = keys.present_recovery(work.session)
    if recovery is not None:
        recovery.drilled_at = work.now
    _note(work, None, "recovery", drilled=work.now)
    return len(present)


def renew_recovery(work: Work, spelled: str) -> str:
    """Replace the recovery key, with the old one at hand; return the new one as written on paper."""
    private, pair = keys.recovery_private(work.session, spelled), custody.new_pair()
    old = keys.present_recovery(work.session)
    if old is not None:
        old.retired_at = work.now
    new = _add_recovery(work, pair.public)
    for key in work.session.scalars(select(CustodyKey).where(CustodyKey.retired_at.is_(None)).with_for_update()):
        keys.box_for_recovery(key, new, keys.from_recovery(key, private))
    _note(work, None, "recovery", renewed=work.now)
    return custody.spell(pair.private)


def _add_recovery(work: Work, public: bytes) -> CustodyRecovery:
    recovery = CustodyRecovery(public_key=public, created_at=work.now)
    work.session.add(recovery)
    work.session.flush()
    return recovery


def _private(work: Work, actor: Actor, key: CustodyKey, passphrase: str) -> bytes:
    return keys.from_share(work.session, key, actor.account_id, keys.own_private(work.session, actor, passphrase))


def _move_identities(work: Work, old: CustodyKey, private: bytes) -> int:
    held = select(Identity, Tip).join(Tip, Tip.id == Identity.tip_id).where(Identity.custody_key_id == old.id)
    moved = 0
    for identity, tip in work.session.execute(held):
        opened = keys.open_identity_box(work, tip.number, identity, private)
        keys.seal_identity(work, tip, identity, opened, scope=old.scope)
        moved += 1
    return moved


def _checked(work: Work, actor: Actor, passphrase: str) -> Account:
    account = work.session.get_one(Account, actor.account_id)
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise InvalidInput(
            "An identity passphrase has at least %(least)s characters: four words or more.",
            field="passphrase",
            least=SHORTEST_PASSPHRASE,
        )
    if verify_password(account.password_hash, passphrase):
        raise InvalidInput("Please do not take the password that you sign in with.", field="passphrase")
    return account


def _note(work: Work, by: Actor | None, key: str, **what: str | datetime) -> None:
    record(work, by, subject=Subject.CUSTODY, key=key, after=what)
