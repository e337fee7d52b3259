"""The Flask extensions, and `transaction()`: the one place that commits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from select import POLLIN, poll
from typing import Any

from flask import current_app, has_request_context, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session, object_session

from config import Config, OpenIdClient
from forum.adapters.blind_index import holds
from forum.adapters.clock import Clock
from forum.adapters.erasure_list import ErasureList
from forum.adapters.file_store import FileStore
from forum.adapters.live_secrets import LiveSecrets
from forum.adapters.openid.issuer import Issuer
from forum.adapters.secrets import Secrets
from forum.domain.errors import IllegalMove
from forum.domain.lexicon import Lexicon
from forum.models import SettingEvent
from forum.models.base import Base
from forum.reports.statistics import Figures
from forum.services.rulebook import Rulebook, is_current, load_rulebook
from forum.services.work import Work

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(key_func=lambda: "", headers_enabled=False)

WRITER = "forum_writer"
RULES = "forum.rulebook"
OVERTAKEN = frozenset({"40001", "40P01"})
"""What PostgreSQL calls a serialization failure and a deadlock."""
_sqlite_writer = threading.RLock()


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a writing session; commit when the block ends, roll back when it raises.

    On SQLite the writers of one process queue for a lock here, and begin IMMEDIATE: eight at once would
    otherwise sleep in the busy handler and wait a hundred times longer. On PostgreSQL two people may lock the same
    tips in turn: the one whom the server gives up is told, by IllegalMove, that somebody else was faster.
    """
    engine = db.engine
    if engine.dialect.name == "sqlite":
        with _sqlite_writer, _writing(engine.execution_options(**{WRITER: True})) as session:
            yield session
    else:
        try:
            with _writing(engine.execution_options(isolation_level="READ COMMITTED")) as session:
                yield session
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) in OVERTAKEN:
                raise IllegalMove from error
            raise


@contextmanager
def snapshot() -> Iterator[Session]:
    """Open a session that only reads and sees one state of the database, whatever others commit meanwhile."""
    engine = db.engine
    is_sqlite = engine.dialect.name == "sqlite"
    options = {} if is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with Session(engine.execution_options(**options)) as session:
        if is_sqlite:
            session.connection().exec_driver_sql("BEGIN")  # the driver itself begins nothing here
        yield session


@contextmanager
def _writing(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.commit()
        if RULES in session.info and has_request_context():
            request.environ.pop(RULES, None)


def prepare_engine(engine: Engine) -> None:
    """Let an acknowledged write survive a crash on SQLite, and a pool outlive its PostgreSQL server."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_immediate)
    else:
        event.listen(engine, "checkout", _refuse_closed)


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Give a pooled connection up when its server has: idle ones have nothing to read but the server's farewell.

    A look at the socket costs a thousandth of the question that `pool_pre_ping` would send every time.
    """
    waiting = poll()
    if not connection.closed:
        waiting.register(connection.fileno(), POLLIN)
    if connection.closed or waiting.poll(0):
        raise InvalidatePoolError


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    connection.create_function("holds_term", 3, holds, deterministic=True)
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=15000",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITER):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@dataclass(slots=True)
class House:
    """What the program holds besides the database: configuration, keys, files, shipped tables, the clock.

    Rules and figures are what was last read of it, and are asked for with what tells whether they still hold.
    """

    config: Config
    keys: LiveSecrets
    files: FileStore
    lexicon: Lexicon
    clock: Clock
    erasures: ErasureList
    officers: Issuer | None = None
    """The single sign-on of officers."""
    citizens: Issuer | None = None
    """What confirms the names of citizens who want to be known."""
    rulebook: Rulebook | None = None
    figures: Figures = field(default_factory=Figures)

    @property
    def secrets(self) -> Secrets:
        """The keys as the keyring file has them now."""
        return self.keys.current()


def issuer_of(client: OpenIdClient | None) -> Issuer | None:
    """Return the issuer that a configuration describes."""
    if client is None:
        return None
    return Issuer(client.issuer, client_id=client.client_id, client_secret=client.client_secret, scope=client.scope)


def house() -> House:
    """Return what the running application was built with."""
    found: House = current_app.extensions["forum"]
    return found


@contextmanager
def unit_of_work() -> Iterator[Work]:
    """Open a transaction with everything that services need."""
    with transaction() as session:
        yield work_in(session)


def work_in(session: Session) -> Work:
    """Return the work around a session; the rules are read anew when the settings have changed or a day has begun."""
    place = house()
    now = place.clock()
    return Work(session, now, place.secrets, _rules(place, session, now), place.files)


def _rules(place: House, session: Session, now: datetime) -> Rulebook:
    """Return the rules in force; a request asks once whether they have changed, and again when it has changed them."""
    seen = request.environ if has_request_context() else {}
    if RULES not in seen:
        if place.rulebook is None or not is_current(place.rulebook, session, now):
            place.rulebook = load_rulebook(session, place.lexicon, now)
        seen[RULES] = place.rulebook
    found: Rulebook = seen[RULES]
    return found


@event.listens_for(SettingEvent, "after_insert")
def _note_change(_mapper: object, _connection: object, change: SettingEvent) -> None:
    session = object_session(change)
    if session is not None:
        session.info[RULES] = "changed"


def reading() -> Work:
    """Return a work for pages that only read: the request's session, in autocommit."""
    return work_in(db.session())
