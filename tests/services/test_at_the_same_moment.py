"""Two people who reach for the same tips at the same moment: one of them is told so, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from forum.domain.errors import IllegalMove, InvalidInput
from forum.domain.events import EventKind
from forum.domain.lifecycle import Status
from forum.domain.permissions import Actor
from forum.domain.vocabulary import Role
from forum.extensions import unit_of_work
from forum.models import Tip
from forum.services import duplicates, handling
from forum.services.timeline import events_of
from forum.services.tips import lock_tip
from forum.services.work import Work
from tests.factories import Cast, make_actor, send_tip, to_accepted

Act = Callable[[Work, Tip], object]
WAITS_AT_MOST = 20.0


def at_once(app: Flask, *steps: tuple[Actor, str, Act]) -> list[Exception | None]:
    """Let each person lock a tip, and act on it once all have; return the refusal that each met, None without one.

    On SQLite writers queue: the second locks after the first has committed.
    """
    everybody_has_locked = threading.Barrier(len(steps))

    def take(actor: Actor, number: str, act: Act) -> Exception | None:
        with app.app_context():
            try:
                with unit_of_work() as work:
                    tip = lock_tip(work, number, actor)
                    if work.session.get_bind().dialect.name == "postgresql":
                        everybody_has_locked.wait(WAITS_AT_MOST)
                    act(work, tip)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the test says whether it was right
                return fault
            return None

    with ThreadPoolExecutor(len(steps)) as pool:
        return [future.result(WAITS_AT_MOST) for future in [pool.submit(take, *step) for step in steps]]


def link_to(actor: Actor, master: str) -> Act:
    return lambda work, tip: duplicates.link(work, actor, tip, master_number=master)


def test_one_of_two_who_link_each_others_tips_is_refused(app: Flask) -> None:
    with unit_of_work() as work:
        first, second = make_actor(work, ("14/desk", Role.INTAKE)), make_actor(work, ("14/desk", Role.INTAKE))
        one, other = send_tip(work).tip_number, send_tip(work).tip_number

    refusals = at_once(app, (first, one, link_to(first, other)), (second, other, link_to(second, one)))

    (refusal,) = [fault for fault in refusals if fault is not None]
    assert isinstance(refusal, IllegalMove | InvalidInput)
    with unit_of_work() as work:
        tips = [lock_tip(work, number, first) for number in (one, other)]
        assert sorted(tip.status for tip in tips) == [Status.DUPLICATE, Status.RECEIVED]
        assert sum(len(events_of(work.session, tip.id)) for tip in tips) == 3


def test_an_answer_and_a_new_link_between_the_same_tips_never_both_wait(app: Flask) -> None:
    """The answer holds the master and reaches for its duplicates; who links one anew does it the other way round."""
    with unit_of_work() as work:
        cast = Cast(work)
        master = to_accepted(work, cast)
        tip = lock_tip(work, send_tip(work).tip_number, cast.desk)
        duplicates.link(work, cast.desk, tip, master_number=master.number)
        numbers = master.number, tip.number
        handler = make_actor(work, ("14/PC04", Role.HANDLER))

    def answer(work: Work, tip: Tip) -> object:
        return handling.answer(work, cast.lead, tip, text="Đã kiểm tra, xử lý.")

    refusals = at_once(app, (cast.lead, numbers[0], answer), (handler, numbers[1], link_to(handler, numbers[0])))

    assert [fault for fault in refusals if not isinstance(fault, IllegalMove | InvalidInput | None)] == []
    with unit_of_work() as work:
        tips = [lock_tip(work, number, cast.lead) for number in numbers]
        answered = [EventKind.ANSWERED in {event.kind for event in events_of(work.session, tip.id)} for tip in tips]
        assert answered == [refusals[0] is None] * 2
