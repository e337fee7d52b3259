"""Custodians join, leave, forget and renew; the recovery key on paper is tried, and replaced."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from forum.adapters import custody as boxes
from forum.adapters.custody import WrongPassphrase, WrongRecoveryKey
from forum.adapters.keyring import Purpose
from forum.adapters.vault import SealBroken
from forum.domain.errors import InvalidInput, NotPermitted
from forum.domain.permissions import Actor
from forum.domain.vocabulary import Role
from forum.models import Account, CustodianKey, CustodyKey, CustodyRecovery, CustodyShare, Identity, SettingEvent
from forum.services import accounts, custody
from forum.services.custody_keys import NoShare, identity_place
from forum.services.identity import IdentityCard, open_identity
from forum.services.work import Work
from tests.factories import HARMLESS, PASSPHRASE, PASSWORD, make_actor, make_custodian, send_tip, team_id, tip_of

CUSTODIAN = ("14", Role.CUSTODIAN)
OTHER = "ba con suối gặp nhau"
CARD = IdentityCard("Lò Văn Mẫu", "0912 345 678")


@pytest.fixture
def first(work: Work, recovery: str) -> Actor:
    return make_custodian(work, recovery, CUSTODIAN)


@pytest.fixture
def number(work: Work) -> str:
    return tip_of(work, send_tip(work, **HARMLESS, name=CARD.name, contact=CARD.contact)).number


def opened(work: Work, actor: Actor, number: str, passphrase: str = PASSPHRASE) -> IdentityCard:
    return open_identity(work, actor, number, reason="Cần mời làm chứng", passphrase=passphrase)


def joined(work: Work, passphrase: str = OTHER) -> Actor:
    """Return a custodian with a passphrase, whom nobody has admitted."""
    actor = make_actor(work, CUSTODIAN)
    custody.choose_passphrase(work, actor, passphrase)
    return actor


def test_newcomer_opens_nothing_until_another_custodian_admits_them(work: Work, first: Actor, number: str) -> None:
    newcomer = joined(work)
    with pytest.raises(NoShare):
        opened(work, newcomer, number, OTHER)
    with pytest.raises(WrongPassphrase):
        custody.admit(work, first, newcomer.account_id, scope="14", passphrase=OTHER)
    custody.admit(work, first, newcomer.account_id, scope="14", passphrase=PASSPHRASE)
    assert opened(work, newcomer, number, OTHER) == CARD


def test_nobody_admits_themselves_a_stranger_or_somebody_without_a_passphrase(work: Work, first: Actor) -> None:
    newcomer = joined(work)
    with pytest.raises(NoShare):
        custody.admit(work, newcomer, newcomer.account_id, scope="14", passphrase=OTHER)
    stranger = make_actor(work, ("15", Role.CUSTODIAN))
    with pytest.raises(NotPermitted):
        custody.admit(work, first, stranger.account_id, scope="14", passphrase=PASSPHRASE)
    with pytest.raises(NotPermitted):
        custody.admit(work, first, stranger.account_id, scope="15", passphrase=PASSPHRASE)
    with pytest.raises(InvalidInput):
        custody.admit(work, first, make_actor(work, CUSTODIAN).account_id, scope="14", passphrase=PASSPHRASE)


def test_whoever_leaves_loses_the_share_and_the_key_is_renewed_without_them(
    work: Work, first: Actor, number: str
) -> None:
    leaver = joined(work)
    custody.admit(work, first, leaver.account_id, scope="14", passphrase=PASSPHRASE)
    old = present(work)
    kept = boxes.open_box(
        own_private(work, leaver, OTHER),
        work.session.get_one(CustodyShare, (old.id, leaver.account_id)).box,
        where=f"custody/14/{old.public_key.hex()}/{leaver.account_id}",
    )
    account = work.session.get_one(Account, leaver.account_id)
    assert accounts.end(work, None, account, team_id=team_id(work, "14"), role=Role.CUSTODIAN)
    assert work.session.get(CustodyShare, (old.id, leaver.account_id)) is None
    work.session.refresh(old)
    assert old.renewal_due_at == work.now
    assert custody.renew(work, first, scope="14", passphrase=PASSPHRASE) == 1
    assert opened(work, first, number) == CARD
    new = present(work)
    assert new.public_key != old.public_key
    assert new.renewal_due_at is None
    assert old.recovery_box == b""
    identity = work.session.scalars(select(Identity)).one()
    box = work.secrets.vault.unseal_record(
        Purpose.IDENTITY, identity.sealed, where=identity_place(number), scope=identity.scope
    )
    with pytest.raises(SealBroken):
        boxes.open_box(kept, box, where=identity_place(number))


def test_whoever_stays_custodian_in_another_team_of_the_province_keeps_the_share(work: Work, recovery: str) -> None:
    actor = make_custodian(work, recovery, CUSTODIAN, ("14/TT", Role.CUSTODIAN))
    account = work.session.get_one(Account, actor.account_id)
    accounts.end(work, None, account, team_id=team_id(work, "14/TT"), role=Role.CUSTODIAN)
    assert work.session.scalars(select(CustodyShare.account_id)).all() == [actor.account_id]


def test_renewed_key_is_shared_with_all_who_stayed(work: Work, first: Actor, number: str) -> None:
    second = joined(work)
    custody.admit(work, first, second.account_id, scope="14", passphrase=PASSPHRASE)
    custody.renew(work, second, scope="14", passphrase=OTHER)
    assert opened(work, first, number) == opened(work, second, number, OTHER) == CARD


def test_forgotten_passphrase_is_replaced_and_admitted_anew(
    work: Work, first: Actor, number: str, recovery: str
) -> None:
    custody.choose_passphrase(work, first, OTHER)
    with pytest.raises(WrongPassphrase):
        opened(work, first, number)
    with pytest.raises(NoShare):
        opened(work, first, number, OTHER)
    account = work.session.get_one(Account, first.account_id)
    assert custody.admit_by_recovery(work, recovery, account) == ["14"]
    assert opened(work, first, number, OTHER) == CARD


def test_changed_passphrase_keeps_the_share(work: Work, first: Actor, number: str) -> None:
    with pytest.raises(WrongPassphrase):
        custody.change_passphrase(work, first, "không phải câu này đâu", OTHER)
    custody.change_passphrase(work, first, PASSPHRASE, OTHER)
    assert opened(work, first, number, OTHER) == CARD


@pytest.mark.parametrize("passphrase", ["", "ngắn quá", PASSWORD])
def test_passphrase_is_long_and_not_that_of_signing_in(work: Work, passphrase: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        custody.choose_passphrase(work, make_actor(work, CUSTODIAN), passphrase)
    assert fault.value.field == "passphrase"


def test_only_custodians_choose_passphrases(work: Work) -> None:
    with pytest.raises(NotPermitted):
        custody.choose_passphrase(work, make_actor(work, ("14", Role.LEAD)), OTHER)


def test_recovery_key_is_tried_and_replaced(work: Work, recovery: str, number: str) -> None:
    assert custody.drill(work, recovery) == 8  # seven provinces and the cluster
    new = custody.renew_recovery(work, recovery)
    with pytest.raises(WrongRecoveryKey):
        custody.drill(work, recovery)
    assert custody.drill(work, new) == 8
    assert opened(work, make_custodian(work, new, CUSTODIAN), number) == CARD


def test_recovery_key_gives_the_keys_of_ones_own_provinces_alone(work: Work, recovery: str) -> None:
    account = work.session.get_one(Account, make_actor(work, ("14", Role.LEAD)).account_id)
    with pytest.raises(InvalidInput):
        custody.admit_by_recovery(work, recovery, account)
    make_custodian(work, recovery, CUSTODIAN)
    held = select(CustodyKey.scope).join(CustodyShare, CustodyShare.key_id == CustodyKey.id)
    assert work.session.scalars(held).all() == ["14"]


def test_drill_finds_a_key_that_the_paper_does_not_open(work: Work, recovery: str) -> None:
    present(work).recovery_box = work.session.scalars(
        select(CustodyKey.recovery_box).where(CustodyKey.scope == "15")
    ).one()
    work.session.flush()
    with pytest.raises(SealBroken):
        custody.drill(work, recovery)


def test_keys_are_begun_once_and_take_over_what_was_kept_before(work: Work, number: str) -> None:
    with pytest.raises(InvalidInput):
        custody.begin(work)
    identity = work.session.scalars(select(Identity)).one()
    spelled = '{"name": "Lò Văn Mẫu", "contact": "0912 345 678"}'
    identity.sealed = work.secrets.vault.seal_record(
        Purpose.IDENTITY, spelled, where=identity_place(number), scope=identity.scope
    )
    identity.custody_key_id = None
    work.session.flush()
    work.session.execute(update(CustodyKey).values(retired_at=work.now))
    work.session.execute(update(CustodyRecovery).values(retired_at=work.now))
    recovery = custody.begin(work)
    assert opened(work, make_custodian(work, recovery, CUSTODIAN), number) == CARD


def test_every_step_is_recorded_and_no_secret_in_it(work: Work, first: Actor, recovery: str) -> None:
    newcomer = joined(work)
    custody.admit(work, first, newcomer.account_id, scope="14", passphrase=PASSPHRASE)
    custody.renew(work, first, scope="14", passphrase=PASSPHRASE)
    custody.drill(work, recovery)
    rows = work.session.scalars(
        select(SettingEvent).where(SettingEvent.subject == "custody").order_by(SettingEvent.seq)
    ).all()
    steps = [(row.subject_key, *row.data["after"]) for row in rows]
    assert [step[1] for step in steps] == ["begun", "admitted", "begun", "admitted", "renewed", "drilled"]
    written = "\n".join(str(row.data) for row in rows)
    for secret in (PASSPHRASE, OTHER, recovery):
        assert secret not in written


def present(work: Work) -> CustodyKey:
    return work.session.scalars(
        select(CustodyKey).where(CustodyKey.scope == "14", CustodyKey.retired_at.is_(None))
    ).one()


def own_private(work: Work, actor: Actor, passphrase: str) -> bytes:
    locked = work.session.get_one(CustodianKey, actor.account_id).locked
    return boxes.unlock(locked, passphrase, where=f"custodian/{actor.account_id}")
