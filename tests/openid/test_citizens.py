"""Citizens who want to be known: the name is confirmed beside the form, and nothing that was typed is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from forum.app import create_app
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import AccessRow, Base, Identity
from tests.citizen import Citizen, Page, picture, tips
from tests.conftest import FixedClock, FreshClient
from tests.factories import PASSPHRASE
from tests.openid.provider import Provider
from tests.web.desk import Officer, readable

NAME, NUMBER = "Lò Văn Mẫu", "014090001234"
HARMLESS_BODY = "Đèn đường ở ngõ tôi hỏng đã lâu, xin hỏi ai sửa?"
PLACE = {"province": "14", "category": "other"}


@pytest.fixture
def citizen(client: FlaskClient) -> Citizen:
    return Citizen(client)


def confirm(citizen: Citizen, provider: Provider, person: str = "cong-dan-1"):
    """Have the name confirmed; return the answer with which the browser comes back."""
    sent = citizen.client.get("/submit/known/begin")
    assert sent.status_code == 302
    return citizen.client.get(provider.way_back(sent.location, person))


def form_of(page: str) -> dict[str, str]:
    return {name: value for name, value in Page(page).values.items() if name not in {"language", "next"}}


def identities() -> int:
    return db.session.scalar(select(func.count()).select_from(Identity))


def carries_a_name(citizen: Citizen) -> bool:
    return citizen.client.get_cookie("known-name") is not None


def test_confirmed_name_reaches_the_custodian_and_nobody_else(
    app: Flask, citizen: Citizen, provider: Provider, recovery: str
) -> None:
    came = confirm(citizen, provider)
    assert (came.status_code, came.location) == (303, "/submit/known")
    assert NAME in citizen.client.get("/submit/known").text
    form = citizen.form()
    assert NAME in citizen.client.get("/submit").text, "it is shown before it is sent"
    sent = citizen.send(form, **PLACE, body=HARMLESS_BODY)
    assert 'id="receipt-digits"' in sent.text
    assert not carries_a_name(citizen), "one name, one tip: the next citizen at this telephone has none"

    [tip] = tips()
    desk = readable(Officer(app, ("14/desk", Role.INTAKE)).tip(tip.number))
    assert NAME not in desk
    assert NUMBER not in desk
    custodian = Officer(app, ("14", Role.CUSTODIAN), recovery=recovery)
    typed = {"open-identity-reason": "Cần mời làm chứng", "open-identity-passphrase": PASSPHRASE}
    opened = readable(custodian.client.post(f"/tips/{tip.number}/open-identity", data=typed).text)
    assert "Đã xác nhận bằng định danh điện tử (VNeID)" in opened
    assert NAME in opened
    assert NUMBER in opened


def test_typed_name_is_not_said_to_be_confirmed(app: Flask, citizen: Citizen, recovery: str) -> None:
    citizen.send(**PLACE, body=HARMLESS_BODY, name=NAME)
    [tip] = tips()
    custodian = Officer(app, ("14", Role.CUSTODIAN), recovery=recovery)
    typed = {"open-identity-reason": "Cần mời làm chứng", "open-identity-passphrase": PASSPHRASE}
    opened = readable(custodian.client.post(f"/tips/{tip.number}/open-identity", data=typed).text)
    assert NAME in opened
    assert "Đã xác nhận" not in opened


def test_nothing_of_the_person_is_kept_readable(
    app: Flask, citizen: Citizen, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    confirm(citizen, provider)
    cookie = citizen.client.get_cookie("known-name").value
    citizen.send(**PLACE)
    stored = [
        value if isinstance(value, bytes) else str(value).encode()
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
        for value in row
    ]
    assert any("Sơn La".encode() in value for value in stored), "what is readable would be found"
    for needle in (NAME, NUMBER, "cong-dan-1"):
        assert not [value for value in stored if needle.encode() in value]
        assert needle not in cookie
        assert needle not in caplog.text
    assert db.session.scalars(select(AccessRow)).all() == [], "no record says that a citizen was known"


def test_issuer_is_to_ask_anew_who_is_there(client: FlaskClient) -> None:
    """The telephone may be shared: whoever signed on there before is not taken for the one who comes now."""
    asked = parse_qs(urlsplit(client.get("/submit/known/begin").location).query)
    assert asked["prompt"] == ["login"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid profile"]


def test_form_that_was_open_before_shows_the_name_first_and_loses_nothing(citizen: Citizen, provider: Provider) -> None:
    form = citizen.form()
    confirm(citizen, provider)
    shown = citizen.send(form, **PLACE, place="gần chợ")
    assert tips() == []
    assert NAME in shown.text
    again = form_of(shown.text)
    assert (again["place"], again["known"] != "") == ("gần chợ", True)
    assert again["body"].startswith("Cuối bản")
    citizen.send({**again, **PLACE})
    assert (len(tips()), identities()) == (1, 1)


def test_name_of_somebody_else_at_the_telephone_is_never_sent_along_unseen(
    citizen: Citizen, provider: Provider
) -> None:
    confirm(citizen, provider)
    form = citizen.form()
    confirm(citizen, provider, "cong-dan-2")
    shown = citizen.send(form, **PLACE)
    assert tips() == []
    assert "Vàng Thị Mẫu" in shown.text
    assert NAME not in shown.text


def test_files_are_asked_for_again_when_the_name_is_shown_first(citizen: Citizen, provider: Provider) -> None:
    form = citizen.form()
    confirm(citizen, provider)
    shown = citizen.send(form, **PLACE, files=[(picture(), "anh.jpg")])
    assert tips() == []
    assert "Trình duyệt không giữ" in shown.text


def test_name_is_taken_away_on_the_form_and_the_words_stay(citizen: Citizen, provider: Provider) -> None:
    confirm(citizen, provider)
    dropped = citizen.send(citizen.form(), **PLACE, step="drop-name", place="gần chợ")
    assert not carries_a_name(citizen)
    assert NAME not in dropped.text
    again = form_of(dropped.text)
    assert (again["place"], again["known"]) == ("gần chợ", "")
    citizen.send({**again, **PLACE})
    assert (len(tips()), identities()) == (1, 0)


def test_name_is_taken_away_on_its_own_page(citizen: Citizen, provider: Provider) -> None:
    confirm(citizen, provider)
    assert citizen.client.post("/submit/known/drop").location == "/submit/known"
    assert not carries_a_name(citizen)
    assert NAME not in citizen.client.get("/submit").text


def test_name_is_forgotten_after_half_an_hour_and_the_citizen_is_told(
    citizen: Citizen, provider: Provider, clock: FixedClock
) -> None:
    confirm(citizen, provider)
    form = citizen.form()
    clock.advance(minutes=30)
    told = citizen.send(form, **PLACE)
    assert tips() == [], "who wanted to be known is asked, not made nameless in silence"
    assert "chỉ giữ nửa giờ" in told.text
    again = form_of(told.text)
    assert again["known"] == ""
    citizen.send({**again, **PLACE})
    assert (len(tips()), identities()) == (1, 0)


def test_sending_twice_shows_the_same_receipt(citizen: Citizen, provider: Provider) -> None:
    confirm(citizen, provider)
    form = citizen.form()
    digits = [re.search(r'id="receipt-digits">(.*?)</p>', citizen.send(form, **PLACE).text, re.DOTALL)[1]]
    digits.append(re.search(r'id="receipt-digits">(.*?)</p>', citizen.send(form, **PLACE).text, re.DOTALL)[1])
    assert digits[0] == digits[1]
    assert len(tips()) == 1


def test_forged_name_is_none(citizen: Citizen, provider: Provider) -> None:
    """Neither a cookie that was changed, nor the errand under the name of the other one."""
    citizen.client.get("/submit/known/begin")
    errand = citizen.client.get_cookie("confirming").value
    confirm(citizen, provider)
    sealed = citizen.client.get_cookie("known-name").value
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    for forged in (errand, changed, "", "đ", "AA==", sealed[:-4], f"{sealed}AAAA"):
        citizen.client.set_cookie("known-name", forged)
        assert "Bỏ tên này" not in citizen.client.get("/submit/known").text
    citizen.client.set_cookie("known-name", sealed)
    assert "Bỏ tên này" in citizen.client.get("/submit/known").text


def test_person_without_a_name_is_not_confirmed(
    citizen: Citizen, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    failed = confirm(citizen, provider, "cong-dan-3")
    assert failed.status_code == 400
    assert "Tên chưa xác nhận được" in failed.text
    assert not carries_a_name(citizen)
    assert "a name was not confirmed: name" in caplog.text
    assert "cong-dan" not in caplog.text


def test_citizen_without_a_number_is_known_by_the_name(citizen: Citizen, provider: Provider) -> None:
    confirm(citizen, provider, "cong-dan-2")
    assert "Vàng Thị Mẫu" in citizen.client.get("/submit").text


def test_way_of_another_browser_confirms_nobody(app: Flask, citizen: Citizen, provider: Provider) -> None:
    other = app.test_client()
    back = provider.way_back(other.get("/submit/known/begin").location, "cong-dan-1")
    assert citizen.client.get(back).status_code == 400
    citizen.client.get("/submit/known/begin")
    assert citizen.client.get(back).status_code == 400
    assert not carries_a_name(citizen)


def test_form_sends_without_a_name_and_asks_nobody_for_one(citizen: Citizen) -> None:
    page = citizen.client.get("/submit")
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert 'href="/submit/known" target="_blank" rel="noopener"' in page.text
    citizen.receipt(**PLACE)
    assert identities() == 0


def test_page_with_a_name_is_kept_by_no_browser(citizen: Citizen, provider: Provider) -> None:
    confirm(citizen, provider)
    for path in ("/submit", "/submit/known"):
        assert citizen.client.get(path).headers["Cache-Control"] == "no-store"


def test_cookie_is_sealed_and_for_this_host_alone(app: Flask, config, clock, provider: Provider) -> None:
    behind_tls = create_app(replace(config, base_url="https://localhost"), clock=clock)
    behind_tls.test_client_class = FreshClient
    client = behind_tls.test_client()
    sent = client.get("/submit/known/begin", base_url="https://localhost")
    set_cookie = sent.headers["Set-Cookie"]
    assert set_cookie.startswith("__Host-confirming=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(set_cookie.split("; "))
    with behind_tls.app_context():
        db.engine.dispose()


def test_file_beside_a_name_goes_along(citizen: Citizen, provider: Provider) -> None:
    confirm(citizen, provider)
    citizen.send(citizen.form(), **PLACE, files=[(picture(), "anh.jpg")])
    assert (len(tips()), identities()) == (1, 1)
