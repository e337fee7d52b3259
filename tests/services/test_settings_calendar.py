"""A changed calendar moves open deadlines by an event, closed ones never; terms of leadership follow each other."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from forum.cli.recomputing import recompute_due
from forum.domain.errors import InvalidInput, NotFound, NotPermitted
from forum.domain.events import ActorKind, EventKind
from forum.domain.vocabulary import Category, Kind, Role
from forum.domain.working_time import DayKind, last_day_of
from forum.extensions import house, snapshot
from forum.models import OutboxJob, SettingEvent, Tip, TipEventRow
from forum.services import handling, recomputing, settings_calendar
from forum.services.audit import next_tip_ids, tip_faults
from forum.services.recomputing import latest_progress
from forum.services.settings_calendar import ExceptionalDay
from forum.services.tips import lock_tip
from tests.conftest import fresh_work
from tests.factories import Cast, make_actor, send_tip, tip_of, to_accepted, to_closed

SOON = date(2026, 11, 30)
"""A Monday within every deadline of working days that begins on the day of the tests."""


def administrator(work):
    return make_actor(work, ("cluster", Role.ADMINISTRATOR))


def off(day: date = SOON, **values) -> ExceptionalDay:
    usual = {"kind": DayKind.HOLIDAY, "name_vi": "Nghỉ", "source": "Thông báo", "is_verified": True}
    return ExceptionalDay(day=day, **{**usual, **values})


def recomputed(session, tip_id: int) -> list[TipEventRow]:
    query = select(TipEventRow).where(TipEventRow.tip_id == tip_id)
    return list(session.scalars(query.where(TipEventRow.kind == EventKind.DEADLINE_RECOMPUTED)))


def change_calendar(change, *arguments) -> None:
    with fresh_work() as work:
        change(work, administrator(work), *arguments)
    assert recompute_due(threading.Event()) == 1


def test_open_deadlines_move_by_an_event_when_a_day_off_is_entered_and_back_when_it_goes(app):
    with fresh_work() as work:
        tip = tip_of(work, send_tip(work, category=Category.OTHER, body="Cho tôi hỏi thủ tục làm căn cước?"))
        assert tip.kind in {Kind.QUESTION, Kind.FEEDBACK}
        closed = to_closed(work, Cast(work))
        before, was_closed = (tip.citizen_due_at, tip.team_due_at), (closed.citizen_due_at, closed.event_count)
    change_calendar(settings_calendar.keep_day, off())
    with fresh_work() as work:
        moved = work.session.get_one(Tip, tip.id)
        assert last_day_of(moved.citizen_due_at) > last_day_of(before[0])
        (event,) = recomputed(work.session, tip.id)
        assert (event.actor_kind, event.account_id) == (ActorKind.SYSTEM, None)
        assert work.session.scalars(select(SettingEvent.seq)).one() == event.data["details"]["setting"]
        assert datetime.fromisoformat(event.data["changes"]["citizen_due_at"]) == moved.citizen_due_at
        now_closed = work.session.get_one(Tip, closed.id)
        assert (now_closed.citizen_due_at, now_closed.event_count) == was_closed
        progress = latest_progress(work.session)
        assert (progress.looked_at, progress.moved, progress.done_at) == (1, 1, work.now)
    change_calendar(settings_calendar.remove_day, SOON)
    with fresh_work() as work:
        back = work.session.get_one(Tip, tip.id)
        assert (back.citizen_due_at, back.team_due_at) == before
        assert len(recomputed(work.session, tip.id)) == 2
    with snapshot() as session:
        assert tip_faults(session, house().secrets, next_tip_ids(session)) == []


def test_a_team_goes_on_waiting_when_the_calendar_moves_its_deadline(app, clock):
    with fresh_work() as work:
        cast = Cast(work)
        tip = to_accepted(work, cast)
        handling.ask(work, cast.handler, tip, text="Nhà nào ạ?")
        number, since, due = tip.number, tip.waiting_since, tip.team_due_at
    clock.advance(days=1)
    change_calendar(settings_calendar.keep_day, off(last_day_of(due)))
    with fresh_work() as work:
        waiting = lock_tip(work, number, cast.handler)
        assert waiting.waiting_since == since
        assert waiting.team_due_at == due + timedelta(days=1)
        assert recomputing.is_moved(work, waiting.id) is False


def test_nothing_moves_and_no_job_is_asked_for_when_only_the_name_of_a_day_changes(app):
    change_calendar(settings_calendar.keep_day, off())
    with fresh_work() as work:
        settings_calendar.keep_day(work, administrator(work), off(name_vi="Nghỉ bù"))
    with fresh_work() as work:
        assert work.session.scalar(select(func.count()).select_from(OutboxJob)) == 1
    assert recompute_due(threading.Event()) == 0


def test_an_earlier_job_is_left_when_the_calendar_changes_again_before_it_is_done(app):
    with fresh_work() as work:
        tip_id = tip_of(work, send_tip(work, category=Category.OTHER, body="Cho tôi hỏi thủ tục?")).id
        settings_calendar.keep_day(work, administrator(work), off())
    with fresh_work() as work:
        settings_calendar.remove_day(work, administrator(work), SOON)
    assert recompute_due(threading.Event()) == 1
    with fresh_work() as work:
        failures = work.session.scalars(select(OutboxJob.failure).order_by(OutboxJob.id)).all()
        assert failures == [recomputing.SUPERSEDED, None]
        assert recomputed(work.session, tip_id) == []


def test_a_job_goes_on_where_it_was_when_its_worker_stopped(app, clock, monkeypatch):
    monkeypatch.setattr(recomputing, "TIPS_AT_ONCE", 2)
    with fresh_work() as work:
        ids = [tip_of(work, send_tip(work, category=Category.OTHER, body=f"Cho tôi hỏi {n}?")).id for n in range(5)]
        settings_calendar.keep_day(work, administrator(work), off())

    class StopsAfterOne(threading.Event):
        asked = 0

        def is_set(self) -> bool:
            self.asked += 1
            return self.asked > 1

    assert recompute_due(StopsAfterOne()) == 1
    with fresh_work() as work:
        progress = latest_progress(work.session)
        assert (progress.looked_at, progress.moved, progress.done_at) == (2, 2, None)
    assert recompute_due(threading.Event()) == 0, "the lease still holds"
    clock.advance(minutes=11)
    assert recompute_due(threading.Event()) == 1
    with fresh_work() as work:
        progress = latest_progress(work.session)
        assert (progress.looked_at, progress.moved, progress.done_at) == (5, 5, work.now)
        assert [len(recomputed(work.session, tip_id)) for tip_id in ids] == [1] * 5


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (off(date(2019, 1, 1)), "year again"),
        (off(kind=DayKind.WORKED), "worked anyway"),
        (off(date(2026, 11, 28), kind=DayKind.DAY_OFF), "off anyway"),
        (off(source=" "), "write something"),
    ],
)
def test_a_day_is_refused_when_it_says_nothing(work, day, says):
    with pytest.raises(InvalidInput, match=says):
        settings_calendar.keep_day(work, administrator(work), day)


def test_the_lead_changes_on_its_day_when_a_term_is_entered_and_not_when_it_is_taken_back(app, clock):
    since = date(2026, 11, 26)
    with fresh_work() as work:
        by = administrator(work)
        settings_calendar.begin_term(work, by, since=since, lead="14", deputy="15")
        with pytest.raises(InvalidInput, match="later term"):
            settings_calendar.begin_term(work, by, since=since, lead="12", deputy="15")
    with fresh_work() as work:
        assert work.rulebook.teams.lead_province_code == "20"
        settings_calendar.withdraw_term(work, by, since)
        with pytest.raises(NotFound):
            settings_calendar.withdraw_term(work, by, since)
        settings_calendar.begin_term(work, by, since=since, lead="12", deputy="14")
    clock.advance(days=2)
    with fresh_work() as work:
        assert work.rulebook.teams.lead_province_code == "12"
        with pytest.raises(InvalidInput, match="begun already"):
            settings_calendar.withdraw_term(work, by, since)


@pytest.mark.parametrize(("lead", "deputy"), [("01", "14"), ("14", "14"), ("14", "01"), ("", "14")])
def test_a_term_is_refused_when_lead_or_deputy_cannot_be(work, lead, deputy):
    with pytest.raises(InvalidInput, match="province of the cluster"):
        settings_calendar.begin_term(work, administrator(work), since=work.rulebook.on, lead=lead, deputy=deputy)


def test_nobody_without_the_right_changes_the_calendar(work):
    lead = make_actor(work, ("14", Role.LEAD))
    with pytest.raises(NotPermitted):
        settings_calendar.keep_day(work, lead, off())
    with pytest.raises(NotPermitted):
        settings_calendar.remove_day(work, lead, SOON + timedelta(days=1))
