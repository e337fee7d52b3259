"""`forum audit verify`: silence and 0 for whole records, each fault and 1 for broken ones."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from config import Config
from forum.extensions import db
from forum.models import AccessRow, Tip
from forum.services import audit
from tests.cli.conftest import Run, environ_of
from tests.conftest import fresh_work
from tests.factories import Cast, send_tip, to_closed


@pytest.fixture
def environ(app: Flask, config: Config) -> dict[str, str]:
    return environ_of(config)


@pytest.fixture
def numbers(app: Flask) -> list[str]:
    with fresh_work() as work:
        return [to_closed(work, Cast(work)).number, *(send_tip(work).tip_number for _ in range(3))]


def tamper(number: str) -> None:
    with fresh_work() as work:
        work.session.execute(text("UPDATE tip SET is_about_police = true WHERE number = :n"), {"n": number})


def results() -> list[dict]:
    db.session.expire_all()
    return list(db.session.scalars(select(AccessRow.data).where(AccessRow.chain == -1).order_by(AccessRow.seq)))


def test_a_verification_finds_nothing_when_nobody_has_touched_the_records(run: Run, environ, numbers) -> None:
    result = run(environ, "audit", "verify")
    assert result.exit_code == 0, result.output
    assert "No fault" in result.output
    assert results() == [{"log": "integrity", "by": None, "tips": 4, "faults": 0, "is_full": True, "checkpoints": 0}]


def test_a_verification_says_each_fault_and_ends_with_one(run: Run, environ: Mapping[str, str], numbers) -> None:
    tamper(numbers[0])
    tamper(numbers[2])
    result = run(environ, "audit", "verify")
    assert result.exit_code == 1
    for number in (numbers[0], numbers[2]):
        assert f"Tip {number}: The row differs from what its events say: is_about_police." in result.output
    assert numbers[1] not in result.output
    assert results()[0]["faults"] == 2


def test_one_tip_alone_can_be_verified(run: Run, environ: Mapping[str, str], numbers) -> None:
    tamper(numbers[0])
    assert run(environ, "audit", "verify", "--tip", numbers[1]).exit_code == 0
    assert run(environ, "audit", "verify", "--tip", numbers[0]).exit_code == 1
    unknown = run(environ, "audit", "verify", "--tip", "NOSUCHTIP")
    assert unknown.exit_code == 1
    assert "There is no tip NOSUCHTIP." in unknown.output


def test_every_tip_is_reached_when_there_are_more_than_fit_in_memory_at_once(
    run: Run, environ: Mapping[str, str], numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit.next_tip_ids, "__kwdefaults__", {"after": 0, "at_most": 2})
    tamper(numbers[-1])
    result = run(environ, "audit", "verify")
    assert numbers[-1] in result.output
    assert results()[0]["tips"] == db.session.scalar(select(func.count()).select_from(Tip))
