"""What is not there and what is not for you are answered alike: same status, same words, same headers."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.domain import receipts
from forum.domain.vocabulary import Role
from forum.extensions import house
from forum.services import erasing
from tests.citizen import Citizen
from tests.conftest import fresh_work
from tests.factories import Cast, make_account, send_tip, tip_of, to_closed
from tests.web.desk import Officer, state_of

DRAWN_ANEW = re.compile(r'(name="csrf_token" value|name="next" value)="[^"]*"')
WRONG = "mot mat khau khac han"


def face(answer: TestResponse, *typed: str) -> tuple[object, ...]:
    """Return all that a caller can tell one answer from another by, but what they typed themselves and tokens."""
    page = DRAWN_ANEW.sub("", answer.get_data(as_text=True))
    for text in typed:
        page = page.replace(text, "…")
    headers = {name: value for name, value in answer.headers if name not in {"Set-Cookie", "Content-Length", "Date"}}
    cookies = sorted(cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie"))
    return answer.status_code, page, headers, tuple(cookies)


def sign_in(app: Flask, username: str, times: int = 1) -> tuple[object, ...]:
    client: FlaskClient = app.test_client()
    for _ in range(times):
        answer = client.post("/sign-in", data={"username": username, "password": WRONG})
    return face(answer, username)


@pytest.mark.parametrize("times", [1, 5, 6, 9])
def test_a_name_that_is_not_known_signs_in_like_one_that_is(app: Flask, times: int) -> None:
    with fresh_work() as work:
        known, closed = make_account(work, ("14/desk", Role.INTAKE)), make_account(work, ("14/desk", Role.INTAKE))
        closed.is_active = False
        names = [known.username, closed.username]
    faces = [sign_in(app, name, times) for name in (*names, "can-bo-khong-co")]
    assert faces[0] == faces[1] == faces[2]
    assert faces[0][0] == (429 if times > 5 else 403)


def unknown_receipt() -> str:
    return receipts.derive(b"x" * 16, house().secrets.receipt_keys[0].secret + b"other")


@pytest.mark.parametrize("path", ["/follow", "/follow/write", "/follow/rate", "/follow/file"])
def test_a_receipt_that_never_was_is_answered_like_one_whose_tip_was_erased(app: Flask, path: str) -> None:
    with fresh_work() as work:
        sent = send_tip(work)
        receipt, gone = sent.receipt, unknown_receipt()
        assert receipt
        erasing.remove(work, tip_of(work, sent))
    faces = []
    for typed in (receipt, gone):
        fields = {"text": "Thêm", "is_solved": "no", "score": "1", "file": "0" * 32}
        answer = Citizen(app.test_client()).post(path, typed, **fields)
        faces.append(face(answer, typed, *spelled(typed)))
    assert faces[0] == faces[1]
    assert faces[0][0] == 404


def spelled(receipt: str) -> tuple[str, ...]:
    return tuple(sep.join(receipt[at : at + 4] for at in range(0, 20, 4)) for sep in (" ", "-", "\u00a0"))


def test_a_tip_of_others_is_answered_like_one_that_never_was(app: Flask) -> None:
    with fresh_work() as work:
        number = send_tip(work).tip_number
        closed = to_closed(work, Cast(work)).number
    stranger = Officer(app, ("15/desk", Role.INTAKE))
    made_up = "ZZZZZZZZZZ"
    uid = "0" * 32
    for there in (number, closed):
        for path in ("", f"/files/{uid}"):
            one, other = (stranger.client.get(f"/tips/{tip}{path}") for tip in (there, made_up))
            assert face(one, there) == face(other, made_up)
            assert one.status_code == 404
        for action in ("note", "link", "restrict", "answer"):
            data = {f"{action}-seen": "1", f"{action}-text": "x", f"{action}-master": "x", f"{action}-reason": "x"}
            one, other = (stranger.client.post(f"/tips/{tip}/{action}", data=data) for tip in (there, made_up))
            assert face(one, there) == face(other, made_up)


def test_a_number_typed_into_a_form_tells_nothing_of_tips_of_others(app: Flask) -> None:
    with fresh_work() as work:
        own, foreign = send_tip(work).tip_number, send_tip(work, province_code="15", commune_code=None).tip_number
    desk = Officer(app, ("14/desk", Role.INTAKE))
    faces = []
    for typed in (foreign, "ZZZZZZZZZZ"):
        data = {"link-seen": str(state_of(own).event_count), "link-master": typed}
        faces.append(face(desk.client.post(f"/tips/{own}/link", data=data), typed))
    assert faces[0] == faces[1]
    assert faces[0][0] == 400


@pytest.mark.parametrize("path", ["/consent/{}", "/settings/grants/{}/confirm", "/sessions/{}/end"])
def test_ids_of_others_are_answered_like_ids_that_never_were(app: Flask, path: str) -> None:
    others = Officer(app, ("15/desk", Role.INTAKE))
    lead = Officer(app, ("14/PC04", Role.LEAD), ("cluster", Role.ADMINISTRATOR))
    assert others.id
    one, other = (lead.client.post(path.format(number)) for number in (1, 99_999))
    assert face(one)[0] == face(other)[0]
    assert face(one)[2:] == face(other)[2:]
