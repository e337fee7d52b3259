"""Duplicates are linked once, follow their master, and are never lost with it."""

from __future__ import annotations

import pytest

from forum.domain.errors import IllegalMove, InvalidInput, NotFound
from forum.domain.lifecycle import Status
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Role
from forum.models import Tip
from forum.services import duplicates, handling, restriction, transfers
from forum.services.timeline import state_of
from forum.services.tips import lock_tip
from forum.services.work import Work
from tests.factories import Cast, make_actor, send_tip, team_id, to_accepted, to_answered, to_routed


def linked(work: Work, cast: Cast, master: Tip) -> Tip:
    """Send another tip and link it at the desk."""
    tip = lock_tip(work, send_tip(work).tip_number, cast.desk)
    duplicates.link(work, cast.desk, tip, master_number=master.number)
    return tip


def test_duplicate_goes_wherever_its_master_goes(work: Work) -> None:
    cast = Cast(work)
    master = to_accepted(work, cast)
    tip = linked(work, cast, master)
    transfers.transfer(work, cast.handler, master, team_id=team_id(work, "14/PC02"), reason="Có đánh nhau")
    assert tip.team_id == team_id(work, "14/PC02")
    assert tip.queue_at is None


def test_duplicate_is_answered_and_closed_with_its_master_and_counts_nothing(work: Work) -> None:
    cast = Cast(work)
    master = to_accepted(work, cast)
    tip = linked(work, cast, master)
    handling.answer(work, cast.lead, master, text="Đã xử lý.")
    handling.close(work, cast.lead, master, handling.Outcome(founded=True, valuable=True, grassroots=False, cases=2))
    assert (tip.status, tip.cases, tip.valuable) == (Status.CLOSED, 0, False)


def test_duplicate_returns_to_its_desk_when_its_master_leaves_the_forum(work: Work) -> None:
    cast = Cast(work)
    master = to_accepted(work, cast)
    tip = linked(work, cast, master)
    letter = transfers.OutwardLetter("Sở Y tế", "Sơn La", "Kính chuyển.")
    transfers.transfer_out(work, cast.lead, master, letter)
    assert (tip.status, tip.team_id, tip.master_id) == (Status.TRIAGED, team_id(work, "14/desk"), None)


def test_duplicate_is_restricted_and_opened_with_its_master(work: Work) -> None:
    cast = Cast(work)
    master = to_accepted(work, cast)
    tip = linked(work, cast, master)
    restriction.restrict(work, cast.lead, master, restriction=restriction.Restriction.SECURITY, reason="An ninh")
    assert state_of(work.session, tip).granted_team_ids == (master.team_id,)
    restriction.lift(work, cast.lead, master, reason="Không phải")
    assert (tip.restriction, state_of(work.session, tip).granted_team_ids) == (None, ())


def test_duplicate_is_not_restricted_or_opened_apart_from_its_master(work: Work) -> None:
    cast = Cast(work)
    master = to_accepted(work, cast)
    tip = linked(work, cast, master)
    with pytest.raises(IllegalMove):
        restriction.restrict(work, cast.lead, tip, restriction=restriction.Restriction.SECURITY, reason="An ninh")
    restriction.restrict(work, cast.lead, master, restriction=restriction.Restriction.SECURITY, reason="An ninh")
    with pytest.raises(IllegalMove):
        restriction.lift(work, cast.lead, tip, reason="Không phải")
    assert tip.restriction is master.restriction is restriction.Restriction.SECURITY


@pytest.mark.parametrize("make", [to_answered, None])
def test_link_is_refused_when_the_master_is_settled_or_a_duplicate_itself(work: Work, make: object) -> None:
    cast = Cast(work)
    master = to_answered(work, cast) if make else linked(work, cast, to_routed(work, cast))
    tip = lock_tip(work, send_tip(work).tip_number, cast.desk)
    with pytest.raises(InvalidInput):
        duplicates.link(work, cast.desk, tip, master_number=master.number)


def test_link_is_refused_when_others_hang_on_the_tip(work: Work) -> None:
    cast = Cast(work)
    first = lock_tip(work, send_tip(work).tip_number, cast.desk)
    linked(work, cast, first)
    with pytest.raises(InvalidInput):
        duplicates.link(work, cast.desk, first, master_number=to_routed(work, cast).number)


def test_link_is_refused_between_a_restricted_tip_and_an_open_one(work: Work) -> None:
    both = make_actor(work, ("14/TT", Role.LEAD), ("14/desk", Role.INTAKE))
    restricted = lock_tip(work, send_tip(work, police=PoliceConcern.COMMUNE).tip_number, both)
    master = lock_tip(work, send_tip(work).tip_number, both)
    with pytest.raises(InvalidInput):
        duplicates.link(work, both, restricted, master_number=master.number)


def test_link_tells_nothing_of_a_tip_that_must_not_be_known(work: Work) -> None:
    cast = Cast(work)
    hidden = send_tip(work, police=PoliceConcern.COMMUNE).tip_number
    tip = lock_tip(work, send_tip(work).tip_number, cast.desk)
    for number in (hidden, "KHONGCOTIN"):
        with pytest.raises(NotFound):
            duplicates.link(work, cast.desk, tip, master_number=number)
