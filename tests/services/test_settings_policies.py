"""Deadlines are added and ended by the day, and never leave a clock without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from forum.adapters.policy_table import shipped_policies
from forum.domain.errors import InvalidInput, NotPermitted
from forum.domain.policy_cover import first_gap
from forum.domain.sla import PolicyClock, PolicyUnit, answer_needs_approval
from forum.domain.vocabulary import Kind, Role, TeamKind
from forum.models import ApprovalPolicy, PolicyRow, SettingEvent
from forum.services import settings_policies as service
from forum.services.settings_policies import NewPolicy
from tests.conftest import fresh_work
from tests.factories import make_actor, send_tip, tip_of

TODAY = date(2026, 11, 24)


@pytest.fixture
def administrator(work):
    return make_actor(work, ("cluster", Role.ADMINISTRATOR))


def new_policy(**values) -> NewPolicy:
    usual = {
        "clock": PolicyClock.CITIZEN,
        "kind": Kind.FEEDBACK,
        "team_kind": None,
        "priority": None,
        "is_remote": None,
        "amount": 3,
        "unit": PolicyUnit.WORKING_DAYS,
        "valid_from": TODAY,
        "source": "Quyết định của cụm",
        "is_verified": True,
        "name_vi": "Phản ánh",
        "name_en": "Feedback",
    }
    return NewPolicy(**{**usual, **values})


def test_a_new_deadline_holds_for_tips_received_under_it_and_moves_no_other(app, clock):
    with fresh_work() as work:
        earlier = tip_of(work, send_tip(work))
        before = (earlier.citizen_due_at, earlier.citizen_policy_id)
        added = service.add_policy(
            work,
            make_actor(work, ("cluster", Role.ADMINISTRATOR)),
            new_policy(kind=earlier.kind, valid_from=TODAY + timedelta(days=1)),
        )
        kind = earlier.kind
    with fresh_work() as work:
        assert tip_of(work, send_tip(work)).citizen_policy_id == before[1]
    clock.advance(days=1)
    with fresh_work() as work:
        later = tip_of(work, send_tip(work))
        assert (later.kind, later.citizen_policy_id) == (kind, added)
        work.session.refresh(work.session.merge(earlier))
        assert (earlier.citizen_due_at, earlier.citizen_policy_id) == before


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"valid_from": TODAY - timedelta(days=1)}, "past stays"),
        ({"amount": 0}, "at least 1"),
        ({"amount": 1001}, "at most 1000"),
        ({"source": "  "}, "write something"),
        ({"clock": PolicyClock.FIRST_RESPONDER, "unit": PolicyUnit.WORKING_DAYS}, "in hours"),
    ],
)
def test_a_deadline_is_refused_when_it_could_not_hold(work, administrator, values, says):
    before = work.session.scalar(select(func.count()).select_from(PolicyRow))
    with pytest.raises(InvalidInput, match=says):
        service.add_policy(work, administrator, new_policy(**values))
    assert work.session.scalar(select(func.count()).select_from(PolicyRow)) == before
    assert work.session.scalar(select(func.count()).select_from(SettingEvent)) == 0


def test_the_only_deadline_of_a_clock_cannot_end_until_another_follows(app):
    by_clock = {p.id: p for p in shipped_policies() if p.clock is PolicyClock.CITIZEN and p.kind is Kind.CRIME_REPORT}
    only = next(p.id for p in by_clock.values() if p.is_remote is None)
    last_day = TODAY + timedelta(days=10)
    with fresh_work() as work:
        by = make_actor(work, ("cluster", Role.ADMINISTRATOR))
        with pytest.raises(InvalidInput, match="05/12/2026"):
            service.end_policy(work, by, only, last_day=last_day)
        service.add_policy(work, by, new_policy(kind=Kind.CRIME_REPORT, valid_from=last_day + timedelta(days=1)))
    with fresh_work() as work:
        service.end_policy(work, by, only, last_day=last_day)
        assert work.session.get_one(PolicyRow, only).valid_to == last_day


def test_a_deadline_can_be_taken_back_only_before_it_begins(app, clock):
    with fresh_work() as work:
        by = make_actor(work, ("cluster", Role.ADMINISTRATOR))
        coming = service.add_policy(work, by, new_policy(valid_from=TODAY + timedelta(days=1)))
        present = service.add_policy(work, by, new_policy())
    with fresh_work() as work:
        service.withdraw_policy(work, by, coming)
        with pytest.raises(InvalidInput, match="holds already"):
            service.withdraw_policy(work, by, present)
    with fresh_work() as work:
        assert work.session.get(PolicyRow, coming) is None
        assert work.session.get(PolicyRow, present) is not None


def test_the_shipped_deadlines_leave_no_gap_and_a_gap_is_found_on_its_first_day():
    policies = shipped_policies()
    assert first_gap(policies, since=TODAY) is None
    ended = [
        replace(p, valid_to=date(2027, 1, 31)) if p.clock is PolicyClock.TEAM and p.kind is None else p
        for p in policies
    ]
    gap = first_gap([p for p in ended if p.clock is not PolicyClock.TEAM or p.kind is None], since=TODAY)
    assert gap is not None
    assert (gap.clock, gap.on) == (PolicyClock.TEAM, date(2027, 2, 1))


def test_an_approval_can_be_decided_decided_otherwise_and_an_exception_taken_back(app):
    with fresh_work() as work:
        by = make_actor(work, ("cluster", Role.ADMINISTRATOR))
        values = {"kind": Kind.QUESTION, "team_kind": TeamKind.COMMUNE_POLICE, "source": "thử"}
        service.decide_approval(work, by, needs_approval=True, **values)
        service.decide_approval(work, by, needs_approval=False, **values)
        row = work.session.scalars(
            select(ApprovalPolicy).where(
                ApprovalPolicy.kind == "question", ApprovalPolicy.team_kind == "commune-police"
            )
        ).one()
    with fresh_work() as work:
        assert not answer_needs_approval(Kind.QUESTION, TeamKind.COMMUNE_POLICE, work.rulebook.approvals)
        service.drop_approval(work, by, row.id)
        general = work.session.scalars(select(ApprovalPolicy).where(ApprovalPolicy.team_kind.is_(None))).first()
        with pytest.raises(InvalidInput, match="Only an exception"):
            service.drop_approval(work, by, general.id)
        assert work.session.scalar(select(func.count()).select_from(SettingEvent)) == 3


def test_nobody_without_the_right_changes_deadlines(work):
    with pytest.raises(NotPermitted):
        service.add_policy(work, make_actor(work, ("cluster", Role.LEAD)), new_policy())
