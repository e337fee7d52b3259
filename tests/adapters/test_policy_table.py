"""The shipped policies, approval rules, calendar and hours: complete, without gaps or overlaps, and reasoned."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, product

import pytest

from forum.adapters.policy_table import (
    shipped_approval_rules,
    shipped_calendar,
    shipped_days,
    shipped_hours,
    shipped_policies,
)
from forum.domain.deadlines import citizen_deadline, deadlines_at_receipt, responder_deadline
from forum.domain.sla import PolicyClock, answer_needs_approval, pick
from forum.domain.vocabulary import Kind, Priority, TeamKind
from forum.domain.working_time import VN

RECEIPTS = [datetime(2024, 9, 1, 3, tzinfo=UTC) + timedelta(days=7 * week, hours=5 * week % 24) for week in range(150)]


def vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


def test_policies_have_distinct_ids_a_source_and_names_in_both_languages() -> None:
    policies = shipped_policies()
    assert len({policy.id for policy in policies}) == len(policies)
    assert all(policy.source and policy.name_vi and policy.name_en for policy in policies)


def test_no_two_policies_for_the_same_case_are_valid_on_the_same_day() -> None:
    cases = [
        (policy, (policy.clock, policy.kind, policy.team_kind, policy.priority, policy.is_remote))
        for policy in shipped_policies()
    ]
    overlaps = [
        (one.id, other.id)
        for (one, case), (other, same) in combinations(cases, 2)
        if case == same
        and one.valid_from <= (other.valid_to or date.max)
        and other.valid_from <= (one.valid_to or date.max)
    ]
    assert overlaps == []


@pytest.mark.parametrize(
    ("kind", "received", "due"),
    [
        (Kind.CRIME_REPORT, "2026-01-27 09:00", "2026-02-24 00:00"),
        (Kind.DENUNCIATION, "2026-03-02 09:00", "2026-04-02 00:00"),
        (Kind.COMPLAINT, "2026-03-02 09:00", "2026-04-02 00:00"),
        (Kind.PETITION, "2026-02-13 09:00", "2026-03-07 00:00"),
        (Kind.FEEDBACK, "2026-01-01 00:30", "2026-01-16 00:00"),
        (Kind.QUESTION, "2026-08-21 09:00", "2026-08-28 00:00"),
        (Kind.PRAISE, "2026-11-23 09:00", "2026-12-02 00:00"),
    ],
)
def test_each_kind_is_due_as_the_law_or_the_promise_says(kind: Kind, received: str, due: str) -> None:
    found = citizen_deadline(kind, vn(received), policies=shipped_policies(), calendar=shipped_calendar())
    assert found.due_at == vn(due)


@pytest.mark.parametrize(
    ("clock", "amounts"),
    [
        (PolicyClock.CITIZEN, {Kind.CRIME_REPORT: 20, Kind.DENUNCIATION: 30, Kind.COMPLAINT: 30}),
        (PolicyClock.CITIZEN_EXTENDED, {Kind.CRIME_REPORT: 2, Kind.DENUNCIATION: 60, Kind.COMPLAINT: 45}),
        (PolicyClock.CITIZEN_EXTENDED_AGAIN, {Kind.CRIME_REPORT: 4, Kind.DENUNCIATION: 90}),
        (PolicyClock.NOTIFY, {Kind.CRIME_REPORT: 3}),
        (PolicyClock.ACCEPTANCE, {Kind.DENUNCIATION: 7, Kind.COMPLAINT: 10}),
    ],
)
@pytest.mark.parametrize("on", [date(2024, 9, 1), date(2026, 6, 30), date(2026, 7, 1), date(2027, 12, 31)])
def test_legal_terms_hold_on_both_sides_of_an_amendment(clock: PolicyClock, amounts: dict[Kind, int], on: date) -> None:
    found = {kind: pick(shipped_policies(), clock=clock, kind=kind, on=on).amount for kind in amounts}
    assert found == amounts


def test_every_team_and_citizen_deadline_is_given_and_a_team_is_due_no_later_than_the_citizen() -> None:
    late = []
    for kind, team_kind, priority, at in product(Kind, TeamKind, Priority, RECEIPTS):
        fields = deadlines_at_receipt(
            kind, team_kind, priority=priority, at=at, policies=shipped_policies(), calendar=shipped_calendar()
        )
        if not at < fields["team_due_at"] <= fields["citizen_due_at"]:
            late.append((kind, team_kind, priority, at))
    assert late == []


def test_a_higher_priority_never_gives_a_team_more_time() -> None:
    slower = []
    for kind, team_kind, at in product(Kind, TeamKind, RECEIPTS[::10]):
        dues = [
            deadlines_at_receipt(
                kind, team_kind, priority=priority, at=at, policies=shipped_policies(), calendar=shipped_calendar()
            )["team_due_at"]
            for priority in (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT)
        ]
        if dues != sorted(dues, reverse=True):
            slower.append((kind, team_kind, at))
    assert slower == []


@pytest.mark.parametrize(
    ("kind", "at", "is_remote", "hours"),
    [
        (Kind.CRIME_REPORT, "2026-03-07 22:00", False, 12),
        (Kind.CRIME_REPORT, "2026-03-07 22:00", True, 24),
        (Kind.CRIME_REPORT, "2025-02-26 22:00", False, 24),
        (Kind.FEEDBACK, "2026-03-07 22:00", False, 24),
    ],
)
def test_a_commune_that_responds_first_has_hours_by_day_and_night(
    kind: Kind, at: str, *, is_remote: bool, hours: int
) -> None:
    found = responder_deadline(
        kind,
        TeamKind.COMMUNE_POLICE,
        at=vn(at),
        policies=shipped_policies(),
        calendar=shipped_calendar(),
        is_remote=is_remote,
    )
    assert found - vn(at) == timedelta(hours=hours)


def test_answers_to_grave_kinds_always_need_a_lead_and_thanks_never_do() -> None:
    rules = shipped_approval_rules()
    assert {rule.kind for rule in rules if rule.team_kind is None} == set(Kind)
    for team_kind in TeamKind:
        assert answer_needs_approval(Kind.CRIME_REPORT, team_kind, rules)
        assert answer_needs_approval(Kind.DENUNCIATION, team_kind, rules)
        assert answer_needs_approval(Kind.COMPLAINT, team_kind, rules)
        assert not answer_needs_approval(Kind.PRAISE, team_kind, rules)
    assert answer_needs_approval(Kind.FEEDBACK, TeamKind.COMMUNE_POLICE, rules)
    assert not answer_needs_approval(Kind.FEEDBACK, TeamKind.DEPARTMENT, rules)


def test_the_calendar_names_each_day_once_in_order_with_its_source() -> None:
    days = [day.day for day in shipped_days()]
    assert days == sorted(set(days))
    assert all(day.source and day.name_vi for day in shipped_days())


def test_the_calendar_knows_tet_swapped_days_and_office_hours() -> None:
    calendar = shipped_calendar()
    off = [date(2024, 2, 12), date(2025, 1, 29), date(2026, 1, 2), date(2026, 2, 17), date(2027, 2, 8)]
    worked = [date(2026, 1, 10), date(2026, 2, 13), date(2026, 2, 23)]
    assert not any(calendar.is_working_day(day) for day in off)
    assert all(calendar.is_working_day(day) for day in worked)
    assert shipped_hours() == ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
