"""What a backup holds and in which order; sealing lies in the adapters, the consistent snapshot with the caller."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from forum.adapters.archive import END, ArchiveWriter
from forum.adapters.file_store import FileStore
from forum.adapters.keyring import Keyring, Purpose
from forum.adapters.table_rows import Shape
from forum.models import Attachment, Base
from forum.services.erasure_list import newest_erasure

FORMAT = 1
HEAD, TABLE, ROWS, FILE, DATA = b"H", b"T", b"R", b"F", b"D"
ROWS_AT_ONCE = 200
BYTES_AT_ONCE = 256 * 1024
LEFT_OUT = frozenset({"throttle", "sign_in_session"})
"""What must not come back: counts of tries, and sessions that may have been ended since."""


@dataclass(frozen=True, slots=True)
class BackupHead:
    """What is said of a backup before its rows."""

    created_at: str
    revision: str
    engine: str
    key_ids: tuple[str, ...]
    """Keys of the keyring at that time: without them nothing in the backup can be read."""
    erasures: int
    format: int = FORMAT

    def spell(self) -> bytes:
        """Return the head as it stands in the archive."""
        return json.dumps(asdict(self)).encode()


@dataclass(slots=True)
class Tally:
    """What an archive holds, counted by whoever writes it and again by whoever reads it."""

    rows: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the rows of each table."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each sealed file by its storage key."""
    named: set[str] = field(default_factory=set)
    """Files that a row names."""
    _running: Any = None
    _slot: tuple[dict[str, str], str] | None = None

    def begin(self, kind: bytes, name: str) -> None:
        """Begin a table or a file."""
        self.close()
        self._running = hashlib.sha256()
        if kind == TABLE:
            self.rows[name] = 0
        self._slot = (self.digests if kind == TABLE else self.files, name)

    def take(self, payload: bytes) -> None:
        """Count what belongs to the table or file that was begun."""
        self._running.update(payload)

    def close(self) -> None:
        """End the table or file that was begun last."""
        if self._slot is not None:
            place, name = self._slot
            place[name] = self._running.hexdigest()
            self._slot = None

    def spell(self) -> bytes:
        """Return what the last frame says: rows and digests of tables, and one digest over all files."""
        files = hashlib.sha256("".join(f"{key}{self.files[key]}" for key in sorted(self.files)).encode()).hexdigest()
        told = {"rows": self.rows, "digests": self.digests, "files": len(self.files), "files_digest": files}
        return json.dumps(told, sort_keys=True).encode()


def head_of(session: Session, keyring: Keyring, *, revision: str, now: datetime) -> BackupHead:
    """Return the head of a backup of what the session sees."""
    return BackupHead(
        created_at=now.astimezone(UTC).isoformat(),
        revision=revision,
        engine=session.get_bind().dialect.name,
        key_ids=tuple(key.id for purpose in Purpose for key in keyring.all(purpose)),
        erasures=newest_erasure(session),
    )


def write_archive(session: Session, files: FileStore, writer: ArchiveWriter, head: BackupHead) -> Tally:
    """Write every table as the session sees it, then every file that a row names; raise FileMissing.

    A file is never changed, and is there before its row: read after the rows, none of theirs can be missing, unless
    its tip is erased meanwhile.
    """
    tally = Tally()
    writer.add(HEAD, head.spell())
    for table in Base.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            _write_table(session, table, writer, tally)
    for storage_key in session.scalars(select(Attachment.storage_key).order_by(Attachment.id)).all():
        _write_file(files, storage_key, writer, tally)
    tally.close()
    writer.add(END, tally.spell())
    writer.finish()
    return tally


def _write_table(session: Session, table: Table, writer: ArchiveWriter, tally: Tally) -> None:
    shape = Shape.of(table)
    writer.add(TABLE, json.dumps(asdict(shape)).encode())
    tally.begin(TABLE, table.name)
    query = select(*shape.reading(table)).order_by(*table.primary_key.columns)
    found = session.connection().execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    for rows in found.partitions():
        spelled = shape.spell(rows)
        tally.rows[table.name] += len(rows)
        tally.take(spelled)
        writer.add(ROWS, spelled)


def _write_file(files: FileStore, storage_key: str, writer: ArchiveWriter, tally: Tally) -> None:
    writer.add(FILE, storage_key.encode())
    tally.begin(FILE, storage_key)
    with files.open_sealed_bytes(storage_key) as file:
        while piece := file.read(BYTES_AT_ONCE):
            tally.take(piece)
            writer.add(DATA, piece)


def names_of(shape: Shape, rows: list[Any]) -> Iterator[str]:
    """Yield the storage keys that rows of attachments name."""
    place = [name for name, _sort in shape.columns].index("storage_key")
    return (row[place] for row in rows)
