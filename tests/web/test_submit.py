"""Sending a tip: one press, one tip, one receipt; nothing typed is ever lost."""

from __future__ import annotations

import gzip
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, select

from forum.adapters.keyring import Purpose
from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Category, Restriction
from forum.extensions import db, house, reading
from forum.models import Attachment, Identity, NoticeAddress
from forum.services import notices
from forum.services.routing import text_of
from forum.web.qr import draw_with_digits
from tests.citizen import BODY, Citizen, Page, application_with, digits_of, picture, tips

ROOT = Path(__file__).parents[2]
URGENT = "Đang đánh nhau ở cuối bản, có người cầm dao, các anh đến ngay"
SEVERAL = "Mèo Vạc, Hà Giang"


@pytest.fixture
def citizen(client):
    return Citizen(client)


def test_submission_answers_with_its_receipt_at_once(citizen):
    response = citizen.send()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "Location" not in response.headers
    assert len(digits_of(response)) == 20
    assert len(tips()) == 1


def test_receipt_is_in_no_header(citizen):
    response = citizen.send()
    receipt = digits_of(response)
    assert receipt not in str(response.headers)
    assert "data:" not in response.text


def test_receipt_page_draws_the_address_with_the_digits_behind_the_hash(citizen):
    response = citizen.send()
    assert draw_with_digits("http://localhost:8000/follow#", digits_of(response)) in response.text
    assert f"#{digits_of(response)}" not in response.text


def test_receipt_page_names_team_and_expected_day(citizen):
    words = Page(citizen.send(province="14").text).words
    assert "Bộ phận tiếp nhận – Công an tỉnh Sơn La" in words
    assert re.search(r"trước hết ngày \d\d/\d\d/2026", words)


def test_receipt_opens_its_tip(citizen):
    assert BODY in citizen.follow(citizen.receipt()).text


def test_same_form_sent_twice_is_one_tip_with_one_receipt(citizen):
    form = citizen.form()
    first, second = citizen.send(form), citizen.send(form)
    assert digits_of(first) == digits_of(second)
    assert len(tips()) == 1


def test_same_form_sent_eight_times_at_once_is_one_tip_with_one_receipt(app, citizen):
    form = citizen.form()

    def press(_: int) -> str:
        return digits_of(Citizen(app.test_client()).send(form))

    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(press, range(8)))
    assert len(receipts) == 1
    assert len(tips()) == 1


def test_receipt_is_shown_no_more_when_it_has_been_kept(citizen):
    form = citizen.form()
    receipt = digits_of(citizen.send(form))
    kept = citizen.post("/receipt/kept", receipt)
    assert kept.status_code == 303
    assert receipt not in kept.headers["Location"]
    again = citizen.send(form)
    assert again.status_code == 200
    assert receipt not in re.sub(r"\D", "", Page(again.text).words)
    assert "Tin này đã đến rồi" in Page(again.text).words


@pytest.mark.parametrize(("typed", "code"), [("1234", 400), ("", 400), ("0" * 20, 404)])
def test_keeping_a_receipt_that_is_none_is_refused_in_words(citizen, typed, code):
    assert citizen.post("/receipt/kept", typed).status_code == code


@pytest.mark.parametrize("token", ["", "x", "aGVsbG8.c2lnbmVk", "\x00", "é" * 90])
def test_form_with_a_forged_token_comes_back_with_all_that_was_typed(citizen, token):
    response = citizen.send({"token": token}, place="cạnh chợ", name="Sình")
    page = Page(response.text)
    assert response.status_code == 400
    assert tips() == []
    assert (page.values["body"], page.values["place"], page.values["name"]) == (BODY, "cạnh chợ", "Sình")
    assert citizen.send({"token": page.values["token"]}).status_code == 200


def test_form_left_open_for_a_day_comes_back_and_then_sends(citizen, clock):
    form = citizen.form()
    clock.advance(hours=24)
    response = citizen.send(form)
    page = Page(response.text)
    assert response.status_code == 400
    assert tips() == []
    assert page.values["token"] != form["token"]
    assert "bấm gửi lại" in page.words
    assert citizen.send({"token": page.values["token"]}).status_code == 200


def test_form_that_was_sent_is_not_sent_again_when_it_is_opened_days_later(citizen, clock):
    form = citizen.form()
    citizen.send(form)
    clock.advance(days=3)
    response = citizen.send(form)
    assert "Tin này đã đến rồi" in Page(response.text).words
    assert len(tips()) == 1


def test_form_survives_a_lost_session(config, clock):
    with application_with(config, clock, WTF_CSRF_ENABLED=True) as application:
        form = Citizen(application.test_client()).form()
        on_new_session = Citizen(application.test_client())
        response = on_new_session.send(form, place="cạnh chợ")
        page = Page(response.text)
        assert response.status_code == 400
        assert (page.values["body"], page.values["place"]) == (BODY, "cạnh chợ")
        assert page.values["token"] == form["token"]
        with application.app_context():
            assert tips() == []
        renewed = {"csrf_token": page.values["csrf_token"], "token": page.values["token"]}
        assert len(digits_of(on_new_session.send(renewed))) == 20
        with application.app_context():
            assert len(tips()) == 1


