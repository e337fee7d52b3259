"""The pages around opening a name: asking, agreeing or not, taking note, and what administrators decide about it."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from forum.domain.vocabulary import Role
from forum.models import ConsentPolicy, SettingEvent
from forum.services.setting_events import Subject
from tests.conftest import FixedClock, fresh_work
from tests.factories import PASSPHRASE, send_tip
from tests.web.desk import Officer, readable, state_of

NAME = "Lò Văn Mẫu"
WHY = "Cần mời làm chứng theo yêu cầu"
YES = "Đúng, không còn cách nào khác"
CUSTODIAN = ("14", Role.CUSTODIAN)


@pytest.fixture
def custodian(app: Flask, recovery: str) -> Officer:
    return Officer(app, CUSTODIAN, recovery=recovery)


@pytest.fixture
def lead(app: Flask) -> Officer:
    return Officer(app, ("14/desk", Role.LEAD))


def sent() -> str:
    with fresh_work() as work:
        return send_tip(work, name=NAME).tip_number


def asked(custodian: Officer, number: str) -> str:
    """Ask for consent about a tip; return its number."""
    custodian.act(number, "ask-identity", reason=WHY)
    return number


def post(who: Officer, address: str, status: int = 302, **fields: object) -> str:
    answer = who.client.post(address, data=fields)
    assert answer.status_code == status, readable(answer.get_data(as_text=True))
    return html.unescape(answer.get_data(as_text=True))


def address_of(who: Officer) -> str:
    (address,) = re.findall(r'href="(/consent/[0-9]+)"', who.see("/consent"))
    return address


def opened(custodian: Officer, number: str) -> str:
    fields = {"open-identity-passphrase": PASSPHRASE}
    return post(custodian, f"/tips/{number}/open-identity", 200, **fields)


def test_name_is_seen_after_the_lead_has_agreed_and_the_lead_is_told(custodian: Officer, lead: Officer) -> None:
    number = sent()
    assert "Xin ý kiến người thứ hai" in custodian.tip(number)
    assert "chờ ý kiến của đồng chí" not in lead.see("/queue")
    asked(custodian, number)
    assert "Đồng chí đã yêu cầu." in custodian.tip(number)
    assert "1 yêu cầu xem danh tính chờ ý kiến của đồng chí" in lead.see("/queue")
    address = address_of(lead)
    assert WHY in lead.see(address)
    post(lead, address, reason=YES, answer="agree")
    assert "đã đồng ý: đồng chí được mở một lần" in custodian.see("/consent")
    page = opened(custodian, number)
    assert NAME in page
    assert re.search(r"Người báo tin [A-Z][2-9]-[A-Z][2-9]", page)
    assert "Xin ý kiến người thứ hai" in custodian.tip(number)
    assert "1 danh tính đã được mở trong tin của đơn vị" in lead.see("/queue")
    assert NAME not in lead.see("/consent") + lead.see(address) + lead.tip(number)
    post(lead, f"{address}/seen")
    assert "danh tính đã được mở" not in lead.see("/queue")


def test_reasons_stand_on_the_timeline_for_custodians_and_the_lead_alone(
    app: Flask, custodian: Officer, lead: Officer
) -> None:
    number = asked(custodian, sent())
    post(lead, address_of(lead), reason=YES, answer="refuse")
    intake = Officer(app, ("14/desk", Role.INTAKE))
    for reader in (custodian, lead):
        assert {WHY, YES} <= {words for words in (WHY, YES) if words in reader.tip(number)}
    page = intake.tip(number)
    assert "yêu cầu xem ai gửi tin" in page
    assert "không đồng ý mở danh tính" in page
    assert WHY not in page
    assert YES not in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"reason": "ngắn", "answer": "agree"}, "Xin viết lý do thành một câu."),
        ({"reason": YES}, "Xin bấm một trong hai nút."),
        ({"reason": YES, "answer": "maybe"}, "Xin bấm một trong hai nút."),
        ({"reason": "x" * 5_000, "answer": "agree"}, "x" * 100),
    ],
)
def test_decision_that_says_too_little_comes_back_with_what_was_typed(
    custodian: Officer, lead: Officer, fields: dict[str, str], says: str
) -> None:
    asked(custodian, sent())
    page = post(lead, address_of(lead), 400, **fields)
    assert says in page
    assert fields["reason"] in page
    assert "1 yêu cầu xem danh tính" in lead.see("/queue")


def test_request_that_says_too_little_comes_back_with_what_was_typed(custodian: Officer) -> None:
    number = sent()
    assert "ngắn ạ" in custodian.act(number, "ask-identity", status=400, reason="ngắn ạ")
    custodian.act(number, "open-identity", status=409, reason=WHY, passphrase=PASSPHRASE)
    asked(custodian, number)
    custodian.act(number, "ask-identity", status=409, reason=WHY)
    assert state_of(number).event_count == 2


def test_request_is_no_page_for_others(app: Flask, custodian: Officer, lead: Officer) -> None:
    asked(custodian, sent())
    address = address_of(lead)
    for grant in (("15", Role.CUSTODIAN), ("15/desk", Role.LEAD), ("14/PC04", Role.LEAD)):
        stranger = Officer(app, grant)
        stranger.see(address, 404)
        post(stranger, address, 404, reason=YES, answer="agree")
        post(stranger, f"{address}/seen", 403 if grant[1] is Role.CUSTODIAN else 404)
        assert 'href="/consent/' not in stranger.see("/consent")
    post(custodian, address, 403, reason=YES, answer="agree")
    post(lead, f"{address}/seen", 409)
    lead.see("/consent/999999", 404)


def test_decision_twice_or_too_late_is_a_conflict(custodian: Officer, lead: Officer, clock: FixedClock) -> None:
    asked(custodian, sent())
    address = address_of(lead)
    post(lead, address, reason=YES, answer="agree")
    post(lead, address, 409, reason=YES, answer="refuse")
    clock.advance(hours=73)
    other = sent()
    lead.sign_in()
    custodian.sign_in()
    asked(custodian, other)
    late = address_of(lead)
    clock.advance(hours=73)
    lead.sign_in()
    assert "Yêu cầu này đã hết hạn" in post(lead, late, 409, reason=YES, answer="agree")


FIELDS = {"kind": "crime-report", "category": "", "restriction": "", "valid_hours": "24", "source": "Quyết định số 5"}


def rules() -> list[tuple[bool, int]]:
    with fresh_work() as work:
        return [(r.needs_consent, r.valid_hours) for r in work.rulebook.consents if r.kind == "crime-report"]


def test_doing_without_a_second_person_takes_two_administrators(app: Flask) -> None:
    one, other = (Officer(app, ("cluster", Role.ADMINISTRATOR)) for _ in range(2))
    post(one, "/settings/consents", **FIELDS)
    assert rules() == []
    page = one.see("/settings/consents")
    assert "chờ xác nhận" in page
    (confirm,) = re.findall(r'action="(/settings/consents/[0-9]+/drop)"', page)
    confirm = confirm.replace("drop", "confirm")
    assert confirm not in page
    post(one, confirm)
    assert rules() == []
    assert confirm in other.see("/settings/consents")
    post(other, confirm)
    assert rules() == [(False, 24)]
    post(one, confirm, 404)
    post(one, "/settings/consents", **FIELDS | {"needs_consent": "y", "valid_hours": "48"})
    assert rules() == [(True, 48)]
    assert "Quy định trước đây" in one.see("/settings/consents")
    with fresh_work() as work:
        events = work.session.scalars(select(SettingEvent).where(SettingEvent.subject == Subject.CONSENT)).all()
        assert [event.account_id for event in events] == [one.id, other.id, one.id, one.id, one.id]


def test_proposal_can_be_refused_and_a_new_one_takes_its_place(app: Flask) -> None:
    one, other = (Officer(app, ("cluster", Role.ADMINISTRATOR)) for _ in range(2))
    for hours in ("24", "12"):
        post(one, "/settings/consents", **FIELDS | {"valid_hours": hours})
    (drop,) = re.findall(r'action="(/settings/consents/[0-9]+/drop)"', other.see("/settings/consents"))
    post(other, drop)
    post(one, drop.replace("drop", "confirm"), 404)
    with fresh_work() as work:
        rows = work.session.scalars(select(ConsentPolicy).where(ConsentPolicy.kind == "crime-report")).all()
        assert [(row.since, row.until is None) for row in rows] == [(None, False)] * 2


@pytest.mark.parametrize("hours", ["0", "721", "-1", "", "x", "9" * 30])
def test_hours_are_bounded(app: Flask, hours: str) -> None:
    administrator = Officer(app, ("cluster", Role.ADMINISTRATOR))
    page = post(administrator, "/settings/consents", 200, **FIELDS | {"valid_hours": hours})
    assert "Quyết định số 5" in page
    assert rules() == []
