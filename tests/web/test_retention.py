"""The page of retention: two supervisors erase, one alone does not; what was typed stays on an error."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from forum.domain.vocabulary import Role
from forum.extensions import house
from forum.models import Erasure, Tip
from forum.services import facts
from tests.conftest import FixedClock, fresh_work
from tests.factories import Cast, send_tip, tip_of, to_closed
from tests.web.desk import Officer, statements_of

YEARS = 21


@pytest.fixture
def closed(app: Flask, clock: FixedClock) -> str:
    """Return a tip that has run out."""
    with fresh_work() as work:
        number = to_closed(work, Cast(work), name="Lò Văn Mẫu").number
    clock.advance(days=366 * YEARS)
    with fresh_work() as work:
        while facts.build_due_days(work):
            pass
    return number


@pytest.fixture
def one(app: Flask, closed: str) -> Officer:
    return Officer(app, ("14", Role.SUPERVISOR))


@pytest.fixture
def other(app: Flask, closed: str) -> Officer:
    return Officer(app, ("14", Role.SUPERVISOR))


def send(who: Officer, step: str, **fields: str) -> str:
    answer = who.client.post(f"/retention/{step}", data=fields, follow_redirects=True)
    return answer.get_data(as_text=True)


def test_two_supervisors_erase_what_has_run_out(closed: str, one: Officer, other: Officer) -> None:
    assert closed in one.see("/retention")
    assert "Phải có người khác xác nhận" in send(one, "propose", number=closed)
    assert "phải do người khác xác nhận" in send(one, "confirm", number=closed)
    assert "Đã xóa hẳn." in send(other, "confirm", number=closed)
    assert closed not in other.see("/retention")
    with fresh_work() as work:
        assert work.session.scalars(select(Tip)).all() == []
        assert work.session.scalars(select(Erasure.number)).all() == [closed]
    assert [seq for seq, _ in house().erasures.entries()] == [1]


def test_page_shows_no_word_of_a_tip(closed: str, one: Officer) -> None:
    assert "tụ tập" not in one.see("/retention")
    one.see(f"/tips/{closed}", 403)


def test_another_province_sees_nothing(app: Flask, closed: str) -> None:
    stranger = Officer(app, ("15", Role.SUPERVISOR))
    assert closed not in stranger.see("/retention")
    assert "Không có tin mang số này" in send(stranger, "propose", number=closed)


def test_a_hold_blocks_and_is_lifted(closed: str, one: Officer) -> None:
    send(one, "hold", number=closed, reason="Vụ án 15/2047 còn cần")
    assert "đang được giữ lại" in send(one, "propose", number=closed)
    send(one, "lift", number=closed, reason="Vụ án đã xét xử xong")
    assert "Phải có người khác xác nhận" in send(one, "propose", number=closed)


def test_a_refused_form_keeps_what_was_typed(one: Officer) -> None:
    answer = one.client.post("/retention/one", data={"number": "KHONGCO", "reason": "order", "note": "QĐ 12/2047"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "KHONGCO" in page
    assert "QĐ 12/2047" in page


@pytest.mark.parametrize("step", ["propose", "confirm", "withdraw"])
def test_nothing_chosen_is_said(one: Officer, step: str) -> None:
    assert "ít nhất một tin" in send(one, step)


def test_a_tip_is_erased_before_its_time_by_order(app: Flask, closed: str, one: Officer, other: Officer) -> None:
    with fresh_work() as work:
        still_open = tip_of(work, send_tip(work)).number
    assert "còn đang xử lý" in send(one, "one", number=still_open, reason="order", note="Quyết định 3/2047")
    assert "Phải có người khác xác nhận" in send(one, "one", number=closed, reason="order", note="Quyết định 3/2047")
    assert "đã rút đề nghị" in send(other, "withdraw", number=closed).lower()


def test_page_makes_a_constant_number_of_queries(app: Flask, clock: FixedClock, closed: str, one: Officer) -> None:
    before = statements_of(one, "/retention")
    with fresh_work() as work:
        cast = Cast(work)
        for _ in range(3):
            to_closed(work, cast)
    clock.advance(days=366 * YEARS)
    again = Officer(app, ("14", Role.SUPERVISOR))
    assert statements_of(again, "/retention") == before
