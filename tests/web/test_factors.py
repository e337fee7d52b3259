"""The second step of signing in: setting it up, giving it, and what is refused."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from forum.adapters.one_time_codes import code_at, new_secret, open_steps
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import AccessRow, Account, Passkey, RecoveryCode, SettingEvent, Totp
from forum.models.access_log import AccessAction
from forum.services import accounts, factors
from tests.conftest import FixedClock, fresh_work
from tests.factories import APP_SECRET, PASSWORD, code_for, make_account, sign_in

DESK = ("14/desk", Role.INTAKE)


def an_officer(*, has_factor: bool = True) -> str:
    with fresh_work() as work:
        account = make_account(work, DESK)
        if not has_factor:
            factors.reset(work, None, account)
    return account.username


def give_password(client: FlaskClient, username: str) -> str | None:
    return client.post("/sign-in", data={"username": username, "password": PASSWORD}).location


def prove(client: FlaskClient, code: str) -> tuple[int, str | None]:
    answer = client.post("/sign-in/code", data={"proof-code": code})
    return answer.status_code, answer.location


def text_of(answer) -> str:
    return html.unescape(answer.get_data(as_text=True))


def rows_of(username: str) -> list[tuple[AccessAction, dict]]:
    account_id = db.session.scalar(select(Account.id).where(Account.username == username))
    query = select(AccessRow.action, AccessRow.data).where(AccessRow.chain == account_id).order_by(AccessRow.seq)
    return [tuple(row) for row in db.session.execute(query)]


def set_up_app(client: FlaskClient, clock: FixedClock) -> tuple[str, list[str]]:
    """Set the app up as an officer does; return its secret and the recovery codes that were shown."""
    assert client.post("/factors/app").location == "/factors/app"
    page = text_of(client.get("/factors/app"))
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    shown = client.post("/factors/app/confirm", data={"code": code_at(secret, open_steps(clock.now, after=None)[0])})
    assert shown.status_code in {200, 302}, text_of(shown)
    return secret, re.findall(r"<code>(\d{4} \d{4} \d{4} \d{4})</code>", text_of(shown))


def test_password_alone_opens_nothing(app: Flask, client: FlaskClient) -> None:
    assert give_password(client, an_officer()) == "/sign-in/code"
    for path in ("/queue", "/password", "/factors", "/factors/app", "/tips/AAAA"):
        assert client.get(path).location == "/sign-in/code"
    for path in ("/theme", "/factors/app", "/factors/recovery-codes", "/password", "/sessions/end-others"):
        assert client.post(path).location == "/sign-in/code"
    assert "Đăng nhập dành cho cán bộ" in text_of(client.get("/sign-in"))


def test_code_of_the_app_completes_the_sign_in_and_both_steps_are_recorded(client: FlaskClient) -> None:
    username = an_officer()
    give_password(client, username)
    assert prove(client, code_for(username, app_now(client))) == (302, "/queue")
    assert rows_of(username) == [
        (AccessAction.PASSWORD_ACCEPTED, {}),
        (AccessAction.SIGNED_IN, {"factor": "app"}),
    ]


def app_now(client: FlaskClient):
    return client.application.extensions["forum"].clock()


def test_code_is_refused_when_it_was_used_before(app: Flask, clock: FixedClock) -> None:
    username = an_officer()
    first, second = app.test_client(), app.test_client()
    give_password(first, username)
    give_password(second, username)
    present, before, after = (code_at(APP_SECRET, step) for step in open_steps(clock.now, after=None))
    assert prove(first, present)[0] == 302
    assert prove(second, present)[0] == 403
    assert prove(second, before)[0] == 403, "nor is an earlier one good after a later one"
    assert prove(second, after)[0] == 302
    assert (AccessAction.SIGN_IN_FAILED, {"factor": "code"}) in rows_of(username)


@pytest.mark.parametrize("seconds", [-61, 61])
def test_code_is_refused_when_it_is_over_or_to_come(client: FlaskClient, clock: FixedClock, seconds: int) -> None:
    give_password(client, an_officer())
    there = open_steps(clock.advance(seconds=seconds), after=None)[0]
    clock.advance(seconds=-seconds)
    assert prove(client, code_at(APP_SECRET, there))[0] == 403


@pytest.mark.parametrize("code", ["abc", "١٢٣٤٥٦", "000000 OR 1=1", "1" * 41, "9" * 16])
def test_what_is_no_code_is_refused_with_a_sentence(client: FlaskClient, code: str) -> None:
    give_password(client, an_officer())
    answer = client.post("/sign-in/code", data={"proof-code": code})
    assert answer.status_code == 403
    assert "error-summary" in text_of(answer)


def test_nothing_typed_is_no_try(client: FlaskClient, clock: FixedClock) -> None:
    username = an_officer()
    give_password(client, username)
    for _ in range(7):
        answer = client.post("/sign-in/code", data={"proof-code": " "})
        assert answer.status_code == 400
        assert "error-summary" in text_of(answer)
    assert AccessAction.SIGN_IN_FAILED not in {action for action, _ in rows_of(username)}
    assert prove(client, code_for(username, clock.now))[0] == 302


def test_guessing_codes_is_slowed_down_even_for_the_right_one(client: FlaskClient, clock: FixedClock) -> None:
    username = an_officer()
    give_password(client, username)
    wrong = next(code for code in ("000000", "111111") if code != code_for(username, clock.now))
    for _ in range(5):
        assert prove(client, wrong)[0] == 403
    answer = client.post("/sign-in/code", data={"proof-code": code_for(username, clock.now)})
    assert answer.status_code == 403
    assert "quá nhiều lần" in text_of(answer)
    assert rows_of(username)[-1] == (AccessAction.SIGN_IN_FAILED, {"factor": "any", "throttled": True})
    clock.advance(seconds=31)
    assert prove(client, code_for(username, clock.now))[0] == 302


def test_a_new_password_step_does_not_make_guessing_codes_cheaper(app: Flask, clock: FixedClock) -> None:
    username = an_officer()
    for _ in range(5):
        client = app.test_client()
        give_password(client, username)
        prove(client, "000000")
    client = app.test_client()
    give_password(client, username)
    assert prove(client, code_for(username, clock.now))[0] == 403


def test_whoever_has_no_factor_sets_one_up_before_anything_else(client: FlaskClient, clock: FixedClock) -> None:
    username = an_officer(has_factor=False)
    assert give_password(client, username) == "/factors"
    assert client.get("/queue").location == "/factors"
    secret, codes = set_up_app(client, clock)
    assert len(codes) == len(set(codes)) == 10
    assert client.get("/queue").status_code == 200
    assert secret.encode() not in db.session.scalars(select(Totp.secret_sealed)).one()
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 10
    assert (AccessAction.FACTORS_CHANGED, {"what": "app-added"}) in rows_of(username)


def test_first_sign_in_asks_for_a_password_then_for_a_factor(client: FlaskClient, clock: FixedClock) -> None:
    with fresh_work() as work:
        accounts.create_account(work, None, username="moi", display_name="Mới", password=PASSWORD)
    assert give_password(client, "moi") == "/password"
    new = "khong ai doan duoc cau nay"
    typed = {"current": PASSWORD, "password": new, "again": new}
    assert client.post("/password", data=typed).location == "/factors"
    set_up_app(client, clock)
    assert client.get("/password").status_code == 200


def test_app_is_not_taken_when_its_first_code_is_wrong(client: FlaskClient) -> None:
    give_password(client, an_officer(has_factor=False))
    client.post("/factors/app")
    answer = client.post("/factors/app/confirm", data={"code": "000000"})
    assert answer.status_code == 400
    assert client.get("/queue").location == "/factors"


def test_recovery_code_opens_once(app: Flask, clock: FixedClock) -> None:
    username = an_officer(has_factor=False)
    client = app.test_client()
    give_password(client, username)
    _, codes = set_up_app(client, clock)
    answers = []
    for _ in range(2):
        other = app.test_client()
        give_password(other, username)
        answers.append(prove(other, codes[3]))
    assert answers == [(302, "/queue"), (403, None)]
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 9
    assert (AccessAction.SIGNED_IN, {"factor": "recovery-code"}) in rows_of(username)


def test_recovery_code_of_one_account_does_not_open_another(app: Flask, clock: FixedClock) -> None:
    mine, theirs = an_officer(has_factor=False), an_officer()
    client, other = app.test_client(), app.test_client()
    give_password(client, mine)
    _, codes = set_up_app(client, clock)
    give_password(other, theirs)
    assert prove(other, codes[0])[0] == 403
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 10


def test_new_recovery_codes_replace_the_old_ones(app: Flask, clock: FixedClock) -> None:
    username = an_officer(has_factor=False)
    client = app.test_client()
    give_password(client, username)
    _, old = set_up_app(client, clock)
    page = text_of(client.post("/factors/recovery-codes"))
    new = re.findall(r"<code>(\d{4} \d{4} \d{4} \d{4})</code>", page)
    assert len(new) == 10
    assert not set(new) & set(old)
    other = app.test_client()
    give_password(other, username)
    assert prove(other, old[0])[0] == 403
    assert prove(other, new[0])[0] == 302


def test_another_app_replaces_the_one_before_and_ends_other_sessions(app: Flask, clock: FixedClock) -> None:
    username = an_officer()
    client, other = app.test_client(), app.test_client()
    sign_in(client, username)
    sign_in(other, username)
    set_up_app(client, clock)
    assert db.session.scalar(select(func.count()).select_from(Totp)) == 1
    assert client.get("/queue").status_code == 200
    assert other.get("/queue").location == "/sign-in"


def test_the_only_factor_is_not_removed(client: FlaskClient) -> None:
    sign_in(client, an_officer())
    client.post("/factors/app/remove")
    assert "duy nhất" in text_of(client.get("/factors"))
    assert db.session.scalar(select(func.count()).select_from(Totp)) == 1


def test_passkey_of_another_account_is_not_removed(app: Flask, client: FlaskClient) -> None:
    with fresh_work() as work:
        theirs = make_account(work, DESK)
        passkey = Passkey(
            account_id=theirs.id, credential_id=b"id", public_key=b"key", sign_count=0, name="", created_at=work.now
        )
        work.session.add(passkey)
        work.session.flush()
        passkey_id = passkey.id
    sign_in(client, an_officer())
    assert client.post(f"/factors/passkeys/{passkey_id}/remove").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Passkey)) == 1


@pytest.mark.parametrize("answer", ["{}", "[]", "nonsense", "[" * 9000, '{"id": 7}', '{"id":"aWQ","rawId":"aWQ"}'])
def test_what_is_no_answer_of_a_passkey_is_refused(client: FlaskClient, answer: str) -> None:
    username = an_officer()
    with fresh_work() as work:
        account_id = accounts.find_account(work.session, username).id
        passkey = Passkey(
            account_id=account_id, credential_id=b"id", public_key=b"key", sign_count=0, name="", created_at=work.now
        )
        work.session.add(passkey)
    give_password(client, username)
    assert client.post("/sign-in/challenge").get_json()["allowCredentials"][0]["id"] == "aWQ"
    assert client.post("/sign-in/code", data={"proof-passkey": answer}).status_code == 403
    assert client.get("/queue").location == "/sign-in/code"


def test_reset_lets_a_factor_be_set_up_anew_and_is_recorded(app: Flask, client: FlaskClient, clock: FixedClock) -> None:
    username = an_officer()
    sign_in(client, username)
    with fresh_work() as work:
        factors.reset(work, None, accounts.find_account(work.session, username))
    assert client.get("/queue").location == "/sign-in"
    recorded = db.session.scalars(select(SettingEvent).order_by(SettingEvent.seq.desc())).first()
    assert recorded.data["after"]["second_factors"] == 0
    assert give_password(client, username) == "/factors"


def test_secrets_differ_and_are_bound_to_their_row(app: Flask) -> None:
    with fresh_work() as work:
        rows = [factors._add_app(work, make_account(work).id, new_secret()) for _ in range(2)]
        rows[0].secret_sealed, rows[1].secret_sealed = rows[1].secret_sealed, rows[0].secret_sealed
        with pytest.raises(Exception, match="seal is broken"):
            factors.begun_secret(work, rows[0].account_id)
