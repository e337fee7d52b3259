"""`forum stats rebuild`: counts what the events say, as often as one likes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from config import Config
from forum.extensions import db, transaction, unit_of_work
from forum.models import ClosedDay, DayFact
from tests.cli.conftest import Run, environ_of
from tests.factories import send_tip

LONG_AGO = datetime(2026, 1, 5, 3, tzinfo=UTC)


def _received() -> list[tuple[str, int]]:
    query = select(DayFact.day, func.sum(DayFact.received)).group_by(DayFact.day).order_by(DayFact.day)
    rows = db.session.execute(query).all()
    return [(day.isoformat(), count) for day, count in rows if count]


@pytest.fixture
def two_tips(app: Flask) -> None:
    """Two tips of last winter, whose days nobody has counted."""
    with unit_of_work() as work:
        for at in (LONG_AGO, LONG_AGO + timedelta(days=40)):
            send_tip(replace(work, now=at))


def test_rebuild_counts_all_closed_days_and_twice_is_once(two_tips: None, config: Config, run: Run) -> None:
    first, second = (run(environ_of(config), "stats", "rebuild") for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert "2026-01-05 to " in first.output
    assert _received() == [("2026-01-05", 1), ("2026-02-14", 1)]


def test_rebuild_of_a_range_puts_right_what_was_wrong_in_it(two_tips: None, config: Config, run: Run) -> None:
    run(environ_of(config), "stats", "rebuild")
    with transaction() as session:
        session.execute(update(DayFact).values(received=9))
    result = run(environ_of(config), "stats", "rebuild", "--from", "2026-02-01", "--to", "2026-02-28")
    assert "28 days counted, 2026-02-01 to 2026-02-28." in result.output
    db.session.expire_all()
    assert [count for day, count in _received() if day.startswith("2026-02")] == [1]
    assert [count for day, count in _received() if day.startswith("2026-01")] != [1]


@pytest.mark.parametrize(
    "days", [("--to", "2999-01-01"), ("--from", "2026-03-01", "--to", "2026-02-01"), ("--to", "no")]
)
def test_rebuild_refuses_days_that_make_no_sense(
    two_tips: None, config: Config, run: Run, days: tuple[str, ...]
) -> None:
    result = run(environ_of(config), "stats", "rebuild", *days)
    assert result.exit_code == 2
    assert "Error" in result.output
    assert db.session.scalar(select(func.count()).select_from(ClosedDay)) == 0


def test_rebuild_says_so_when_there_is_nothing_to_count(app: Flask, config: Config, run: Run) -> None:
    result = run(environ_of(config), "stats", "rebuild")
    assert result.exit_code == 0
    assert "There is no closed day to count yet." in result.output
