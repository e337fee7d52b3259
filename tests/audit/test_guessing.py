"""Ways around the counts of wrong tries: other pages, other kinds of codes, many at once.

That each secret is slowed down by itself is shown in `tests/web`: test_auth, test_factors, test_custody, test_follow.
"""

from __future__ import annotations

import pytest
from flask import Flask

from forum.domain.vocabulary import Role
from forum.services.sign_in import FREE_FAILURES
from tests.conftest import FixedClock, fresh_work
from tests.factories import PASSWORD, code_for, make_account, sign_in

NEW = "mat khau moi that dai"
WRONG = "khong phai mat khau"


@pytest.fixture
def username(app: Flask) -> str:
    with fresh_work() as work:
        return make_account(work, ("14/desk", Role.INTAKE)).username


def test_an_open_session_does_not_let_somebody_guess_the_password(app: Flask, username: str, clock: FixedClock) -> None:
    """Whoever finds a browser open could otherwise try passwords on the page that changes them."""
    client = app.test_client()
    sign_in(client, username)

    def change(current: str) -> int:
        typed = {"current": current, "password": NEW, "again": NEW}
        return client.post("/password", data=typed).status_code

    assert [change(WRONG) for _ in range(FREE_FAILURES)] == [400] * FREE_FAILURES
    assert change(PASSWORD) == 400, "even the right one waits"
    assert client.get("/queue").status_code == 200, "its owner works on meanwhile"
    clock.advance(seconds=31)
    assert change(PASSWORD) == 302


def test_codes_of_the_app_and_of_paper_are_counted_together(app: Flask, username: str, clock: FixedClock) -> None:
    client = app.test_client()
    client.post("/sign-in", data={"username": username, "password": PASSWORD})
    guesses = ["000000", "0" * 12, "111111", "1" * 12, "x"]
    assert len(guesses) == FREE_FAILURES
    for guess in guesses:
        assert client.post("/sign-in/code", data={"proof-code": guess}).status_code == 403
    right = {"proof-code": code_for(username, clock.now)}
    assert client.post("/sign-in/code", data=right).status_code == 403
    clock.advance(seconds=31)
    assert client.post("/sign-in/code", data={"proof-code": code_for(username, clock.now)}).status_code == 302
