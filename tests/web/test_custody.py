"""The page of custodians: a passphrase, a colleague admitted, a key renewed, a name handed over; guesses in vain."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from forum.domain.vocabulary import Role
from forum.models import AccessRow, CustodyKey
from forum.models.access_log import AccessAction
from forum.services.sign_in import FREE_FAILURES
from forum.services.tips import lock_tip
from forum.services.transfers import send_to_desk
from tests.conftest import FixedClock, fresh_work
from tests.factories import HARMLESS, PASSPHRASE, PASSWORD, make_actor, send_tip
from tests.web.desk import Officer

CUSTODIAN = ("14", Role.CUSTODIAN)
OTHER = "ba con suối gặp nhau"


@pytest.fixture
def custodian(app: Flask, recovery: str) -> Officer:
    return Officer(app, CUSTODIAN, recovery=recovery)


def send(who: Officer, step: str, status: int = 302, **fields: object) -> str:
    answer = who.client.post(f"/custody/{step}", data=fields)
    words = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == status, words
    for typed in (PASSPHRASE, OTHER):
        assert typed not in words
    return words


def opens(who: Officer, number: str, passphrase: str = PASSPHRASE) -> bool:
    data = {"open-identity-reason": "Cần mời làm chứng", "open-identity-passphrase": passphrase}
    answer = who.client.post(f"/tips/{number}/open-identity", data=data)
    return "Lò Văn Mẫu" in html.unescape(answer.get_data(as_text=True))


def sent(**fields: object) -> str:
    with fresh_work() as work:
        return send_tip(work, **HARMLESS, name="Lò Văn Mẫu", **fields).tip_number


def test_newcomer_chooses_a_passphrase_and_is_admitted_by_a_colleague(app: Flask, custodian: Officer) -> None:
    number, newcomer = sent(), Officer(app, CUSTODIAN)
    assert "Trước hết xin đặt mật khẩu danh tính" in newcomer.see("/custody")
    send(newcomer, "passphrase", passphrase=OTHER, again=OTHER)
    assert "chưa được cấp khóa ở đây" in newcomer.see("/custody")
    assert not opens(newcomer, number, OTHER)
    page = custodian.see("/custody")
    assert f"Cấp khóa cho {newcomer.name}" in page
    fields = {"admit-scope": "14", "admit-account": newcomer.id, "admit-passphrase": PASSPHRASE}
    send(custodian, "admit", **fields)
    assert opens(newcomer, number, OTHER)
    assert "Đồng chí mở được danh tính ở đây." in newcomer.see("/custody")


@pytest.mark.parametrize(
    ("passphrase", "again", "says"),
    [
        (OTHER, "ba con suối gặp nhau.", "Hai lần gõ phải giống nhau."),
        ("ngắn quá", "ngắn quá", "ít nhất 16 ký tự"),
        (PASSWORD, PASSWORD, "Xin đừng dùng mật khẩu đăng nhập."),
        ("", "", "Xin điền vào ô này"),
        ("x" * 201, "x" * 201, "dài quá"),
    ],
)
def test_passphrase_is_refused_with_a_reason(app: Flask, passphrase: str, again: str, says: str) -> None:
    newcomer = Officer(app, CUSTODIAN)
    assert says.lower() in send(newcomer, "passphrase", 400, passphrase=passphrase, again=again).lower()
    assert "Trước hết xin đặt mật khẩu danh tính" in newcomer.see("/custody")


def test_passphrase_is_changed_with_the_present_one_alone(custodian: Officer) -> None:
    number = sent()
    fields = {"change-passphrase": OTHER, "change-again": OTHER}
    assert "chưa đúng" in send(custodian, "passphrase/change", 400, **fields, **{"change-present": OTHER})
    send(custodian, "passphrase/change", **fields, **{"change-present": PASSPHRASE})
    assert opens(custodian, number, OTHER)


def test_key_is_renewed_and_opens_what_was_there_before(custodian: Officer) -> None:
    number = sent()
    assert "chưa đúng" in send(custodian, "renew", 400, **{"renew-scope": "14", "renew-passphrase": OTHER})
    send(custodian, "renew", **{"renew-scope": "14", "renew-passphrase": PASSPHRASE})
    with fresh_work() as work:
        assert len(work.session.scalars(select(CustodyKey).where(CustodyKey.scope == "14")).all()) == 2
    assert opens(custodian, number)


def test_identity_of_a_tip_that_left_is_handed_over(app: Flask, custodian: Officer, recovery: str) -> None:
    number, there = sent(), Officer(app, ("15", Role.CUSTODIAN), recovery=recovery)
    with fresh_work() as work:
        desk = make_actor(work, ("14/desk", Role.INTAKE))
        send_to_desk(work, desk, lock_tip(work, number, desk), province_code="15", reason="Ở Lào Cai")
    assert not opens(there, number)
    assert f"Tin {number}" in custodian.see("/custody")
    fields = {"hand-over-scope": "14", "hand-over-number": number, "hand-over-passphrase": PASSPHRASE}
    send(custodian, "hand-over", **fields)
    assert f"Tin {number}" not in custodian.see("/custody")
    assert opens(there, number)
    send(custodian, "hand-over", 403, **fields)


@pytest.mark.parametrize("account", ["", "x", "-1", "9" * 30, "١٢", "999999999"])
def test_forged_colleague_is_no_server_error(custodian: Officer, account: str) -> None:
    fields = {"admit-scope": "14", "admit-account": account, "admit-passphrase": PASSPHRASE}
    answer = custodian.client.post("/custody/admit", data=fields)
    assert answer.status_code in {403, 404}


@pytest.mark.parametrize("step", ["admit", "renew"])
def test_other_province_is_refused(app: Flask, custodian: Officer, recovery: str, step: str) -> None:
    there = Officer(app, ("15", Role.CUSTODIAN), recovery=recovery)
    fields = {f"{step}-scope": "15", f"{step}-account": there.id, f"{step}-passphrase": PASSPHRASE}
    send(custodian, step, 403, **fields)


def test_guesses_are_counted_recorded_and_stopped(custodian: Officer, clock: FixedClock) -> None:
    number = sent()
    for _ in range(FREE_FAILURES):
        assert not opens(custodian, number, OTHER)
    assert not opens(custodian, number)  # right, but too late
    page = send(custodian, "renew", 400, **{"renew-scope": "14", "renew-passphrase": PASSPHRASE})
    assert re.search("quá nhiều lần|Vui lòng chờ|đợi", page)
    with fresh_work() as work:
        refused = select(AccessRow).where(AccessRow.action == AccessAction.REFUSED)
        assert [row.data for row in work.session.scalars(refused)] == [{"passphrase": "wrong"}] * FREE_FAILURES
    clock.advance(minutes=1)
    assert opens(custodian, number)
    for _ in range(FREE_FAILURES - 1):
        assert not opens(custodian, number, OTHER)
    assert opens(custodian, number)
