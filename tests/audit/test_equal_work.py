"""Whoever tries names, receipts, codes and numbers costs the forum the same work, whatever there is to be found.

Time itself is measured apart (`python -m tests.attack.timing`); what makes it differ is counted here: statements in
their order, and hashings of passwords.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from forum.domain import receipts
from forum.domain.errors import InvalidInput
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import Account, Tip
from tests.conftest import FixedClock, fresh_work
from tests.factories import PASSWORD, code_for, make_account, send_tip
from tests.web.desk import Officer

NOBODY = "khong-co-nguoi-nay"
INTAKE = ("14/desk", Role.INTAKE)


@dataclass
class Spent:
    """What a request made the forum do."""

    statements: list[str] = field(default_factory=list)
    hashings: int = 0
    status: int = 0


@contextmanager
def counting(spent: Spent, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    verify = PasswordHasher.verify

    def counted(*args: object, **kwargs: object) -> object:
        spent.hashings += 1
        return verify(*args, **kwargs)

    def note(*args: object) -> None:
        spent.statements.append(str(args[2]))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    event.listen(db.engine, "before_cursor_execute", note)
    yield
    event.remove(db.engine, "before_cursor_execute", note)
    monkeypatch.undo()


@pytest.fixture
def spend(monkeypatch: pytest.MonkeyPatch):
    """Return what sends a form (or, without one, asks for a page) and counts."""

    def send(client: FlaskClient, path: str, data: Mapping[str, str] | None = None) -> Spent:
        spent = Spent()
        with counting(spent, monkeypatch):
            answer = client.get(path) if data is None else client.post(path, data=data)
        spent.status = answer.status_code
        assert spent.statements
        return spent

    return send


def test_sign_in_costs_the_same_for_names_that_exist_and_that_do_not(app: Flask, spend) -> None:
    with fresh_work() as work:
        known, gone = make_account(work, INTAKE).username, make_account(work, INTAKE).username
        work.session.scalars(select(Account).where(Account.username == gone)).one().is_active = False
    spend(app.test_client(), "/sign-in", {"username": "mot-ten-khac", "password": "một câu sai"})  # reads the rules
    tries = [
        spend(app.test_client(), "/sign-in", {"username": name, "password": "một câu sai"})
        for name in (NOBODY, known, gone)
    ]
    assert tries[0].hashings == 1
    assert tries[0].status == 403
    assert tries[1:] == [tries[0], tries[0]]


def test_a_name_that_waits_costs_the_same_whether_it_exists_or_not(app: Flask, spend) -> None:
    with fresh_work() as work:
        known = make_account(work, INTAKE).username
    tries = {}
    for name in (NOBODY, known):
        for _ in range(6):
            tries[name] = spend(app.test_client(), "/sign-in", {"username": name, "password": "một câu sai"})
    assert tries[NOBODY].status == 429
    assert tries[NOBODY].hashings == 0
    assert tries[known] == tries[NOBODY]


def well_formed(beginning: str, *, but: str = "") -> str:
    """Return a receipt whose check digits fit and that begins so, other than one given."""
    for rest in range(10**6):
        receipt = beginning + f"{rest:0{receipts.LENGTH - len(beginning)}}"
        with suppress(InvalidInput):
            if receipts.parse(receipt) != but:
                return receipt
    raise AssertionError


def test_a_receipt_costs_the_same_however_near_it_comes_to_one(app: Flask, spend) -> None:
    with fresh_work() as work:
        receipt = send_tip(work).receipt
    far, near = well_formed(""), well_formed(receipt[:16], but=receipt)
    spend(app.test_client(), "/follow", {"receipt": far})
    tries = [spend(app.test_client(), "/follow", {"receipt": typed}) for typed in (far, near)]
    assert tries[1] == tries[0]
    assert spend(app.test_client(), "/follow", {"receipt": receipt}) != tries[0], "the counting counts nothing"


def test_a_used_code_costs_the_same_as_a_wrong_one(app: Flask, clock: FixedClock, spend) -> None:
    with fresh_work() as work:
        username = make_account(work, INTAKE).username
    used = code_for(username, clock())
    first = app.test_client()
    first.post("/sign-in", data={"username": username, "password": PASSWORD})
    assert first.post("/sign-in/code", data={"proof-code": used}).status_code == 302
    tries = []
    for code in (used, f"{(int(used) + 1) % 10**6:06}"):
        clock.advance(seconds=1)  # so that both change the same columns
        client = app.test_client()
        client.post("/sign-in", data={"username": username, "password": PASSWORD})
        tries.append(spend(client, "/sign-in/code", {"proof-code": code}))
    assert tries[0].status == 403
    assert tries[1] == tries[0]


def test_a_tip_out_of_sight_costs_the_same_as_one_that_is_not(app: Flask, spend) -> None:
    officer = Officer(app, ("12/desk", Role.INTAKE))
    with fresh_work() as work:
        number = send_tip(work).tip_number
    assert db.session.scalar(select(Tip.id).where(Tip.number == number))
    other = number[:-1] + ("2" if number[-1] != "2" else "3")
    spend(officer.client, f"/tips/{other}")
    tries = [spend(officer.client, f"/tips/{typed}") for typed in (other, number)]
    assert tries[0].status == 404
    assert tries[1] == tries[0]
