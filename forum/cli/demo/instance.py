"""The folder of the demo: its secret, its keyring, and the note that says how far its database has come."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from sqlalchemy import MetaData, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from config import SECRET_FILE, Config
from forum.adapters.checkpoints import SigningKey
from forum.adapters.keyring import Keyring
from forum.cli.migrate import upgrade

NOTE_FILE = "demo.json"
RECOVERY_FILE = "recovery-key"
UNFINISHED = "The demo was interrupted while it was being filled: it is started over."
FOREIGN = (
    "The database {url} holds tables that are not this demo's, and the demo leaves them alone. "
    "Please name an empty database in FORUM_DATABASE_URL."
)


@dataclass(frozen=True, slots=True)
class Note:
    """Which database the demo has filled, and whether it got to the end."""

    database: str
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Instance:
    """The folder and the database that a demo lives in."""

    root: Path
    config: Config

    @classmethod
    def open(cls, config: Config) -> Instance:
        """Make the folder with its secret, keyring and the key of checkpoints, or find them."""
        root = config.keyring_path.parent
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not config.secret_key:
            _write(root / SECRET_FILE, secrets.token_urlsafe(48))
        if not config.keyring_path.exists():
            Keyring.create(config.keyring_path)
        if config.checkpoint_key_path is not None and not config.checkpoint_key_path.exists():
            SigningKey.create(config.checkpoint_key_path)
        return cls(root, config)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder; raise ClickException while another demo is being prepared in it."""
        with (self.root / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise click.ClickException(f"Another demo is being prepared in {self.root}.") from error
            yield

    def is_complete(self) -> bool:
        """Whether the database holds a whole demo."""
        return self._note() == Note(self._database, is_complete=True) and self._has_tables()

    def begin(self) -> None:
        """Empty what an earlier demo left, and make the tables; refuse a database that is not the demo's own."""
        _create_database(self.config.database_url)
        note = self._note()
        is_own = note is not None and note.database == self._database
        if self._has_tables():
            if not is_own:
                raise click.ClickException(FOREIGN.format(url=self._database))
            if note is not None and not note.is_complete:
                click.echo(UNFINISHED)
        self._write_note(is_complete=False)
        self._empty()
        upgrade(self.config.database_url)

    def finish(self) -> None:
        """Note that the demo is complete."""
        self._write_note(is_complete=True)

    @property
    def recovery(self) -> str:
        """The recovery key of identities, which only a demo keeps beside its database."""
        return (self.root / RECOVERY_FILE).read_text(encoding="utf-8").strip()

    def keep_recovery(self, spelled: str) -> None:
        """Keep the recovery key."""
        _write(self.root / RECOVERY_FILE, spelled + "\n")

    @property
    def _database(self) -> str:
        return make_url(self.config.database_url).render_as_string(hide_password=True)

    def _note(self) -> Note | None:
        try:
            return Note(**json.loads((self.root / NOTE_FILE).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _write_note(self, *, is_complete: bool) -> None:
        _write(self.root / NOTE_FILE, json.dumps(asdict(Note(self._database, is_complete))))

    def _has_tables(self) -> bool:
        path = _sqlite_path(self.config.database_url)
        if path is not None and not path.exists():
            return False
        engine = create_engine(self.config.database_url)
        try:
            return bool(inspect(engine).get_table_names())
        finally:
            engine.dispose()

    def _empty(self) -> None:
        for folder in (self.config.files_path, self.config.checkpoints_path):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        path = _sqlite_path(self.config.database_url)
        if path is not None:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            return
        engine = create_engine(self.config.database_url)
        found = MetaData()
        found.reflect(engine)
        found.drop_all(engine)
        engine.dispose()


def _write(path: Path, content: str) -> None:
    """Replace a file of the folder in one step, readable by its owner alone."""
    staged = path.with_name(f".{path.name}")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    staged.replace(path)


def _sqlite_path(database_url: str) -> Path | None:
    url = make_url(database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _create_database(database_url: str) -> None:
    """Make the database on its PostgreSQL server when the server is there and the database is not."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" or _is_reachable(url):
        return
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with suppress(OperationalError), server.connect() as connection:
        quoted = connection.dialect.identifier_preparer.quote(url.database or "")
        connection.execute(text(f"CREATE DATABASE {quoted}"))
    server.dispose()
    if not _is_reachable(url):
        raise click.ClickException(f"The database {url.render_as_string()} cannot be reached.")


def _is_reachable(url: URL) -> bool:
    engine = create_engine(url)
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()
