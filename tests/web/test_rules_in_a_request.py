"""How often a request asks for the rules, and what a pool does when its server has closed the connections."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import event, text

from forum.extensions import db, reading, unit_of_work
from forum.services.setting_events import Subject, record


@pytest.fixture
def asked(app):
    """Return the statements that ask for the version of the settings."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        if "max(setting_event.seq)" in statement:
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


def test_rules_are_asked_for_once_in_a_request(app, asked):
    reading()
    asked.clear()
    with app.test_request_context("/"):
        for _ in range(3):
            reading()
            with unit_of_work():
                pass
    assert len(asked) == 1


def test_rules_are_asked_for_again_when_the_request_changed_them(app):
    with app.test_request_context("/"):
        before = reading().rulebook
        with unit_of_work() as work:
            record(work, None, subject=Subject.TAG, key="thử", after={"name_vi": "thử"})
        assert reading().rulebook.version == before.version + 1


def test_pool_connects_anew_when_the_server_has_closed_its_connections(app):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server")
    with db.engine.connect() as first, db.engine.connect() as second:
        first.execute(text("SELECT 1"))
        own = second.execute(text("SELECT pg_backend_pid()")).scalar_one()
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid != :own"
        second.execute(text(f"SELECT pg_terminate_backend(pid) {others}"), {"own": own})
        while second.execute(text(f"SELECT count(*) {others}"), {"own": own}).scalar_one():
            time.sleep(0.01)
    for _ in range(3):
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
