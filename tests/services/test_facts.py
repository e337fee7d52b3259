"""Facts of closed days: rebuilt at will, equal to a naive count, without gaps, deaf to today."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from forum.domain.errors import InvalidInput
from forum.domain.events import SYSTEM, EventKind
from forum.domain.measures import MEASURES
from forum.domain.scopes import Level
from forum.domain.vocabulary import Restriction
from forum.domain.working_time import day_of
from forum.models import ClosedDay, DayDuration, DayFact, MonthDuration, MonthFact
from forum.models.month_fact import Facet
from forum.services import conversation, facts, handling
from forum.services.timeline import move
from tests.factories import Cast, send_tip, team_id, tip_of, to_answered, to_closed
from tests.histories import play

FIRST = datetime(2026, 8, 3, 1, tzinfo=UTC)


def _all_rows(work):
    work.session.flush()
    rows = {}
    for table in (DayFact, DayDuration, MonthFact, MonthDuration):
        columns = table.__table__.c
        rows[table.__tablename__] = sorted(map(str, work.session.execute(select(*columns))))
    return rows


def _sum(work, measure, *conditions):
    return work.session.scalar(select(func.coalesce(func.sum(getattr(DayFact, measure)), 0)).where(*conditions))


def _build_everything(work):
    built = 0
    while days := facts.build_due_days(work):
        built += days
    return built


def test_nothing_is_due_when_no_tip_was_ever_received(work):
    assert facts.build_due_days(work) == 0


def test_today_is_never_closed(work):
    send_tip(work)
    work.session.flush()
    assert facts.build_due_days(work) == 0
    with pytest.raises(InvalidInput):
        facts.rebuild_range(work, day_of(work.now), day_of(work.now))


def test_due_days_are_built_a_month_at_a_time_and_without_gaps(work):
    send_tip(replace(work, now=work.now - timedelta(days=40)))
    work.session.flush()
    assert [facts.build_due_days(work) for _ in range(3)] == [31, 9, 0]
    days = work.session.scalars(select(ClosedDay.day).order_by(ClosedDay.day)).all()
    assert days == [day_of(work.now) - timedelta(days=offset) for offset in range(40, 0, -1)]


def test_rebuilding_a_later_range_fills_the_days_before_it(work):
    send_tip(replace(work, now=work.now - timedelta(days=5)))
    work.session.flush()
    yesterday = day_of(work.now) - timedelta(days=1)
    assert facts.rebuild_range(work, yesterday, yesterday) == 5
    assert facts.due_days(work) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_rebuilding_changes_nothing_however_the_days_were_built(work, seed):
    play(work, random.Random(seed), tips=15, first=FIRST, last=work.now)
    _build_everything(work)
    built = _all_rows(work)
    yesterday = day_of(work.now) - timedelta(days=1)
    facts.rebuild_range(work, date(2026, 8, 1), yesterday)
    assert _all_rows(work) == built
    for first, last in ((date(2026, 10, 1), yesterday), (date(2026, 9, 5), date(2026, 9, 5))):
        facts.rebuild_range(work, first, last)
    assert _all_rows(work) == built
    assert built["day_fact"]


def test_facts_are_equal_when_days_were_closed_one_by_one_as_they_passed(work):
    play(work, random.Random(3), tips=12, first=work.now - timedelta(days=20), last=work.now - timedelta(days=1))
    for offset in range(19, -1, -1):
        _build_everything(replace(work, now=work.now - timedelta(days=offset)))
    nightly = _all_rows(work)
    facts.rebuild_range(work, day_of(work.now) - timedelta(days=20), day_of(work.now) - timedelta(days=1))
    assert _all_rows(work) == nightly


def test_months_are_the_sums_of_their_days_at_every_level_and_facet(work):
    play(work, random.Random(4), tips=12, first=FIRST, last=work.now)
    _build_everything(work)
    days = Counter()
    for row in work.session.execute(select(DayFact.__table__.c)).mappings():
        days.update({(row["day"].replace(day=1), measure): row[measure] for measure in MEASURES})
    wanted = {key: amount for key, amount in days.items() if amount}
    for level in Level:
        for facet in Facet:
            months = Counter()
            rows = work.session.execute(
                select(MonthFact.__table__.c).where(MonthFact.level == level, MonthFact.facet == facet)
            )
            for row in rows.mappings():
                months.update({(row["month"], measure): row[measure] for measure in MEASURES})
            assert {key: amount for key, amount in months.items() if amount} == wanted


def test_tip_counts_in_january_when_received_half_past_midnight_on_new_years_day(work):
    new_year = datetime(2025, 12, 31, 17, 30, tzinfo=UTC)
    send_tip(replace(work, now=new_year))
    send_tip(replace(work, now=new_year - timedelta(minutes=31)))
    work.session.flush()
    _build_everything(work)
    received = work.session.execute(select(DayFact.day, func.sum(DayFact.received)).group_by(DayFact.day)).all()
    assert sorted((day, n) for day, n in received if n) == [(date(2025, 12, 31), 1), (date(2026, 1, 1), 1)]


def test_deadline_counts_as_overdue_on_the_day_on_which_it_passes_without_any_event(work):
    long_ago = replace(work, now=work.now - timedelta(days=60))
    tip = tip_of(long_ago, send_tip(long_ago))
    work.session.flush()
    _build_everything(work)
    passing = work.session.execute(select(DayFact.day, DayFact.overdue_delta).where(DayFact.overdue_delta != 0)).all()
    assert passing == [(day_of(tip.citizen_due_at), 1)]


def test_open_tip_moves_with_its_transfer_from_team_to_team(work):
    past = replace(work, now=work.now - timedelta(days=3))
    to_answered(past, Cast(past))
    work.session.flush()
    _build_everything(work)
    desk, department = team_id(work, "14/desk"), team_id(work, "14/PC04")
    assert [_sum(work, "entered", DayFact.team_id == team) for team in (desk, department)] == [1, 1]
    assert [_sum(work, "left_team", DayFact.team_id == team) for team in (desk, department)] == [1, 0]
    assert [_sum(work, "open_delta", DayFact.team_id == team) for team in (desk, department)] == [0, 0]
    assert _sum(work, "answered", DayFact.team_id == department) == 1


def test_cases_count_once_when_a_tip_is_reopened_and_closed_again(work):
    past = replace(work, now=work.now - timedelta(days=5))
    cast = Cast(past)
    tip = to_closed(past, cast)
    later = replace(work, now=work.now - timedelta(days=3))
    conversation.rate(later, tip, is_solved=False, score=2)
    handling.accept(later, cast.lead, tip)
    handling.answer(later, cast.lead, tip, text="Đã làm lại.")
    handling.close(later, cast.lead, tip, handling.Outcome(founded=True, valuable=True, grassroots=False, cases=3))
    work.session.flush()
    _build_everything(work)
    assert _sum(work, "cases") == 3
    assert (_sum(work, "closed"), _sum(work, "reopened")) == (2, 1)


def test_restricted_tip_leaves_the_open_rows_of_all_its_days(work):
    past = replace(work, now=work.now - timedelta(days=9))
    tip = tip_of(past, send_tip(past))
    work.session.flush()
    later = replace(work, now=work.now - timedelta(days=4))
    _build_everything(later)
    assert _sum(work, "received", DayFact.granted == "") == 1
    inspectorate = team_id(work, "14/TT")
    changes = {"restriction": Restriction.FORMAL_WAY, "granted_team_ids": (inspectorate,)}
    move(later, tip, EventKind.RESTRICTED, SYSTEM, changes=changes)
    work.session.flush()
    _build_everything(work)
    assert _sum(work, "received", DayFact.granted == "") == 0
    assert _sum(work, "received", DayFact.granted == f",{inspectorate},") == 1
    open_months = select(func.sum(MonthFact.received)).where(MonthFact.level == Level.CLUSTER, MonthFact.granted == "")
    assert not work.session.scalar(open_months)
