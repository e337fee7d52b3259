"""Handing tips on: who may, where to, and what goes along."""

from __future__ import annotations

import pytest

from forum.domain.errors import IllegalMove, InvalidInput, NotPermitted
from forum.domain.lifecycle import Status
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Kind, Priority, Role
from forum.models import TipSearch
from forum.services import handling, routing, transfers, triage
from forum.services.tips import lock_tip
from forum.services.transfers import DeclineReason, OutwardLetter
from forum.services.work import Work
from tests.factories import Cast, make_actor, send_tip, team_id, to_accepted, to_answered, to_triaged


def test_transfer_restarts_the_clock_of_the_team_and_not_of_the_citizen(work: Work) -> None:
    cast = Cast(work)
    tip = to_accepted(work, cast)
    due = tip.citizen_due_at
    transfers.transfer(work, cast.handler, tip, team_id=team_id(work, "14/PC02"), reason="Có đánh nhau")
    assert (tip.status, tip.team_since, tip.citizen_due_at) == (Status.ROUTED, work.now, due)


@pytest.mark.parametrize("code", ["14/PC04", "15/PC04", "14", "cluster"])
def test_transfer_is_refused_when_the_team_is_none_of_the_others_of_the_province(work: Work, code: str) -> None:
    cast = Cast(work)
    tip = to_accepted(work, cast)
    with pytest.raises(InvalidInput):
        transfers.transfer(work, cast.handler, tip, team_id=team_id(work, code), reason="Nhầm")


def test_restricted_tip_never_goes_back_to_the_desk(work: Work) -> None:
    inspector = make_actor(work, ("14/TT", Role.LEAD))
    tip = lock_tip(work, send_tip(work, police=PoliceConcern.COMMUNE).tip_number, inspector)
    with pytest.raises(InvalidInput):
        transfers.transfer(work, inspector, tip, team_id=team_id(work, "14/desk"), reason="Xem lại")
    with pytest.raises(NotPermitted):
        transfers.send_to_desk(work, inspector, tip, province_code="15", reason="Xem lại")


def test_tip_sent_to_another_province_is_searched_under_its_key(work: Work) -> None:
    cast = Cast(work)
    tip = lock_tip(work, send_tip(work).tip_number, cast.desk)
    before = work.session.get_one(TipSearch, tip.id).codes
    transfers.send_to_desk(work, cast.desk, tip, province_code="15", reason="Việc ở Lào Cai")
    index = work.session.get_one(TipSearch, tip.id)
    assert (index.scope, tip.province_code, tip.commune_code) == ("15", "15", None)
    assert index.codes != before


@pytest.mark.parametrize("province", ["14", "99", "01"])
def test_send_to_desk_is_refused_when_there_is_no_such_other_desk(work: Work, province: str) -> None:
    cast = Cast(work)
    tip = lock_tip(work, send_tip(work).tip_number, cast.desk)
    with pytest.raises(InvalidInput):
        transfers.send_to_desk(work, cast.desk, tip, province_code=province, reason="Nhầm")


def test_transfer_out_stops_the_clock_of_the_citizen(work: Work) -> None:
    cast = Cast(work)
    tip = to_triaged(work, cast)
    transfers.transfer_out(work, cast.desk, tip, OutwardLetter("Sở Y tế", "Sơn La", "Kính chuyển."))
    assert (tip.status, tip.settled_at, tip.queue_at) == (Status.TRANSFERRED_OUT, work.now, None)


def test_decline_needs_words_for_the_citizen_and_a_tip_that_is_no_crime_report(work: Work) -> None:
    cast = Cast(work)
    tip = to_triaged(work, cast)
    with pytest.raises(InvalidInput):
        transfers.decline(work, cast.desk, tip, reason=DeclineReason.ABUSIVE, text="Không")
    triage.classify(work, cast.desk, tip, triage.Classification(Kind.QUESTION, Category.OTHER, Priority.LOW))
    with pytest.raises(InvalidInput):
        transfers.decline(work, cast.desk, tip, reason=DeclineReason.NOT_FOR_POLICE, text=" ")
    transfers.decline(work, cast.desk, tip, reason=DeclineReason.NOT_FOR_POLICE, text="Xin hỏi ủy ban xã.")
    assert tip.status is Status.DECLINED


def test_settled_tip_is_handed_on_no_more(work: Work) -> None:
    cast = Cast(work)
    tip = to_answered(work, cast)
    with pytest.raises(IllegalMove):
        transfers.transfer(work, cast.handler, tip, team_id=team_id(work, "14/PC02"), reason="Muộn")


def test_route_as_suggested_names_the_first_responder(work: Work) -> None:
    cast = Cast(work)
    tip = to_triaged(work, cast)
    routing.route_tip(work, cast.desk, tip)
    assert (tip.team_id, tip.responder_team_id) == (team_id(work, "14/PC04"), team_id(work, "14/04048"))
    assert tip.responder_due_at is not None


def test_route_keeps_the_restriction_that_the_rules_demand_whoever_is_chosen(work: Work) -> None:
    cast = Cast(work)
    tip = to_triaged(work, cast, body="Có người truyền đạo trái phép.", category=Category.SECURITY)
    wanted = triage.Classification(Kind.CRIME_REPORT, Category.SECURITY, Priority.HIGH, commune_code="04048")
    triage.classify(work, cast.desk, tip, wanted)
    routing.route_tip(work, cast.desk, tip, team_id=team_id(work, "14/PC02"), reason="Theo chỉ đạo")
    assert (tip.restriction, tip.responder_team_id) == ("security", None)


def test_route_to_a_team_of_another_province_is_refused(work: Work) -> None:
    cast = Cast(work)
    tip = to_triaged(work, cast)
    with pytest.raises(InvalidInput):
        routing.route_tip(work, cast.desk, tip, team_id=team_id(work, "15/PC04"), reason="Nhầm")


def test_assignee_must_be_somebody_of_the_team(work: Work) -> None:
    cast = Cast(work)
    tip = to_accepted(work, cast)
    for stranger in (make_actor(work, ("14/PC02", Role.HANDLER)), make_actor(work, ("14/PC04", Role.AUDITOR))):
        with pytest.raises(InvalidInput):
            handling.assign(work, cast.lead, tip, assignee_id=stranger.account_id)
    of_province = make_actor(work, ("14", Role.HANDLER))
    handling.assign(work, cast.lead, tip, assignee_id=of_province.account_id)
    assert tip.assignee_id == of_province.account_id
