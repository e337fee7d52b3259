"""How tries are counted, and who has to wait for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from forum.extensions import db
from forum.models import Throttle
from forum.services import sign_in
from tests.conftest import FixedClock, fresh_work
from tests.factories import PASSWORD, make_account


def fail(name: str) -> None:
    with fresh_work() as work:
        attempt = sign_in.begin_attempt(work, name)
        sign_in.settle(work, attempt, is_right=False, password="x")


def wait_of(name: str) -> int:
    with fresh_work() as work:
        try:
            sign_in.begin_attempt(work, name)
        except sign_in.TooManyTries as fault:
            return fault.seconds
        work.session.rollback()
    return 0


def test_waiting_time_doubles_with_each_failure_up_to_a_quarter_of_an_hour(app: Flask, clock: FixedClock) -> None:
    waits = []
    for _ in range(12):
        fail("khong-co-ai")
        waits.append(wait_of("khong-co-ai"))
        clock.advance(seconds=waits[-1] + 1)
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]


def test_count_is_forgotten_after_a_day(app: Flask, clock: FixedClock) -> None:
    for _ in range(4):
        fail("khong-co-ai")
    clock.now += timedelta(days=1, seconds=1)
    fail("khong-co-ai")
    assert wait_of("khong-co-ai") == 0


def test_success_empties_the_count(app: Flask) -> None:
    with fresh_work() as work:
        name = make_account(work).username
    for _ in range(4):
        fail(name)
    with fresh_work() as work:
        attempt = sign_in.begin_attempt(work, name)
        assert sign_in.is_right(attempt, PASSWORD)
        assert sign_in.settle(work, attempt, is_right=True, password=PASSWORD) is not None
    assert db.session.scalars(select(Throttle)).all() == []


def test_try_fails_when_the_password_changed_under_it(app: Flask) -> None:
    with fresh_work() as work:
        account = make_account(work)
        attempt = sign_in.begin_attempt(work, account.username)
    with fresh_work() as work:
        work.session.merge(account).password_hash = "$argon2id$other"
    with fresh_work() as work:
        assert sign_in.settle(work, attempt, is_right=True, password=PASSWORD) is None


def test_throttle_names_nobody(app: Flask) -> None:
    fail("nguyen.van.mau")
    row = db.session.scalars(select(Throttle)).one()
    assert b"nguyen" not in row.digest
    assert len(row.digest) == 32


@pytest.mark.parametrize("mark", [None, "", "abc", "abc.def", "." + "0" * 64])
def test_device_is_unknown_when_its_mark_was_not_made_here(app: Flask, mark: str | None) -> None:
    with fresh_work() as work:
        assert not sign_in.is_known_device(work.secrets, "ai-do", mark)


def test_device_is_known_for_the_name_that_signed_in_there_only(app: Flask) -> None:
    with fresh_work() as work:
        mark = sign_in.new_device(work.secrets, "mot-nguoi")
        assert sign_in.is_known_device(work.secrets, "mot-nguoi", mark)
        assert not sign_in.is_known_device(work.secrets, "nguoi-khac", mark)
