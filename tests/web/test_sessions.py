"""Sessions of officers: how long they hold, what ends them, and who may end them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Config
from forum.app import create_app
from forum.domain.session_limits import MOST_AT_ONCE
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import Account, SignInSession
from forum.services import accounts, jobs, sessions, settings_accounts
from forum.services.work import Work
from tests.conftest import FixedClock, FreshClient, fresh_work
from tests.factories import PASSWORD, code_for, make_account, make_actor, sign_in, team_id

DESK = ("14/desk", Role.INTAKE)
SIGNED_OUT = (302, "/sign-in")


def an_officer() -> str:
    with fresh_work() as work:
        return make_account(work, DESK).username


def enter(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, username).status_code == 302
    return client


def prove(client: FlaskClient, username: str) -> None:
    client.post(
        "/sign-in/code", data={"proof-code": code_for(username, client.application.extensions["forum"].clock())}
    )


def asked(client: FlaskClient, path: str = "/queue") -> tuple[int, str | None]:
    answer = client.get(path)
    return answer.status_code, answer.location


def session_ids(username: str) -> list[int]:
    query = select(SignInSession.id).join(Account).where(Account.username == username).order_by(SignInSession.id)
    return list(db.session.scalars(query))


def test_session_ends_when_it_was_not_used_for_half_an_hour(app: Flask, clock: FixedClock) -> None:
    client = enter(app, an_officer())
    clock.advance(minutes=29, seconds=59)
    assert asked(client) == (200, None)
    clock.advance(minutes=29, seconds=59)
    assert asked(client) == (200, None)
    clock.advance(minutes=30)
    assert asked(client) == SIGNED_OUT


def test_session_ends_after_twelve_hours_however_busy(app: Flask, clock: FixedClock) -> None:
    client = enter(app, an_officer())
    for _ in range(12 * 3 - 1):
        clock.advance(minutes=20)
        assert asked(client) == (200, None)
    clock.advance(minutes=19, seconds=59)
    assert asked(client) == (200, None)
    clock.advance(seconds=1)
    assert asked(client) == SIGNED_OUT


def test_use_is_written_down_once_a_minute_at_most(app: Flask, clock: FixedClock) -> None:
    client = enter(app, an_officer())
    begun = clock.now

    def seen() -> float:
        return (db.session.scalar(select(SignInSession.seen_at)) - begun).total_seconds()

    clock.advance(seconds=59)
    asked(client)
    assert seen() == 0
    clock.advance(seconds=1)
    asked(client)
    assert seen() == 60


def _close(work: Work, account: Account) -> None:
    settings_accounts.close_account(work, _administrator(work), account.id)


def _end_all(work: Work, account: Account) -> None:
    settings_accounts.end_sessions(work, _administrator(work), account.id)


def _reset(work: Work, account: Account) -> None:
    settings_accounts.reset_password(work, _administrator(work), account.id)


def _grant(work: Work, account: Account) -> None:
    accounts.grant(work, None, account, team_id=team_id(work, "14/PC04"), role=Role.HANDLER)


def _dismiss(work: Work, account: Account) -> None:
    assert accounts.end(work, None, account, team_id=team_id(work, "14/desk"), role=Role.INTAKE)


def _administrator(work: Work):
    return make_actor(work, ("cluster", Role.ADMINISTRATOR))


@pytest.mark.parametrize("change", [_close, _end_all, _reset, _grant, _dismiss])
def test_all_sessions_end_when_the_account_changes(app: Flask, change: Callable[[Work, Account], None]) -> None:
    username = an_officer()
    clients = [enter(app, username), enter(app, username)]
    with fresh_work() as work:
        change(work, work.session.scalars(select(Account).where(Account.username == username)).one())
    assert [asked(client) for client in clients] == [SIGNED_OUT] * 2


def test_a_session_begun_from_what_was_read_before_a_change_does_not_hold(app: Flask) -> None:
    with fresh_work() as work:
        account = make_account(work, DESK)
    with fresh_work() as work:
        _grant(work, work.session.get_one(Account, account.id))
    with fresh_work() as work:
        token = sessions.begin(work, account, is_proved=True)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    assert asked(client) == SIGNED_OUT


def test_own_sessions_are_listed_and_each_can_be_ended(app: Flask, clock: FixedClock) -> None:
    username = an_officer()
    first, second, third = (enter(app, username) for _ in range(3))
    ids = session_ids(username)
    page = third.get("/password").get_data(as_text=True)
    assert sorted(re.findall(r"/sessions/(\d+)/end", page)) == sorted(map(str, ids[:2]))
    assert third.post(f"/sessions/{ids[0]}/end").location == "/password"
    assert [asked(client)[0] for client in (first, second, third)] == [302, 200, 200]
    assert third.post("/sessions/end-others").location == "/password"
    assert [asked(client)[0] for client in (first, second, third)] == [302, 302, 200]


def test_sign_in_tells_when_the_account_is_signed_in_elsewhere(app: Flask) -> None:
    username = an_officer()
    first = enter(app, username)
    assert "đăng nhập ở nơi khác" not in first.get("/queue").get_data(as_text=True)
    second = enter(app, username)
    assert "đăng nhập ở nơi khác" in second.get("/queue").get_data(as_text=True)


def test_nobody_ends_the_session_of_another_account(app: Flask) -> None:
    mine, theirs = an_officer(), an_officer()
    client, other = enter(app, mine), enter(app, theirs)
    assert client.post(f"/sessions/{session_ids(theirs)[0]}/end").status_code == 404
    client.post("/sessions/end-others")
    assert asked(other) == (200, None)


def test_sign_in_gives_a_new_token_and_the_one_planted_before_opens_nothing(app: Flask) -> None:
    username, client = an_officer(), app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "planted"
    tokens = ["planted"]
    steps = (
        lambda: client.post("/sign-in", data={"username": username, "password": PASSWORD}),
        lambda: prove(client, username),
    )
    for step in steps:
        step()
        with client.session_transaction() as session:
            tokens.append(session["_user_id"])
    assert len(set(tokens)) == 3, "each step gives another token"
    assert asked(client) == (200, None)
    for token in tokens[:2]:
        other = app.test_client()
        with other.session_transaction() as session:
            session["_user_id"] = token
        assert asked(other) == SIGNED_OUT


def test_database_holds_no_token(app: Flask) -> None:
    client = enter(app, an_officer())
    with client.session_transaction() as session:
        token = session["_user_id"]
    row = db.session.scalars(select(SignInSession)).one()
    assert row.digest != token.encode()
    assert len(row.digest) == 32
    forger = app.test_client()
    with forger.session_transaction() as session:
        session["_user_id"] = row.digest.hex()
    assert asked(forger) == SIGNED_OUT


def test_an_account_has_a_few_sessions_at_most(app: Flask, clock: FixedClock) -> None:
    with fresh_work() as work:
        account = make_account(work, DESK)
        for _ in range(MOST_AT_ONCE + 3):
            sessions.begin(work, account, is_proved=True)
        count = work.session.scalar(select(func.count()).select_from(SignInSession))
    assert count == MOST_AT_ONCE


def test_cleaning_removes_what_ended_and_nothing_else(app: Flask, clock: FixedClock) -> None:
    with fresh_work() as work:
        idle, changed = make_account(work, DESK), make_account(work, DESK)
        sessions.begin(work, idle, is_proved=True)
    clock.advance(minutes=30)
    with fresh_work() as work:
        sessions.begin(work, changed, is_proved=True)
        changed.session_version += 1
        kept = make_account(work, DESK)
        sessions.begin(work, kept, is_proved=True)
        work.session.merge(changed)
    with fresh_work() as work:
        assert jobs.clean_up(work).sessions == 2
        assert work.session.scalars(select(SignInSession.account_id)).all() == [kept.id]


@pytest.mark.parametrize(
    ("base_url", "name"), [("http://localhost", "forum"), ("https://forum.example", "__Host-forum")]
)
def test_cookie_is_kept_from_scripts_and_other_sites(
    config: Config, clock: FixedClock, base_url: str, name: str
) -> None:
    application = create_app(replace(config, base_url=base_url), clock=clock)
    application.test_client_class = FreshClient
    with application.app_context():
        client = enter_at(application, base_url, an_officer())
        db.session.remove()
        db.engine.dispose()
    cookie = next(header for header in client if header.startswith(f"{name}="))
    flags = {part.strip().split("=")[0].lower() for part in cookie.split(";")[1:]}
    assert flags >= {"httponly", "samesite", "path"} | ({"secure"} if base_url.startswith("https") else set())
    assert "domain" not in flags
    assert "SameSite=Lax" in cookie


def enter_at(application: Flask, base_url: str, username: str) -> list[str]:
    answer = application.test_client().post(
        "/sign-in", data={"username": username, "password": PASSWORD}, base_url=base_url
    )
    return answer.headers.getlist("Set-Cookie")
