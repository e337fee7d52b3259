"""What a team does with its tip, beyond which step may follow which: who may, who approves, what is counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from sqlalchemy import select

from forum.domain.errors import IllegalMove, InvalidInput, NotPermitted
from forum.domain.lifecycle import Status
from forum.domain.permissions import Actor
from forum.domain.vocabulary import Category, Kind, Priority, Role
from forum.extensions import unit_of_work
from forum.models import NoticeAddress, Tip
from forum.services import conversation, handling, routing, triage
from forum.services.handling import Outcome
from forum.services.timeline import events_of
from forum.services.tips import lock_tip
from forum.services.work import Work
from tests.conftest import FixedClock
from tests.factories import Cast, make_actor, send_tip, team_id, to_accepted, to_answered, to_closed, to_routed

ACTS: dict[str, Callable[[Work, Actor, Tip], object]] = {
    "note": lambda work, actor, tip: handling.note(work, actor, tip, text="Đã gọi hỏi trưởng bản"),
    "inform": lambda work, actor, tip: handling.inform(work, actor, tip, text="Đang xác minh"),
    "ask": lambda work, actor, tip: handling.ask(work, actor, tip, text="Nhà ở chỗ nào ạ?"),
    "answer": lambda work, actor, tip: handling.answer(work, actor, tip, text="Đã xử lý."),
}
PEOPLE = {
    "handler": ("14/PC04", Role.HANDLER),
    "lead": ("14/PC04", Role.LEAD),
    "province": ("14", Role.HANDLER),
    "desk": ("14/desk", Role.INTAKE),
    "other department": ("14/PC02", Role.LEAD),
    "other province": ("15/PC04", Role.LEAD),
    "supervisor": ("14/PC04", Role.SUPERVISOR),
    "administrator": ("14/PC04", Role.ADMINISTRATOR),
}
MAY = {
    "note": {"handler", "lead", "province", "desk", "other department", "other province"},
    "inform": {"handler", "lead", "province"},
    "ask": {"handler", "lead", "province"},
    "answer": {"handler", "lead", "province"},
}
"""`note` is for whoever reads tips: whether they see this one is asked when it is locked."""
FOUNDED = Outcome(founded=True, valuable=True, grassroots=False, cases=2, offenders=3)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", PEOPLE)
def test_act_is_for_those_whom_the_table_names(work: Work, act: str, who: str) -> None:
    tip = to_accepted(work, Cast(work))
    actor = make_actor(work, PEOPLE[who])
    with nullcontext() if who in MAY[act] else pytest.raises(NotPermitted):
        ACTS[act](work, actor, tip)


def answerable(work: Work, kind: Kind, team: str) -> tuple[Tip, Actor, Actor]:
    """Take a tip of a kind to a team that has accepted it; return it with a handler and a lead."""
    handler, lead = make_actor(work, (team, Role.HANDLER)), make_actor(work, (team, Role.LEAD))
    desk = make_actor(work, ("14/desk", Role.INTAKE))
    tip = lock_tip(work, send_tip(work, body="Đèn đường hỏng", category=Category.TRAFFIC).tip_number, desk)
    wanted = triage.Classification(kind, Category.TRAFFIC, Priority.NORMAL, commune_code="04048")
    triage.classify(work, desk, tip, wanted)
    routing.route_tip(work, desk, tip, team_id=team_id(work, team), reason="Đúng phần việc")
    handling.accept(work, handler, tip)
    return tip, handler, lead


@pytest.mark.parametrize(
    ("kind", "team", "is_approved"),
    [
        (Kind.CRIME_REPORT, "14/PC08", True),
        (Kind.CRIME_REPORT, "14/04048", True),
        (Kind.FEEDBACK, "14/PC08", False),
        (Kind.FEEDBACK, "14/04048", True),
        (Kind.PETITION, "14/PC08", False),
        (Kind.QUESTION, "14/04048", False),
    ],
)
def test_answer_waits_for_a_lead_where_the_policy_says_so(
    work: Work, kind: Kind, team: str, *, is_approved: bool
) -> None:
    tip, handler, lead = answerable(work, kind, team)

    assert handling.answer(work, handler, tip, text="Đã sửa đèn.") is not is_approved

    assert (tip.status is Status.ANSWERED, tip.is_answer_pending) == (not is_approved, is_approved)
    if is_approved:
        assert tip.settled_at is None
        with pytest.raises(NotPermitted):
            handling.approve(work, handler, tip, text="Đã sửa đèn.")
        handling.approve(work, lead, tip, text="Đã sửa đèn, cảm ơn bà con.")
        assert (tip.status, tip.is_answer_pending, tip.settled_at) == (Status.ANSWERED, False, work.now)


def test_lead_answers_without_anybodys_approval(work: Work) -> None:
    tip, _handler, lead = answerable(work, Kind.CRIME_REPORT, "14/PC08")
    assert handling.answer(work, lead, tip, text="Đã xử lý.")


def test_returned_answer_can_be_neither_approved_nor_returned_again(work: Work) -> None:
    tip, handler, lead = answerable(work, Kind.CRIME_REPORT, "14/PC08")
    handling.answer(work, handler, tip, text="Xong.")
    handling.return_answer(work, lead, tip, reason="Viết rõ hơn cho bà con")
    assert (tip.status, tip.is_answer_pending) == (Status.ACCEPTED, False)
    with pytest.raises(IllegalMove):
        handling.approve(work, lead, tip, text="Xong.")
    with pytest.raises(IllegalMove):
        handling.return_answer(work, lead, tip, reason="Viết rõ hơn")


@pytest.fixture
def asked(app: object, clock: FixedClock) -> tuple[str, Actor]:
    """Ask the sender of a tip, one hour after it was accepted; return its number and its handler."""
    with unit_of_work() as work:
        cast = Cast(work)
        number = to_accepted(work, cast).number
    clock.advance(hours=1)
    with unit_of_work() as work:
        handling.ask(work, cast.handler, lock_tip(work, number, cast.handler), text="Nhà ở chỗ nào ạ?")
    return number, cast.handler


def test_question_gives_the_team_the_time_of_the_wait_and_the_citizen_none(
    asked: tuple[str, Actor], clock: FixedClock
) -> None:
    number, handler = asked
    with unit_of_work() as work:
        tip = lock_tip(work, number, handler)
        before, legal = tip.team_due_at, tip.citizen_due_at
        assert tip.waiting_since == work.now
    clock.advance(days=7)
    with unit_of_work() as work:
        tip = lock_tip(work, number, handler)
        conversation.write(work, tip, text="Cuối bản ạ")
        assert (tip.status, tip.waiting_since, tip.citizen_due_at) == (Status.IN_PROGRESS, None, legal)
        assert before is not None
        assert tip.team_due_at is not None
        assert (tip.team_due_at - before).days == 7


def test_no_second_question_is_asked_while_one_waits(asked: tuple[str, Actor]) -> None:
    number, handler = asked
    with unit_of_work() as work, pytest.raises(IllegalMove):
        handling.ask(work, handler, lock_tip(work, number, handler), text="Mấy giờ ạ?")


def test_first_word_to_the_citizen_is_the_first_response_and_stays_it(app: object, clock: FixedClock) -> None:
    with unit_of_work() as work:
        cast = Cast(work)
        number = to_accepted(work, cast).number
    told_at = clock.advance(hours=2)
    for act in ("inform", "answer"):
        with unit_of_work() as work:
            tip = lock_tip(work, number, cast.lead)
            ACTS[act](work, cast.lead, tip)
            assert tip.first_response_at == told_at
        clock.advance(hours=2)


def test_outcome_is_kept_as_given_and_the_address_for_notices_is_not(work: Work) -> None:
    cast = Cast(work)
    tip = to_answered(work, cast, notice_address="nguoi-gui@example.com")
    handling.close(work, cast.handler, tip, FOUNDED)
    kept = Outcome(tip.founded, tip.valuable, tip.grassroots, tip.cases, tip.offenders)
    assert (tip.status, kept, tip.closed_at) == (Status.CLOSED, FOUNDED, work.now)
    assert work.session.scalars(select(NoticeAddress.tip_id)).all() == []


@pytest.mark.parametrize("numbers", [{"cases": -1}, {"offenders": -1}])
def test_outcome_with_less_than_nothing_is_refused(work: Work, numbers: dict[str, int]) -> None:
    cast = Cast(work)
    tip = to_answered(work, cast)
    with pytest.raises(InvalidInput):
        handling.close(work, cast.handler, tip, Outcome(founded=True, valuable=False, grassroots=False, **numbers))
    assert (tip.status, tip.founded) == (Status.ANSWERED, None)


def test_reopened_tip_is_taken_on_by_a_lead_only(work: Work) -> None:
    cast = Cast(work)
    tip = to_closed(work, cast)
    conversation.rate(work, tip, is_solved=False, score=1, comment="Vẫn còn")
    assert (tip.status, tip.priority, tip.assignee_id) == (Status.REOPENED, Priority.HIGH, None)
    with pytest.raises(NotPermitted):
        handling.accept(work, cast.handler, tip)
    handling.accept(work, cast.lead, tip)


def test_only_the_responder_reports_from_the_spot_and_the_team_stays_accountable(work: Work) -> None:
    cast = Cast(work)
    desk, responder = make_actor(work, ("14/desk", Role.INTAKE)), make_actor(work, ("14/04048", Role.HANDLER))
    tip = lock_tip(work, send_tip(work).tip_number, desk)
    triage.classify(work, desk, tip, triage.Classification(Kind.CRIME_REPORT, Category.DRUGS, Priority.NORMAL))
    routing.route_tip(
        work, desk, tip, team_id=team_id(work, "14/PC04"), responder_id=team_id(work, "14/04048"), reason="Gần nhất"
    )
    for wrong in (cast.handler, desk):
        with pytest.raises(NotPermitted):
            handling.respond(work, wrong, tip, text="Đã đến nơi")
    with pytest.raises(NotPermitted):
        handling.answer(work, responder, tip, text="Đã xử lý.")

    handling.respond(work, responder, tip, text="Đã đến nơi")

    assert (tip.status, tip.team_id) == (Status.ROUTED, team_id(work, "14/PC04"))
    assert events_of(work.session, tip.id)[-1].actor.team_id == team_id(work, "14/04048")
    assert tip.responder_due_at is None


def test_report_from_the_spot_is_refused_where_nobody_was_sent(work: Work) -> None:
    cast = Cast(work)
    tip = to_routed(work, cast)
    with pytest.raises(IllegalMove):
        handling.respond(work, cast.handler, tip, text="Đã đến nơi")


@pytest.mark.parametrize("text", ["", "  \n "])
@pytest.mark.parametrize("act", ["note", "inform", "ask", "answer"])
def test_nothing_is_said_without_words(work: Work, act: str, text: str) -> None:
    cast = Cast(work)
    tip = to_accepted(work, cast)
    count = tip.event_count
    with pytest.raises(InvalidInput):
        getattr(handling, act)(work, cast.lead, tip, text=text)
    assert tip.event_count == count