def test_flood_from_one_address_is_asked_for_patience_and_loses_nothing(config, clock):
    with application_with(config, clock, RATELIMIT_ENABLED=True) as application:
        citizen = Citizen(application.test_client())
        answers = [citizen.send({}, step="place") for _ in range(121)]
        assert {answer.status_code for answer in answers[:-1]} == {200}
        assert answers[-1].status_code == 429
        assert Page(answers[-1].text).values["body"] == BODY
        clock.advance(hours=1)
        assert citizen.send({}, step="place").status_code == 200


def test_urgent_words_lead_to_the_telephone_first(citizen):
    form = citizen.form()
    response = citizen.send(form, body=URGENT)
    page = Page(response.text)
    assert tips() == []
    assert 'href="tel:113"' in response.text
    assert page.values["body"] == URGENT
    assert {"name": "told", "value": "1"}.items() <= page.buttons[-2].items() | page.buttons[-1].items()
    assert len(digits_of(citizen.send(form, body=URGENT, told="1"))) == 20


def test_urgent_words_with_a_file_are_sent_and_told_with_the_receipt(citizen):
    response = citizen.send(body=URGENT, files=[(picture(), "anh.jpg")])
    assert len(digits_of(response)) == 20
    assert "hotlines--urgent" in response.text


def test_place_with_several_meanings_is_asked_about_once(citizen):
    form = citizen.form()
    asked = Page(citizen.send(form, commune=SEVERAL).text)
    assert tips() == []
    assert asked.values["body"] == BODY
    assert asked.options["place_choice"][-1] == "unsure"
    sent = {"token": asked.values["token"], "place_asked": asked.values["place_asked"]}
    citizen.send(sent, commune=SEVERAL)
    [tip] = tips()
    assert (tip.province_code, tip.commune_code) == ("08", None)


def test_place_that_was_chosen_is_the_place_of_the_tip(citizen):
    form = citizen.form()
    chosen = Page(citizen.send(form, commune=SEVERAL).text).options["place_choice"][2]
    citizen.send(form, commune=SEVERAL, place_choice=chosen)
    [tip] = tips()
    assert (tip.province_code, tip.commune_code) == ("08", chosen)


def test_place_that_was_not_offered_is_asked_about(citizen):
    citizen.send(commune=SEVERAL, place_choice="00004")
    assert tips() == []


def test_place_with_several_meanings_is_left_to_the_desk_when_files_would_be_lost(citizen):
    citizen.send(commune=SEVERAL, files=[(picture(), "anh.jpg")])
    [tip] = tips()
    assert (tip.province_code, tip.commune_code) == ("08", None)


def test_old_name_with_one_meaning_is_understood_without_asking(citizen):
    citizen.send(commune="xã Vân Hồ, huyện Vân Hồ, Sơn La")
    assert [tip.commune_code for tip in tips()] == ["04048"]


def test_place_can_be_tried_before_anything_else_is_written(citizen):
    response = citizen.send({}, body="", commune=SEVERAL, step="place")
    assert response.status_code == 200
    assert len(Page(response.text).options["place_choice"]) > 2


def test_unknown_place_name_stays_in_the_words_of_the_tip(citizen):
    citizen.send(commune="Phiêng Lơi Xa", place="nhà thứ ba", province="14")
    [tip] = tips()
    assert text_of(reading(), tip).place == "nhà thứ ba, Phiêng Lơi Xa"
    assert tip.province_code == "14"


@pytest.mark.parametrize(
    "choice",
    [
        {"police": "commune"},
        {"police": "province"},
        {"police_unit": "Công an xã"},
        {"category": "police-conduct"},
    ],
)
def test_tip_about_the_police_is_restricted_before_anybody_sees_it(citizen, choice):
    citizen.send(province="14", **choice)
    [tip] = tips()
    assert tip.restriction is Restriction.POLICE_CONDUCT
    assert reading().rulebook.teams.get(tip.team_id).code == "14/TT"


def test_category_is_suggested_from_the_words_when_the_citizen_does_not_know(citizen):
    citizen.send(category="other")
    assert [tip.category for tip in tips()] == [Category.DRUGS]


def test_forged_values_of_lists_count_as_not_chosen(citizen):
    forged = {"category": "x", "province": "99", "moment": "y", "police": "z", "place_choice": "99999"}
    citizen.send(**forged, status="closed", priority="low", team_id="1", tip_id="1", kind="praise", number="A")
    [tip] = tips()
    assert tip.status is Status.RECEIVED
    assert tip.province_code is None
    assert tip.priority == "high"
    assert reading().rulebook.teams.get(tip.team_id).code == "cluster"


