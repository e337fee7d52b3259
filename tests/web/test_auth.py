"""Signing in and out as a browser does it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import AccessRow, Account
from forum.models.access_log import AccessAction
from tests.conftest import FixedClock, fresh_work
from tests.factories import PASSWORD, make_account, sign_in

NEW = "mat khau moi that dai"


def enter(client: FlaskClient, username: str, password: str = PASSWORD):
    return client.post("/sign-in", data={"username": username, "password": password})


def named(*grants: tuple[str, Role]) -> str:
    with fresh_work() as work:
        return make_account(work, *grants).username


def actions() -> list[AccessAction]:
    return list(db.session.scalars(select(AccessRow.action).order_by(AccessRow.id)))


def test_sign_in_leads_to_the_first_page_of_the_role(client: FlaskClient) -> None:
    desk, nobody = named(("14/desk", Role.INTAKE)), named()
    assert sign_in(client, desk).location == "/queue"
    assert sign_in(client, nobody).location == "/password"


def test_sign_in_leads_back_to_the_page_asked_for_when_there_was_one(client: FlaskClient) -> None:
    name = named(("14/desk", Role.INTAKE))
    assert client.get("/queue?list=province").location == "/sign-in"
    assert sign_in(client, name).location == "/queue?list=province"


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_sign_in_never_leads_elsewhere_when_the_kept_path_is_no_path_of_ours(client: FlaskClient, path: str) -> None:
    name = named(("14/desk", Role.INTAKE))
    with client.session_transaction() as session:
        session["after_sign_in"] = path
    assert sign_in(client, name).location == "/queue"


def test_sign_in_keeps_a_token_only_in_the_cookie(client: FlaskClient) -> None:
    sign_in(client, named(("14/desk", Role.INTAKE)))
    with client.session_transaction() as session:
        assert set(session) <= {"_user_id", "_permanent", "csrf_token"}


def test_sign_in_says_the_same_when_the_name_or_the_password_is_wrong(client: FlaskClient) -> None:
    name = named()
    wrong, unknown = enter(client, name, "khong phai mat khau"), enter(client, "khong-co-ai")
    assert wrong.status_code == unknown.status_code == 403
    said = [re.sub(r'value="[^"]*"', "", page.get_data(as_text=True)) for page in (wrong, unknown)]
    assert said[0] == said[1]
    assert actions() == [AccessAction.SIGN_IN_FAILED] * 2


def test_sign_in_is_refused_when_the_account_is_not_active(client: FlaskClient) -> None:
    with fresh_work() as work:
        account = make_account(work)
        account.is_active = False
    assert enter(client, account.username).status_code == 403


def test_sign_in_waits_after_five_failures_even_with_the_right_password(client: FlaskClient, clock: FixedClock) -> None:
    name = named(("14/desk", Role.INTAKE))
    for _ in range(5):
        enter(client, name, "khong phai mat khau")
    blocked = enter(client, name)
    assert blocked.status_code == 429
    assert "phút" in blocked.get_data(as_text=True)
    clock.advance(seconds=31)
    assert enter(client, name).status_code == 302


def test_sign_in_from_a_known_device_is_open_while_others_guess_at_the_name(app: Flask, clock: FixedClock) -> None:
    name = named(("14/desk", Role.INTAKE))
    own, stranger = app.test_client(), app.test_client()
    sign_in(own, name)
    own.post("/sign-out")
    for _ in range(20):
        enter(stranger, name, "khong phai mat khau")
        clock.advance(minutes=1)
    enter(stranger, name, "khong phai mat khau")
    assert enter(stranger, name).status_code == 429
    assert enter(own, name).status_code == 302


def test_sign_out_ends_this_session_and_no_other(app: Flask) -> None:
    name = named(("14/desk", Role.INTAKE))
    first, second = app.test_client(), app.test_client()
    sign_in(first, name)
    sign_in(second, name)
    kept = first.get_cookie("forum").value
    assert first.post("/sign-out").location == "/sign-in"
    assert actions()[-1] is AccessAction.SIGNED_OUT
    first.set_cookie("forum", kept)
    assert first.get("/queue").location == "/sign-in", "the cookie as it was opens nothing any more"
    assert second.get("/queue").status_code == 200


def test_password_is_changed_and_the_session_goes_on(app: Flask, client: FlaskClient) -> None:
    name = named(("14/desk", Role.INTAKE))
    other = app.test_client()
    sign_in(client, name)
    sign_in(other, name)
    typed = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/password", data=typed).location == "/queue"
    assert client.get("/queue").status_code == 200
    assert other.get("/queue").location == "/sign-in"
    assert enter(app.test_client(), name, NEW).status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"current": "khong phai mat khau"}, "không phải mật khẩu hiện tại"),
        ({"again": "khac han voi cai kia"}, "khác với mật khẩu mới"),
        ({"password": "ngan", "again": "ngan"}, "ít nhất 12"),
        ({"password": PASSWORD, "again": PASSWORD}, "chính là mật khẩu hiện tại"),
        ({"password": "", "again": ""}, "Xin điền"),
        ({"password": "Matkhau@2026", "again": "Matkhau@2026"}, "Mật khẩu này dễ đoán"),
    ],
)
def test_password_stays_when_something_is_wrong(client: FlaskClient, typed: dict[str, str], said: str) -> None:
    sign_in(client, named(("14/desk", Role.INTAKE)))
    page = client.post("/password", data={"current": PASSWORD, "password": NEW, "again": NEW} | typed)
    assert page.status_code == 400
    assert said in page.get_data(as_text=True)


def test_password_may_not_be_little_more_than_the_name(client: FlaskClient) -> None:
    with fresh_work() as work:
        make_account(work, ("14/desk", Role.INTAKE), username="nguyen.van.mau")
    sign_in(client, "nguyen.van.mau")
    typed = {"current": PASSWORD, "password": "Nguyễn-Văn-Mẫu-26", "again": "Nguyễn-Văn-Mẫu-26"}
    assert client.post("/password", data=typed).status_code == 400


def test_pages_wait_when_the_password_was_given_by_somebody_else(client: FlaskClient) -> None:
    with fresh_work() as work:
        account = make_account(work, ("14/desk", Role.INTAKE))
        account.must_change_password = True
    assert sign_in(client, account.username).location == "/password"
    assert client.get("/queue").location == "/password"
    client.post("/password", data={"current": PASSWORD, "password": NEW, "again": NEW})
    assert client.get("/queue").status_code == 200


def test_theme_is_kept_with_the_account(client: FlaskClient) -> None:
    name = named(("14/desk", Role.INTAKE))
    sign_in(client, name)
    client.post("/theme", data={"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/password").get_data(as_text=True)
    client.post("/theme", data={"theme": "<script>"})
    assert db.session.scalars(select(Account.theme).where(Account.username == name)).one() == "auto"
