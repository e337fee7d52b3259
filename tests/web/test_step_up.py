"""What is asked for twice: identities, exports, settings; nothing that was typed is lost on the way."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Config
from forum.app import create_app
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import AccessRow, Account
from forum.models.access_log import AccessAction
from tests.conftest import FixedClock, FreshClient, fresh_work
from tests.factories import PASSWORD, code_for, make_account, sign_in

ADMINISTRATOR = ("cluster", Role.ADMINISTRATOR)


def signed_in(app: Flask, *grants: tuple[str, Role]) -> tuple[FlaskClient, str]:
    with fresh_work() as work:
        username = make_account(work, *grants).username
    client = app.test_client()
    sign_in(client, username)
    return client, username


def fields_of(page: str) -> dict[str, str]:
    """Return what the page carries of the form that was sent."""
    main = page[page.index("<main") :]
    found = dict(re.findall(r'<input[^>]*type="hidden" name="([^"]+)" value="([^"]*)"', main))
    return {name: html.unescape(value) for name, value in found.items() if name != "csrf_token"}


def token_in(client: FlaskClient) -> str:
    with client.session_transaction() as session:
        return session["_user_id"]


def test_change_of_settings_is_carried_out_with_the_code_and_nothing_typed_is_lost(
    app: Flask, clock: FixedClock
) -> None:
    client, username = signed_in(app, ADMINISTRATOR)
    clock.advance(minutes=10)
    asked = client.post("/settings/accounts/new", data={"username": "moi.den", "display_name": "Ông “Mới” <b>"})
    page = asked.get_data(as_text=True)
    assert asked.status_code == 403
    assert named("moi.den") is None
    assert fields_of(page) == {"username": "moi.den", "display_name": "Ông “Mới” <b>"}
    assert 'action="/settings/accounts/new"' in page
    before = token_in(client)
    wrong = client.post("/settings/accounts/new", data={**fields_of(page), "proof-code": "000000"})
    assert wrong.status_code == 403
    assert fields_of(wrong.get_data(as_text=True)) == fields_of(page)
    assert named("moi.den") is None
    done = client.post("/settings/accounts/new", data={**fields_of(page), "proof-code": code_for(username, clock.now)})
    assert done.status_code == 200
    assert named("moi.den").display_name == "Ông “Mới” <b>"
    assert token_in(client) != before, "a new token with each proof"
    assert recorded_last(username) == (AccessAction.CONFIRMED, {"factor": "app"})


def named(username: str) -> Account | None:
    db.session.expire_all()
    return db.session.scalars(select(Account).where(Account.username == username)).first()


def recorded_last(username: str) -> tuple[AccessAction, dict]:
    query = select(AccessRow.action, AccessRow.data).where(AccessRow.chain == named(username).id)
    return tuple(db.session.execute(query.order_by(AccessRow.seq.desc())).first())


def test_settings_are_open_without_a_code_for_ten_minutes(app: Flask, clock: FixedClock) -> None:
    client, _ = signed_in(app, ADMINISTRATOR)
    clock.advance(minutes=9, seconds=59)
    client.post("/settings/accounts/new", data={"username": "moi.den", "display_name": "Mới"})
    assert named("moi.den") is not None


def test_looking_at_settings_asks_for_nothing(app: Flask, clock: FixedClock) -> None:
    client, _ = signed_in(app, ADMINISTRATOR)
    clock.advance(minutes=20)
    assert client.get("/settings/accounts").status_code == 200
    assert client.post("/settings/accounts/search", data={"name": "Mới"}).status_code == 200


def test_export_is_offered_again_on_its_page_after_the_code(app: Flask, clock: FixedClock) -> None:
    client, username = signed_in(app, ("14", Role.SUPERVISOR))
    path = "/statistics/figures.csv?group=team"
    assert client.get(path).status_code == 200
    clock.advance(minutes=10)
    assert client.get(path).location == "/sign-in/code"
    answer = client.post("/sign-in/code", data={"proof-code": code_for(username, clock.now)})
    assert answer.location == "/statistics?group=team"
    assert client.get(path).mimetype == "text/csv"


def test_identity_asks_for_the_code_before_anything_is_looked_at(app: Flask, clock: FixedClock) -> None:
    client, _ = signed_in(app, ("14", Role.CUSTODIAN))
    clock.advance(minutes=10)
    answer = client.post(
        "/tips/NOSUCH/open-identity",
        data={"open-identity-reason": "Cần liên hệ", "open-identity-passphrase": "bí mật của tôi"},
    )
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 403
    assert fields_of(page) == {"open-identity-reason": "Cần liên hệ"}
    assert "bí mật của tôi" not in page


def test_own_factors_ask_for_the_code(app: Flask, clock: FixedClock) -> None:
    client, username = signed_in(app, ADMINISTRATOR)
    clock.advance(minutes=10)
    assert client.get("/factors").location == "/sign-in/code"
    assert client.post("/factors/recovery-codes").status_code == 403
    client.get("/factors")
    answer = client.post("/sign-in/code", data={"proof-code": code_for(username, clock.now)})
    assert answer.location == "/factors"


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_proof_never_leads_elsewhere(app: Flask, clock: FixedClock, path: str) -> None:
    client, username = signed_in(app, ADMINISTRATOR)
    clock.advance(minutes=10)
    with client.session_transaction() as session:
        session["after_sign_in"] = path
    answer = client.post(f"/sign-in/code?next={path}", data={"proof-code": code_for(username, clock.now), "next": path})
    assert answer.location == "/settings/"


def test_carried_form_needs_its_token(config: Config, clock: FixedClock) -> None:
    strict = create_app(replace(config, extra={**config.extra, "WTF_CSRF_ENABLED": True}), clock=clock)
    strict.test_client_class = FreshClient
    with strict.app_context():
        with fresh_work() as work:
            username = make_account(work, ADMINISTRATOR).username
        client = strict.test_client()
        given = {"username": "moi.den", "display_name": "Mới"}
        carried = _carried(client, username, clock, given)
        code = code_for(username, clock.now)
        without = {name: value for name, value in carried.items() if name != "csrf_token"}
        assert client.post("/settings/accounts/new", data={**without, "proof-code": code}).status_code == 400
        assert named("moi.den") is None
        assert client.post("/settings/accounts/new", data={**carried, "proof-code": code}).status_code == 200
        assert named("moi.den") is not None
        db.session.remove()
        db.engine.dispose()


def _carried(client: FlaskClient, username: str, clock: FixedClock, given: dict[str, str]) -> dict[str, str]:
    """Sign in with tokens, wait, send a form, and return the fields of the page that asks for the code."""

    def token() -> str:
        return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/nowhere").get_data(as_text=True))[1]

    client.post("/sign-in", data={"username": username, "password": PASSWORD, "csrf_token": token()})
    client.post("/sign-in/code", data={"proof-code": code_for(username, clock.now), "csrf_token": token()})
    clock.advance(minutes=10)
    asked = client.post("/settings/accounts/new", data={**given, "csrf_token": token()})
    assert asked.status_code == 403
    page = asked.get_data(as_text=True)
    form = page[page.index('action="/settings/accounts/new"') :]
    token_field = re.search(r'name="csrf_token" value="([^"]+)"', form)
    return {**fields_of(page), "csrf_token": token_field[1]}