@pytest.mark.parametrize("typed", ["2026-11-20", "20/11/2026", "20-11-2026", "20.11.2026", "20/11/26"])
def test_day_is_understood_as_people_write_it(citizen, typed):
    citizen.send(happened_on=typed)
    [tip] = tips()
    assert text_of(reading(), tip).happened_on.isoformat() == "2026-11-20"
    assert text_of(reading(), tip).moment == "date"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"happened_on": "2026-11-25"}, "Ngày này chưa đến"),
        ({"happened_on": "1949-12-31"}, "xa quá"),
        ({"happened_on": "hôm qua"}, "24/11/2026"),
        ({"moment": "date"}, "24/11/2026"),
        ({"notice_address": "khong-phai-thu"}, "ten@example.com"),
    ],
)
def test_form_with_a_fault_says_what_to_do_and_keeps_everything(citizen, fields, words):
    response = citizen.send(**fields, police_unit="PC04")
    page = Page(response.text)
    assert response.status_code == 400
    assert words in page.words
    assert (page.values["body"], page.values["police_unit"]) == (BODY, "PC04")
    assert tips() == []


def test_today_in_viet_nam_is_no_future_day_when_it_is_still_yesterday_elsewhere(citizen, clock):
    clock.now = clock.now.replace(hour=17, minute=30)
    assert citizen.send(happened_on="2026-11-25").status_code == 200


def test_name_and_contact_are_sealed_apart_from_the_tip(citizen):
    citizen.send(name="Giàng A Sình", contact="0912 345 678", notice_address="sinh@example.com")
    [tip] = tips()
    assert db.session.get(Identity, tip.id) is not None
    sealed = db.session.get(NoticeAddress, tip.id).sealed
    vault = house().secrets.vault
    assert vault.unseal_record(Purpose.NOTICE, sealed, where=notices.where(tip.number)) == b"sinh@example.com"
    assert "Sình" not in text_of(reading(), tip).to_json()


def test_anonymous_tip_keeps_no_identity(citizen):
    citizen.send()
    assert db.session.scalars(select(Identity)).all() == []


@pytest.mark.parametrize(
    ("contact", "is_doubted"),
    [
        ("0912 345 678", False),
        ("+84 912 345 678", False),
        ("069 219 4069", False),
        ("gặp trưởng bản Páo", False),
        ("zalo a Sình 0987654321", False),
        ("sinh@example.com", False),
        ("0912 345 678 901 22", True),
    ],
)
def test_contact_is_kept_as_typed_and_doubted_only_when_it_cannot_be_a_number(citizen, contact, is_doubted):
    response = citizen.send(contact=contact)
    assert len(digits_of(response)) == 20
    assert ("thiếu hoặc thừa chữ số" in Page(response.text).words) is is_doubted


def test_files_come_sealed_and_without_metadata(citizen):
    citizen.send(files=[(picture(place=True), "nha rieng.jpg"), (picture(), "hai.jpg")])
    rows = db.session.scalars(select(Attachment)).all()
    assert [row.media_type for row in rows] == ["image/jpeg"] * 2
    assert all(row.is_public for row in rows)
    stored = [path.read_bytes() for path in house().config.files_path.rglob("*") if path.is_file()]
    assert len(stored) == 2
    assert not any(b"MayAnhCuaSinh" in content or b"JFIF" in content for content in stored)


def test_commune_table_is_kept_by_browsers_under_its_version(client):
    page = client.get("/submit").text
    address = re.search(r'data-places="([^"]+)"', page)[1]
    response = client.get(address)
    assert "immutable" in response.headers["Cache-Control"]
    assert len([name for names in json.loads(response.data).values() for name in names]) == 502
    assert "immutable" not in client.get("/submit/communes.json?v=old").headers["Cache-Control"]


def test_form_can_be_gone_back_to_but_answers_are_not_kept(citizen):
    assert citizen.client.get("/submit").headers["Cache-Control"] == "private, no-cache"
    assert citizen.send(body="").headers["Cache-Control"] == "no-store"


def test_form_with_all_it_loads_is_light(client):
    parts = [client.get("/submit").data, (ROOT / "static/pictograms.svg").read_bytes()]
    parts += [path.read_bytes() for path in (ROOT / "static/js").glob("*.js")]
    parts += [(ROOT / "static/css/app.css").read_bytes(), (ROOT / "static/mark.svg").read_bytes()]
    assert sum(len(gzip.compress(part)) for part in parts) < 60_000


def test_form_is_in_english_for_whoever_chose_it(client):
    client.set_cookie("language", "en")
    assert "What happened?" in client.get("/submit").text


def test_form_costs_the_same_few_queries_each_time(client, app):
    client.get("/submit")
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    client.get("/submit")
    assert len(counted) <= 2
