"""What is remembered of the figures between requests: never another figure than one read anew, and no other eyes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from threading import Barrier, Thread

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from forum.domain.events import SYSTEM, EventKind
from forum.domain.periods import TWELVE_MONTHS, parse_period
from forum.domain.scopes import find_scope, reader_of
from forum.domain.vocabulary import Restriction, Role
from forum.domain.working_time import day_of
from forum.extensions import db, reading, transaction, unit_of_work, work_in
from forum.models import Tip
from forum.reports.statistics import Figures
from forum.reports.statistics_view import Grouping, View
from forum.services import facts
from forum.services.timeline import move
from tests.factories import make_actor, send_tip, team_id, tip_of
from tests.histories import play, stir

EYES = (("cluster",), ("14",), ("14", "14/TT"), ("14/TT",))


def _ask(figures, view):
    work = reading()
    found = figures.read(work.session, view, work.rulebook.calendar, now=work.now)
    db.session.remove()
    return found


@pytest.fixture
def look(app):
    """Return a way to make views by what memberships give, for actors made once."""
    with unit_of_work() as work:
        actors = {codes: make_actor(work, *((code, Role.SUPERVISOR) for code in codes)) for codes in EYES}

    def make(codes, token=TWELVE_MONTHS, grouping=Grouping.MONTH):
        work = reading()
        reader = reader_of(actors[codes])
        return View(
            find_scope(codes[0], reader, work.rulebook.teams), reader, grouping, parse_period(token, day_of(work.now))
        )

    return make


def _received(figures, view):
    return _ask(figures, view).total.now.measures["received"]


@pytest.mark.parametrize("seed", [1, 2])
def test_remembered_figures_are_those_read_anew_while_tips_live_on(app, clock, look, seed):
    rng, figures = random.Random(seed), Figures()
    clock.now = datetime(2026, 10, 1, 2, tzinfo=UTC)
    changes = 0
    before = None
    for _ in range(45):
        clock.advance(hours=rng.expovariate(1 / 18))
        with unit_of_work() as work:
            if rng.random() < 0.6:
                send_tip(work)
            if rng.random() < 0.7:
                stir(work, rng, tips=3)
        with unit_of_work() as work:
            if rng.random() < 0.4:
                facts.build_due_days(work)
            elif rng.random() < 0.1 and (closed := facts.closed_through(work.session)):
                facts.rebuild_range(work, closed - timedelta(days=20), closed)
        for codes, token in product(rng.sample(EYES, 1), (TWELVE_MONTHS, f"{clock.now:%Y-%m}")):
            view = look(codes, token, rng.choice(list(Grouping)))
            assert _ask(figures, view) == _ask(Figures(), view)
        whole = _ask(figures, look(("cluster",))).total.now
        changes += whole != before
        before = whole
    assert changes > 25
    assert before.overdue > 0


def _due_today(clock):
    """Send a tip, and go on to a minute before its deadline; return the tip's id."""
    with unit_of_work() as work:
        tip = tip_of(work, send_tip(work))
    clock.now = tip.citizen_due_at
    with unit_of_work() as work:
        while facts.build_due_days(work):
            pass
    clock.advance(minutes=-1)
    return tip.id


def test_deadline_that_passes_without_any_event_is_overdue_from_then_on(app, clock, look):
    figures = Figures()
    _due_today(clock)
    assert _ask(figures, look(("14",))).total.now.overdue == 0
    clock.advance(minutes=2)
    assert _ask(figures, look(("14",))).total.now.overdue == 1


