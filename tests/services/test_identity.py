"""Who sent a tip is opened by a custodian of its province, for a written reason, and never without a trace."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forum.domain.errors import InvalidInput, NotFound, NotPermitted
from forum.domain.events import EventKind
from forum.domain.vocabulary import Role
from forum.models import AccessRow, Identity
from forum.models.access_log import AccessAction
from forum.services.identity import IdentityCard, open_identity
from forum.services.timeline import events_of
from forum.services.work import Work
from tests.factories import make_actor, send_tip, tip_of

REASON = "Cần mời làm chứng theo yêu cầu"


def test_identity_is_opened_with_an_event_and_a_row_in_the_access_log(work: Work) -> None:
    tip = tip_of(work, send_tip(work, name="Lò Văn Mẫu", contact="0912 345 678"))
    custodian = make_actor(work, ("14", Role.CUSTODIAN))
    assert open_identity(work, custodian, tip.number, reason=REASON) == IdentityCard("Lò Văn Mẫu", "0912 345 678")
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
    tip = tip_of(work, send_tip(work, name="Lò Văn Mẫu"))
    with pytest.raises(fault):
        open_identity(work, make_actor(work, grant), tip.number, reason=REASON)


def test_identity_stays_closed_to_a_custodian_of_another_province_who_may_read_the_tip(work: Work) -> None:
    tip = tip_of(work, send_tip(work, name="Lò Văn Mẫu"))
    reader = make_actor(work, ("15", Role.CUSTODIAN), ("14/desk", Role.INTAKE))
    with pytest.raises(NotPermitted):
        open_identity(work, reader, tip.number, reason=REASON)


def test_anonymous_tip_has_no_identity(work: Work) -> None:
    tip = tip_of(work, send_tip(work))
    with pytest.raises(NotFound):
        open_identity(work, make_actor(work, ("14", Role.CUSTODIAN)), tip.number, reason=REASON)
    assert work.session.get(Identity, tip.id) is None


@pytest.mark.parametrize("reason", ["", "ngắn", " " * 20])
def test_identity_needs_a_reason_in_words(work: Work, reason: str) -> None:
    tip = tip_of(work, send_tip(work, name="Lò Văn Mẫu"))
    with pytest.raises(InvalidInput):
        open_identity(work, make_actor(work, ("14", Role.CUSTODIAN)), tip.number, reason=reason)
