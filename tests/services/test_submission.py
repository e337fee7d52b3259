"""Taking a tip: one receipt, one accountable team, one running clock."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from forum.domain.lifecycle import Status, fold
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Restriction
from forum.models import Tip, TipEventRow
from forum.services.conversation import find_by_receipt, keep_receipt
from forum.services.submission import submit
from forum.services.timeline import events_of, state_of
from tests.factories import Cast, make_submission, send_tip, team_id, tip_of, to_closed


def test_submission_gives_desk_and_clocks_at_once(work):
    tip = tip_of(work, send_tip(work))
    assert tip.team_id == team_id(work, "14/desk")
    assert tip.status is Status.RECEIVED
    assert tip.citizen_due_at > work.now
    assert tip.team_due_at > work.now
    assert tip.queue_at == min(tip.citizen_due_at, tip.team_due_at)


def test_submission_goes_to_cluster_desk_when_place_is_unknown(work):
    tip = tip_of(work, send_tip(work, province_code=None, commune_code=None))
    assert tip.team_id == team_id(work, "cluster")


def test_submission_about_police_is_restricted_to_inspectorate_in_the_same_transaction(work):
    tip = tip_of(work, send_tip(work, police=PoliceConcern.COMMUNE, police_unit="Công an xã"))
    assert tip.restriction is Restriction.POLICE_CONDUCT
    assert tip.team_id == team_id(work, "14/TT")
    assert state_of(work.session, tip).granted_team_ids == (tip.team_id,)


def test_submission_about_leadership_goes_to_lead_province(work):
    tip = tip_of(work, send_tip(work, police=PoliceConcern.PROVINCE, police_unit="Phó giám đốc công an tỉnh"))
    assert tip.team_id == team_id(work, "20/TT")


def test_submission_of_praise_is_not_restricted(work):
    tip = tip_of(work, send_tip(work, police=PoliceConcern.PRAISE, body="Cảm ơn các chú công an xã đã giúp bà tôi"))
    assert tip.restriction is None


def test_submission_twice_gives_one_tip_and_one_receipt(work):
    submission = make_submission()
    first, second = submit(work, submission), submit(work, submission)
    assert (first.receipt, first.tip_number) == (second.receipt, second.tip_number)
    assert work.session.scalar(select(func.count()).select_from(Tip)) == 1
    assert not second.is_new


def test_receipt_is_shown_no_more_when_kept(work):
    submission = make_submission()
    first = submit(work, submission)
    keep_receipt(work, first.receipt)
    assert submit(work, submission).receipt is None


def test_receipt_finds_its_tip(work):
    acknowledgement = send_tip(work)
    assert find_by_receipt(work, acknowledgement.receipt).number == acknowledgement.tip_number


def test_state_equals_fold_of_events_after_whole_life(work):
    tip = to_closed(work, Cast(work))
    work.session.flush()
    work.session.expire_all()
    assert fold(events_of(work.session, tip.id)) == state_of(work.session, tip)
    count = select(func.count()).select_from(TipEventRow).where(TipEventRow.tip_id == tip.id)
    assert work.session.scalar(count) == tip.event_count
    assert tip.settled_at - tip.received_at == timedelta(0)