def test_deadline_that_was_put_off_is_overdue_only_from_the_new_one_on(app, clock, look):
    figures, tip_id = Figures(), _due_today(clock)
    assert _ask(figures, look(("14",))).total.now.overdue == 0
    with unit_of_work() as work:
        tip = work.session.get(Tip, tip_id)
        changes = {"citizen_due_at": tip.citizen_due_at + timedelta(minutes=10)}
        move(work, tip, EventKind.DEADLINE_RECOMPUTED, SYSTEM, changes=changes)
    clock.advance(minutes=5)
    assert _ask(figures, look(("14",))).total.now.overdue == 0
    clock.advance(minutes=7)
    assert _ask(figures, look(("14",))).total.now.overdue == 1


def test_restricted_tip_is_seen_by_those_on_its_list_alone_however_they_take_turns(app, look):
    figures = Figures()
    with unit_of_work() as work:
        tip = tip_of(work, send_tip(work))
        seen = look(("14",)), look(("14", "14/TT"))
    assert [_received(figures, view) for view in seen * 2] == [1, 1, 1, 1]
    with unit_of_work() as work:
        changes = {"restriction": Restriction.FORMAL_WAY, "granted_team_ids": (team_id(work, "14/TT"),)}
        move(work, work.session.get(Tip, tip.id), EventKind.RESTRICTED, SYSTEM, changes=changes)
    assert [_received(figures, view) for view in seen * 2] == [0, 1, 0, 1]
    assert [sum(row.amount for row in _ask(figures, view).backlog) for view in seen * 2] == [0, 1, 0, 1]


def test_event_is_counted_when_it_is_committed_after_a_later_one(app, look):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    figures, view = Figures(), look(("14",))
    with unit_of_work() as work:
        send_tip(work)
    assert _received(figures, view) == 1
    with transaction() as slow:
        send_tip(work_in(slow))
        slow.flush()
        for expected in (2, 3):
            with unit_of_work() as work:
                send_tip(work)
            assert _received(figures, view) == expected
    assert _received(figures, view) == 4
    with unit_of_work() as work:
        send_tip(work)
    assert [_received(figures, view) for _ in range(2)] == [5, 5]


def test_uncommitted_tip_is_in_no_figure(app, look):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    figures, view = Figures(), look(("14",))
    with transaction() as session:
        send_tip(work_in(session))
        assert _received(figures, view) == 0
        session.rollback()
    assert _received(figures, view) == 0


def test_count_made_by_a_clock_that_is_behind_is_seen(app, clock, look):
    figures, view = Figures(), look(("cluster",))
    with unit_of_work() as work:
        send_tip(replace(work, now=work.now - timedelta(days=3)))
    with unit_of_work() as work:
        facts.build_due_days(work)
    assert _received(figures, view) == 1
    with unit_of_work() as work:
        play(work, random.Random(1), tips=1, first=work.now - timedelta(days=3), last=work.now - timedelta(days=2))
        late = replace(work, now=work.now - timedelta(minutes=10))
        facts.rebuild_range(late, day_of(work.now) - timedelta(days=3), day_of(work.now) - timedelta(days=1))
    assert _received(figures, view) == 2
    assert _ask(figures, view) == _ask(Figures(), view)


def test_figures_are_whole_when_many_ask_at_once(app, look):
    figures, views = Figures(), [look(("14",), grouping=grouping) for grouping in Grouping]
    with unit_of_work() as work:
        play(work, random.Random(4), tips=8, first=work.now - timedelta(days=3), last=work.now)
    wanted = [_ask(Figures(), view) for view in views]
    found, start = [], Barrier(4)

    def ask_all():
        with app.app_context():
            start.wait()
            found.append([_ask(figures, view) for view in views])

    threads = [Thread(target=ask_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4


def test_asking_again_reads_no_fact_and_no_history(app, look):
    figures, view = Figures(), look(("cluster",), grouping=Grouping.TEAM)
    with unit_of_work() as work:
        play(work, random.Random(4), tips=5, first=work.now - timedelta(days=3), last=work.now)
    _ask(figures, view)
    work, statements = reading(), []
    work.session.execute(select(1))

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    figures.read(work.session, view, work.rulebook.calendar, now=work.now)
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 2
