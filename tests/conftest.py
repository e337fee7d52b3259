"""Fixtures shared by all tests: engines, a seeded application, a clock that stands still."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, delete, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from config import Config
from forum.adapters.keyring import Keyring
from forum.app import create_app
from forum.cli.migrate import upgrade
from forum.extensions import db, transaction, unit_of_work
from forum.models import SettingEvent
from forum.services import custody
from forum.services.organisation import load_shipped
from forum.services.work import Work
from tests.chromium import launch
from tests.clamd import clamd_in

POSTGRES = os.environ.get("FORUM_TEST_POSTGRES", "")
"""Address of a PostgreSQL server on which databases may be made; the test command sets it."""
ENGINES = ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""09:00 on a Tuesday in Viet Nam; a day off only from the calendar's entry for it."""


@dataclass
class FixedClock:
    """A clock that moves when a test says so."""

    now: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@dataclass(frozen=True)
class Seeded:
    """A migrated and seeded database of one engine, from which each test gets a copy."""

    engine: str
    source: str
    recovery: str = field(default="", repr=False)
    """The recovery key of identities."""

    def copy(self, folder: Path) -> str:
        if self.engine == "sqlite":
            shutil.copy(self.source, folder / "forum.db")
            return f"sqlite:///{folder / 'forum.db'}"
        name = f"t_{secrets.token_hex(6)}"
        _administer(f'CREATE DATABASE "{name}" TEMPLATE "{self.source}"')
        return _address(name)

    def drop(self, url: str) -> None:
        if self.engine == "postgresql":
            _administer(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def _administer(statement: str) -> None:
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _address(database: str) -> str:
    return make_url(POSTGRES).set(database=database).render_as_string(hide_password=False)


class FreshClient(FlaskClient):
    """A client each of whose requests has a context of its own, as with a real server.

    Otherwise the context that a test holds open would carry the signed-in person and loaded rows from one to the next.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the one Chromium of this process; Playwright bears no second one."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def clamd() -> Iterator[str]:
    """Start the one ClamAV of this process and return its address; its folder must be open to an ordinary user."""
    with tempfile.TemporaryDirectory(prefix="clamd-", dir="/tmp") as folder, clamd_in(Path(folder)) as address:
        yield address


@pytest.fixture(scope="session")
def keyring_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keyring.json"
    Keyring.create(path)
    return path


@pytest.fixture(scope="session", params=ENGINES)
def seeded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keyring_path: Path
) -> Iterator[Seeded]:
    folder = tmp_path_factory.mktemp(f"seed-{request.param}")
    if request.param == "sqlite":
        source, url = str(folder / "seed.db"), f"sqlite:///{folder / 'seed.db'}"
    else:
        source = f"seed_{secrets.token_hex(6)}"
        _administer(f'CREATE DATABASE "{source}"')
        url = _address(source)
    upgrade(url)
    recovery = _set_up(_config(url, folder, keyring_path))
    engine = create_engine(url)
    with Session(engine) as session:
        if request.param == "sqlite":
            session.execute(text("PRAGMA journal_mode=DELETE"))
    engine.dispose()
    yield Seeded(request.param, source, recovery)
    Seeded(request.param, source).drop(url)


def _set_up(config: Config) -> str:
    """Load the shipped tables and make the keys of custodians; return their recovery key."""
    begun = START - timedelta(days=2000)
    with create_app(config, clock=lambda: begun).app_context():
        with transaction() as session:
            load_shipped(session, begun)
        with unit_of_work() as work:
            recovery = custody.begin(work)
            work.session.execute(delete(SettingEvent))  # so that each test finds an empty record of settings
        db.session.remove()
        db.engine.dispose()
    return recovery


def _config(url: str, folder: Path, keyring_path: Path) -> Config:
    return Config(
        mode="test",
        secret_key="a-secret-for-tests-that-is-long-enough",
        database_url=url,
        keyring_path=keyring_path,
        files_path=folder / "files",
        base_url="http://localhost:8000",
        extra={"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False},
    )


@pytest.fixture
def recovery(seeded: Seeded) -> str:
    return seeded.recovery


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def config(seeded: Seeded, tmp_path: Path, keyring_path: Path) -> Iterator[Config]:
    url = seeded.copy(tmp_path)
    yield _config(url, tmp_path, keyring_path)
    seeded.drop(url)


@pytest.fixture
def app(config: Config, clock: FixedClock) -> Iterator[Flask]:
    """Return the application on each engine; CSRF and rate limits are off here and tested where they are meant."""
    application = create_app(config, clock=clock)
    application.test_client_class = FreshClient
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def work(app: Flask) -> Iterator[Work]:
    """Return an open unit of work; it commits when the test ends."""
    with unit_of_work() as opened:
        yield opened


@contextmanager
def fresh_work() -> Iterator[Work]:
    """Open a unit of work that commits at the end of the block."""
    with unit_of_work() as opened:
        yield opened
