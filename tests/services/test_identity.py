"""Who sent a tip is opened by a custodian of its province, with a passphrase, for a reason, never without a trace."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forum.adapters.custody import WrongPassphrase
from forum.adapters.vault import SealBroken
from forum.domain.errors import InvalidInput, NotFound, NotPermitted
from forum.domain.events import EventKind
from forum.domain.vocabulary import Role
from forum.models import AccessRow, CustodyKey, Identity
from forum.models.access_log import AccessAction
from forum.services.custody_keys import CustodyMissing, NoShare, under_keyring
from forum.services.identity import IdentityCard, hand_over_identity, open_identity
from forum.services.timeline import events_of
from forum.services.transfers import send_to_desk
from forum.services.work import Work
from tests.factories import HARMLESS, PASSPHRASE, make_actor, make_custodian, send_tip, tip_of

REASON = "Cần mời làm chứng theo yêu cầu"
CARD = IdentityCard("Lò Văn Mẫu", "0912 345 678")
GIVEN = {"reason": REASON, "passphrase": PASSPHRASE}
CUSTODIAN = ("14", Role.CUSTODIAN)


@pytest.fixture
def custodian(work: Work, recovery: str):
    return make_custodian(work, recovery, CUSTODIAN)


def test_identity_is_opened_with_an_event_and_a_row_in_the_access_log(work: Work, custodian) -> None:
    tip = tip_of(work, send_tip(work, **HARMLESS, name=CARD.name, contact=CARD.contact))
    assert open_identity(work, custodian, tip.number, **GIVEN) == CARD
    assert events_of(work.session, tip.id)[-1].kind is EventKind.IDENTITY_OPENED
    opened = select(AccessRow.tip_id).where(AccessRow.action == AccessAction.IDENTITY_OPENED)
    assert work.session.scalars(opened).one() == tip.id


@pytest.mark.parametrize(
    ("grant", "fault"),
    [
        (("14/desk", Role.INTAKE), NotPermitted),
        (("14/PC04", Role.LEAD), NotPermitted),
        (("14", Role.SUPERVISOR), NotPermitted),
        (("15", Role.CUSTODIAN), NotFound),
    ],
)
def test_identity_stays_closed_to_everybody_else(work: Work, grant: tuple[str, Role], fault: type[Exception]) -> None:
    tip = tip_of(work, send_tip(work, **HARMLESS, name=CARD.name))
    with pytest.raises(fault):
        open_identity(work, make_actor(work, grant), tip.number, **GIVEN)


def test_identity_stays_closed_to_a_custodian_of_another_province_who_may_read_the_tip(
    work: Work, recovery: str
) -> None:
    tip = tip_of(work, send_tip(work, **HARMLESS, name=CARD.name))
    reader = make_custodian(work, recovery, ("15", Role.CUSTODIAN), ("14/desk", Role.INTAKE))
    with pytest.raises(NotPermitted):
        open_identity(work, reader, tip.number, **GIVEN)


def test_identity_stays_closed_when_the_passphrase_is_wrong_or_there_is_none(work: Work, custodian) -> None:
    tip = tip_of(work, send_tip(work, **HARMLESS, name=CARD.name))
    with pytest.raises(WrongPassphrase):
        open_identity(work, custodian, tip.number, reason=REASON, passphrase="mot cau nao do khac")
    with pytest.raises(NoShare):
        open_identity(work, make_actor(work, CUSTODIAN), tip.number, **GIVEN)
    assert events_of(work.session, tip.id)[-1].kind is EventKind.RECEIVED


def test_keyring_and_database_do_not_tell_who_sent_a_tip(work: Work, custodian) -> None:
    tip = tip_of(work, send_tip(work, **HARMLESS, name=CARD.name, contact=CARD.contact))
    opened = under_keyring(work, tip.number, work.session.get_one(Identity, tip.id))
    for word in (CARD.name, CARD.contact, "Mẫu", "345"):
        assert word.encode() not in opened
    assert open_identity(work, custodian, tip.number, **GIVEN) == CARD


def test_identity_opens_at_no_other_tip(work: Work, custodian) -> None:
    one, other = (tip_of(work, send_tip(work, **HARMLESS, name=name)) for name in ("Lò Văn Một", "Lò Văn Hai"))
    moved = work.session.get_one(Identity, one.id)
    moved.sealed = work.session.get_one(Identity, other.id).sealed
    work.session.flush()
    with pytest.raises(SealBroken):
        open_identity(work, custodian, one.number, **GIVEN)


def test_anonymous_tip_has_no_identity(work: Work) -> None:
    tip = tip_of(work, send_tip(work))
    with pytest.raises(NotFound):
        open_identity(work, make_actor(work, CUSTODIAN), tip.number, **GIVEN)
    assert work.session.get(Identity, tip.id) is None


@pytest.mark.parametrize("reason", ["", "ngắn", " " * 20])
def test_identity_needs_a_reason_in_words(work: Work, reason: str) -> None:
    tip = tip_of(work, send_tip(work, **HARMLESS, name=CARD.name))
    with pytest.raises(InvalidInput):
        open_identity(work, make_actor(work, CUSTODIAN), tip.number, reason=reason, passphrase=PASSPHRASE)


def test_no_name_is_taken_when_nobody_could_ever_open_it(work: Work) -> None:
    for key in work.session.scalars(select(CustodyKey)):
        key.retired_at = work.now
    work.session.flush()
    with pytest.raises(CustodyMissing):
        send_tip(work, **HARMLESS, name=CARD.name)


def test_identity_follows_to_another_province_only_by_a_custodian(work: Work, custodian, recovery: str) -> None:
    tip = tip_of(work, send_tip(work, **HARMLESS, name=CARD.name, contact=CARD.contact))
    send_to_desk(work, make_actor(work, ("14/desk", Role.INTAKE)), tip, province_code="15", reason="Ở Lào Cai")
    there = make_custodian(work, recovery, ("15", Role.CUSTODIAN))
    with pytest.raises(NotPermitted):
        open_identity(work, there, tip.number, **GIVEN)
    with pytest.raises(NotPermitted):
        hand_over_identity(work, there, tip.number, passphrase=PASSPHRASE)
    hand_over_identity(work, custodian, tip.number, passphrase=PASSPHRASE)
    assert events_of(work.session, tip.id)[-1].kind is EventKind.IDENTITY_HANDED_OVER
    assert open_identity(work, there, tip.number, **GIVEN) == CARD
    with pytest.raises(NotFound):
        open_identity(work, custodian, tip.number, **GIVEN)
    with pytest.raises(NotPermitted):
        hand_over_identity(work, custodian, tip.number, passphrase=PASSPHRASE)


def test_identity_is_not_handed_over_while_the_tip_is_here(work: Work, custodian) -> None:
    tip = tip_of(work, send_tip(work, **HARMLESS, name=CARD.name))
    with pytest.raises(InvalidInput):
        hand_over_identity(work, custodian, tip.number, passphrase=PASSPHRASE)
