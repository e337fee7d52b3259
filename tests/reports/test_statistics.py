"""The figures of the page, against a naive count over the fold of every tip."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import event as sqlalchemy_event

from forum.domain.errors import NotPermitted
from forum.domain.events import SYSTEM, EventKind
from forum.domain.figures import Figure, value_of
from forum.domain.periods import CUSTOM, TWELVE_MONTHS, parse_period
from forum.domain.scopes import Level, find_scope, reader_of, widest_scopes
from forum.domain.vocabulary import Restriction, Role
from forum.domain.working_time import day_of
from forum.reports.statistics import Figures
from forum.reports.statistics_view import Grouping, View
from forum.services import facts
from forum.services.timeline import move
from tests.factories import Cast, make_actor, send_tip, team_id, tip_of, to_accepted
from tests.histories import Eyes, all_histories, count_naively, play

FIRST = datetime(2026, 8, 3, 1, tzinfo=UTC)
SUPERVISORS = (("cluster",), ("14",), ("14/PC04",), ("14", "14/TT"), ("14/TT",))


def _view(work, code, grants, *, token=TWELVE_MONTHS, grouping=Grouping.MONTH, first=None, last=None):
    reader = reader_of(make_actor(work, *((grant, Role.SUPERVISOR) for grant in grants)))
    comparison = parse_period(token, day_of(work.now), first=first, last=last)
    return View(find_scope(code, reader, work.rulebook.teams), reader, grouping, comparison)


def _read(work, view):
    work.session.flush()
    return Figures().read(work.session, view, work.rulebook.calendar, now=work.now)


def _eyes(view):
    scope = view.scope
    if scope.level is Level.TEAM:
        return Eyes(lambda s: s.team_id == scope.team.id, lambda s: s.team_id, view.reader.team_ids)
    if scope.level is Level.PROVINCE:
        return Eyes(lambda s: s.province_code == scope.code, lambda s: s.province_code, view.reader.team_ids)
    return Eyes(lambda _: True, lambda _: None, view.reader.team_ids)


def _flat(totals, view):
    names = ("answered", "closed", "reopened", "valuable", "cases", "rated", "solved", "score_sum", "settled")
    found = Counter({name: totals.measures[name] for name in (*names, "settled_on_time")})
    found["coming_in"] = totals.measures[view.coming_in_all]
    found["open"], found["overdue"] = totals.open, totals.overdue
    for span, buckets in totals.durations.items():
        found.update({f"{span}:{bucket}": amount for bucket, amount in buckets.items()})
    return Counter({name: amount for name, amount in found.items() if amount})


def _naive(work, view, period):
    histories = all_histories(work)
    calendar = work.rulebook.calendar
    return count_naively(histories, _eyes(view), calendar, first=period.first, last=period.last, now=work.now)


def _played(work, seed):
    """Return a work in the middle of forty lively tips, with the days up to a few days ago counted."""
    now = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    play(work, random.Random(seed), tips=40, first=FIRST, last=now - timedelta(minutes=1))
    while facts.build_due_days(replace(work, now=now - timedelta(days=seed % 5))):
        pass
    return replace(work, now=now)


@pytest.fixture
def played(work):
    return _played(work, 11)


@pytest.mark.parametrize("seed", [12, 14])
def test_figures_equal_a_naive_count_in_every_scope_grouping_and_period(work, seed):
    played = _played(work, seed)
    asked = [
        {"token": TWELVE_MONTHS},
        {"token": "2026-11"},
        {"token": CUSTOM, "first": date(2026, 8, 20), "last": date(2026, 11, 23)},
    ]
    counted = Counter()
    for grants, question, grouping in product(SUPERVISORS, asked, Grouping):
        view = _view(played, grants[0], grants, grouping=grouping, **question)
        found = _read(played, view)
        periods = view.comparison
        for totals, period in ((found.total.now, periods.now), (found.total.before, periods.before)):
            naive = _naive(played, view, period)
            assert _flat(totals, view) == naive, (grants, question, grouping, period)
            counted.update(naive)
    assert {"coming_in", "answered", "closed", "reopened", "settled", "overdue", "open", "cases"} <= set(counted)


def test_open_figures_stand_as_they_did_at_the_end_of_each_month(played):
    view = _view(played, "cluster", ("cluster",))
    rows = {row.key: row.now for row in _read(played, view).rows}
    assert len(rows) == 12
    for month in view.comparison.now.months[-4:]:
        naive = _naive(played, view, replace(view.comparison.now, last=min(_end(month), view.comparison.now.last)))
        assert (rows[month.isoformat()].open, rows[month.isoformat()].overdue) == (naive["open"], naive["overdue"])


def test_groups_add_up_to_the_total_when_divided_by_kind(played):
    found = _read(played, _view(played, "14", ("14",), grouping=Grouping.KIND))
    for measure in ("received", "answered", "closed"):
        assert sum(row.now.measures[measure] for row in found.rows) == found.total.now.measures[measure]
    assert sum(row.now.open for row in found.rows) == found.total.now.open


def test_backlog_by_age_adds_up_to_the_open_tips(played):
    for code, grants in (("cluster", ("cluster",)), ("14", ("14", "14/TT")), ("14/PC04", ("14/PC04",))):
        found = _read(played, _view(played, code, grants))
        assert sum(row.amount for row in found.backlog) == found.total.now.open
        assert [row.first for row in found.backlog] == [0, 4, 11, 21, 61]


def test_backlog_counts_days_of_viet_nam(work):
    send_tip(replace(work, now=datetime(2026, 11, 20, 17, 30, tzinfo=UTC)))  # 00:30 on the 21st
    send_tip(replace(work, now=datetime(2026, 11, 20, 16, 30, tzinfo=UTC)))  # 23:30 on the 20th
    found = _read(work, _view(work, "14", ("14",)))
    assert [row.amount for row in found.backlog] == [1, 1, 0, 0, 0]


def test_tip_of_today_counts_at_once(work):
    send_tip(work)
    found = _read(work, _view(work, "14", ("14",)))
    assert found.total.now.measures["received"] == 1
    assert found.total.now.open == 1
    assert found.counted_through is None


def test_figures_end_at_the_last_closed_day_when_the_count_is_behind(work):
    send_tip(replace(work, now=work.now - timedelta(days=30)))
    work.session.flush()
    facts.build_due_days(replace(work, now=work.now - timedelta(days=20)))
    send_tip(work)
    found = _read(work, _view(work, "14", ("14",)))
    assert found.counted_through == day_of(work.now) - timedelta(days=21)
    assert found.total.now.measures["received"] == 1


def test_restricted_tip_is_counted_only_for_those_on_its_list(work):
    tip = to_accepted(work, Cast(work))
    changes = {"restriction": Restriction.FORMAL_WAY, "granted_team_ids": (team_id(work, "14/TT"),)}
    move(work, tip, EventKind.RESTRICTED, SYSTEM, changes=changes)
    for grants, received in ((("14",), 0), (("14", "14/TT"), 1), (("cluster",), 0), (("cluster", "14/TT"), 1)):
        found = _read(work, _view(work, grants[0], grants))
        assert (found.total.now.measures["received"], found.total.now.open) == (received, received)
        assert sum(row.amount for row in found.backlog) == received


def test_restriction_of_today_takes_the_tip_out_of_closed_days_at_once(work):
    past = replace(work, now=work.now - timedelta(days=3))
    tip = tip_of(past, send_tip(past))
    work.session.flush()
    facts.build_due_days(work)
    assert _read(work, _view(work, "14", ("14",))).total.now.measures["received"] == 1
    changes = {"restriction": Restriction.FORMAL_WAY, "granted_team_ids": (team_id(work, "14/TT"),)}
    move(work, tip, EventKind.RESTRICTED, SYSTEM, changes=changes)
    hidden = _read(work, _view(work, "14", ("14",)))
    assert (hidden.total.now.measures["received"], hidden.total.now.open, hidden.rows[-1].now.open) == (0, 0, 0)
    assert _read(work, _view(work, "14", ("14", "14/TT"))).total.now.measures["received"] == 1


@pytest.mark.parametrize(
    ("grants", "code"),
    [
        ((("14", Role.SUPERVISOR),), "11"),
        ((("14", Role.SUPERVISOR),), "cluster"),
        ((("14", Role.SUPERVISOR),), "11/PC04"),
        ((("14/PC04", Role.LEAD),), "14"),
        ((("14/PC04", Role.SUPERVISOR),), "14/PC08"),
        ((("14/PC04", Role.HANDLER),), "14/PC04"),
        ((("14", Role.ADMINISTRATOR),), "14"),
        ((("11", Role.HANDLER), ("14", Role.SUPERVISOR)), "11"),
        ((), "cluster"),
    ],
)
def test_scope_is_refused_when_no_membership_gives_it(work, grants, code):
    actor = make_actor(work, *grants)
    with pytest.raises(NotPermitted):
        find_scope(code, reader_of(actor), work.rulebook.teams)


def test_widest_scopes_are_those_of_the_memberships(work):
    teams = work.rulebook.teams

    def offered(*grants):
        reader = reader_of(make_actor(work, *((grant, Role.SUPERVISOR) for grant in grants)))
        return [scope.code for scope in widest_scopes(reader, teams)]

    assert offered("cluster") == ["cluster", "04", "08", "11", "12", "14", "15", "20"]
    assert offered("14") == ["14"]
    assert offered("14/PC04", "15") == ["15", "14/PC04"]
    assert offered("14/desk") == ["14", "14/desk"]


def test_figures_have_denominators_and_none_where_nothing_was_counted(work):
    found = _read(work, _view(work, "14", ("14",)))
    on_time = value_of(Figure.ON_TIME, found.total.now, coming_in="received")
    assert (on_time.amount, on_time.part, on_time.whole) == (None, 0, 0)
    assert value_of(Figure.RESPONSE_MEDIAN_WORKING, found.total.now, coming_in="received").amount is None


@pytest.mark.parametrize("grouping", list(Grouping))
def test_number_of_queries_does_not_depend_on_the_number_of_tips(work, grouping):
    def count():
        view = _view(work, "cluster", ("cluster",), grouping=grouping)
        work.session.flush()
        statements = []

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        sqlalchemy_event.listen(work.session.get_bind().engine, "before_cursor_execute", note)
        Figures().read(work.session, view, work.rulebook.calendar, now=work.now)
        sqlalchemy_event.remove(work.session.get_bind().engine, "before_cursor_execute", note)
        return len(statements)

    play(work, random.Random(5), tips=2, first=work.now - timedelta(days=60), last=work.now)
    facts.build_due_days(replace(work, now=work.now - timedelta(days=2)))
    few = count()
    play(work, random.Random(6), tips=20, first=work.now - timedelta(days=20), last=work.now)
    assert count() == few <= 16


def _end(month):
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
