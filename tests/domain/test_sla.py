"""The choice among dated policies, the deadlines they give, pauses, and the approval of answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.domain.errors import InvalidInput
from forum.domain.sla import (
    ApprovalRule,
    NoPolicy,
    Policy,
    PolicyClock,
    PolicyUnit,
    answer_needs_approval,
    due_at,
    extended_due,
    pick,
)
from forum.domain.vocabulary import Kind, Priority, TeamKind
from forum.domain.working_time import VN, WorkCalendar

ANY_TEAM = Policy(
    id=1,
    clock=PolicyClock.TEAM,
    kind=None,
    team_kind=None,
    priority=None,
    is_remote=None,
    amount=7,
    unit=PolicyUnit.WORKING_DAYS,
    valid_from=date(2024, 1, 1),
    valid_to=None,
    source="own",
    is_verified=True,
    name_vi="Đơn vị xử lý",
    name_en="The team handles",
)
CRIME = replace(ANY_TEAM, id=2, kind=Kind.CRIME_REPORT)
URGENT = replace(ANY_TEAM, id=3, priority=Priority.URGENT)
DESK = replace(ANY_TEAM, id=4, team_kind=TeamKind.INTAKE_DESK)
URGENT_DESK = replace(DESK, id=5, priority=Priority.URGENT)
NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - the strategy wants its bounds without a zone
TABLE = (URGENT_DESK, DESK, URGENT, CRIME, ANY_TEAM)


def vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


@pytest.mark.parametrize(
    ("case", "chosen"),
    [
        ({"kind": Kind.PRAISE, "team_kind": TeamKind.DEPARTMENT, "priority": Priority.NORMAL}, ANY_TEAM),
        ({"kind": Kind.CRIME_REPORT, "team_kind": TeamKind.DEPARTMENT, "priority": Priority.NORMAL}, CRIME),
        ({"kind": Kind.CRIME_REPORT, "team_kind": TeamKind.DEPARTMENT, "priority": Priority.URGENT}, URGENT),
        ({"kind": Kind.CRIME_REPORT, "team_kind": TeamKind.INTAKE_DESK, "priority": Priority.HIGH}, DESK),
        ({"kind": Kind.CRIME_REPORT, "team_kind": TeamKind.INTAKE_DESK, "priority": Priority.URGENT}, URGENT_DESK),
        ({}, ANY_TEAM),
    ],
)
@pytest.mark.parametrize("table", [TABLE, TABLE[::-1]])
def test_the_most_specific_policy_is_picked_whatever_the_order_of_the_table(
    table: tuple[Policy, ...], case: dict[str, Any], chosen: Policy
) -> None:
    assert pick(table, clock=PolicyClock.TEAM, on=date(2026, 3, 2), **case) is chosen


@pytest.mark.parametrize(("is_remote", "amount"), [(False, 12), (True, 24)])
def test_a_remote_commune_gets_its_own_policy(*, is_remote: bool, amount: int) -> None:
    near = replace(CRIME, clock=PolicyClock.FIRST_RESPONDER, unit=PolicyUnit.HOURS, amount=12)
    remote = replace(near, id=1, is_remote=True, amount=24)
    picked = pick(
        (remote, near),
        clock=PolicyClock.FIRST_RESPONDER,
        kind=Kind.CRIME_REPORT,
        is_remote=is_remote,
        on=date(2026, 3, 2),
    )
    assert picked.amount == amount


@pytest.mark.parametrize(
    ("on", "policy_id"),
    [(date(2024, 1, 1), 11), (date(2026, 6, 30), 11), (date(2026, 7, 1), 12), (date(2030, 1, 1), 12)],
)
def test_the_policy_of_the_day_is_picked_with_both_ends_included(on: date, policy_id: int) -> None:
    old = replace(ANY_TEAM, id=11, valid_to=date(2026, 6, 30))
    new = replace(ANY_TEAM, id=12, valid_from=date(2026, 7, 1))
    assert pick((new, old), clock=PolicyClock.TEAM, on=on).id == policy_id


def test_the_newer_of_two_open_policies_is_picked() -> None:
    older = replace(ANY_TEAM, id=12)
    newer = replace(ANY_TEAM, id=11, valid_from=date(2026, 1, 1))
    assert pick((newer, older), clock=PolicyClock.TEAM, on=date(2026, 3, 2)) is newer


def test_naming_the_team_weighs_more_than_naming_the_priority() -> None:
    urgent_at_desk = {"team_kind": TeamKind.INTAKE_DESK, "priority": Priority.URGENT}
    newer = replace(URGENT, valid_from=date(2026, 1, 1))
    assert pick((DESK, newer), clock=PolicyClock.TEAM, on=date(2026, 3, 2), **urgent_at_desk) is DESK


@pytest.mark.parametrize(
    ("clock", "on"), [(PolicyClock.CITIZEN, date(2026, 3, 2)), (PolicyClock.TEAM, date(2023, 12, 31))]
)
def test_picking_fails_when_no_policy_covers_the_case(clock: PolicyClock, on: date) -> None:
    with pytest.raises(NoPolicy) as failure:
        pick(TABLE, clock=clock, on=on)
    assert failure.value.params == {"clock": clock.value, "on": on.isoformat()}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"valid_to": date(2023, 12, 31)}, "valid_to"),
        ({"clock": PolicyClock.FIRST_RESPONDER}, "unit"),
    ],
)
def test_a_policy_is_refused_when_its_fields_contradict(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as failure:
        replace(ANY_TEAM, **fields)
    assert failure.value.field == field


def test_a_policy_may_be_valid_for_a_single_day() -> None:
    single = replace(ANY_TEAM, valid_to=ANY_TEAM.valid_from)
    assert single.is_valid(date(2024, 1, 1))
    assert not single.is_valid(date(2024, 1, 2))


@pytest.mark.parametrize(
    ("amount", "unit", "deadline"),
    [
        (3, PolicyUnit.WORKING_DAYS, "2026-02-26 00:00"),
        (20, PolicyUnit.CALENDAR_DAYS, "2026-03-06 00:00"),
        (2, PolicyUnit.MONTHS, "2026-04-14 00:00"),
        (12, PolicyUnit.HOURS, "2026-02-14 04:00"),
        (4, PolicyUnit.WORKING_HOURS, "2026-02-23 10:30"),
    ],
)
def test_a_deadline_follows_the_unit_of_its_policy_when_begun_on_the_eve_of_tet(
    calendar: WorkCalendar, amount: int, unit: PolicyUnit, deadline: str
) -> None:
    policy = replace(ANY_TEAM, amount=amount, unit=unit)
    assert due_at(policy, vn("2026-02-13 16:00"), calendar) == vn(deadline)


@pytest.mark.parametrize(
    ("due", "asked", "replied", "unit", "moved"),
    [
        pytest.param(
            "2026-03-05 00:00", "2026-03-03 09:00", "2026-03-03 11:00", "working-days", "2026-03-05 09:30", id="hours"
        ),
        pytest.param(
            "2026-03-05 00:00", "2026-03-03 09:00", "2026-03-04 09:00", "working-days", "2026-03-05 17:00", id="a day"
        ),
        pytest.param(
            "2026-03-05 00:00", "2026-03-03 18:00", "2026-03-04 06:00", "working-days", "2026-03-05 00:00", id="a night"
        ),
        pytest.param(
            "2026-02-14 00:00", "2026-02-13 16:00", "2026-02-23 08:30", "working-hours", "2026-02-23 09:30", id="Tết"
        ),
        pytest.param(
            "2026-03-03 10:00", "2026-03-02 22:00", "2026-03-03 01:00", "hours", "2026-03-03 13:00", id="wall time"
        ),
        pytest.param(
            "2026-03-09 00:00", "2026-03-02 09:00", "2026-03-04 09:00", "calendar-days", "2026-03-11 00:00", id="days"
        ),
    ],
)
def test_a_pause_moves_the_deadline_by_the_time_in_which_it_would_have_run(
    calendar: WorkCalendar, due: str, asked: str, replied: str, unit: str, moved: str
) -> None:
    assert extended_due(vn(due), vn(asked), vn(replied), unit=PolicyUnit(unit), calendar=calendar) == vn(moved)


@given(
    st.datetimes(NEW_YEAR, NEW_YEAR + timedelta(days=334), timezones=st.just(UTC)),
    st.lists(st.integers(0, 20 * 86_400), min_size=4, max_size=4),
    st.sampled_from([PolicyUnit.WORKING_DAYS, PolicyUnit.WORKING_HOURS]),
)
def test_the_working_time_left_is_the_same_before_and_after_any_pauses(
    calendar: WorkCalendar, start: datetime, gaps: list[int], unit: PolicyUnit
) -> None:
    start = start.replace(microsecond=0)
    original = due_at(replace(ANY_TEAM, unit=unit, amount=10), start, calendar)
    moved, moment, paused = original, start, 0
    for before, pause in zip(gaps[::2], gaps[1::2], strict=True):
        asked = moment + timedelta(seconds=before)
        moment = asked + timedelta(seconds=pause)
        moved = extended_due(moved, asked, moment, unit=unit, calendar=calendar)
        paused += calendar.working_seconds(asked, moment)
    assert moved >= original
    assert calendar.working_seconds(start, moved) - paused == calendar.working_seconds(start, original)


@pytest.mark.parametrize(
    ("kind", "team_kind", "is_needed"),
    [
        (Kind.PRAISE, TeamKind.DEPARTMENT, False),
        (Kind.FEEDBACK, TeamKind.DEPARTMENT, False),
        (Kind.FEEDBACK, TeamKind.COMMUNE_POLICE, True),
        (Kind.CRIME_REPORT, TeamKind.COMMUNE_POLICE, True),
        (Kind.QUESTION, TeamKind.DEPARTMENT, True),
    ],
)
def test_an_answer_needs_approval_as_the_closest_rule_says_or_when_none_speaks(
    kind: Kind, team_kind: TeamKind, *, is_needed: bool
) -> None:
    rules = (
        ApprovalRule(Kind.FEEDBACK, TeamKind.COMMUNE_POLICE, needs_approval=True, source="own"),
        ApprovalRule(Kind.FEEDBACK, None, needs_approval=False, source="own"),
        ApprovalRule(Kind.PRAISE, None, needs_approval=False, source="own"),
        ApprovalRule(Kind.CRIME_REPORT, None, needs_approval=True, source="own"),
    )
    assert answer_needs_approval(kind, team_kind, rules) is is_needed
