"""Reading a backup: verifying that it is whole, and putting its rows and files into an empty forum."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Integer, delete, func, insert, select, text
from sqlalchemy.orm import Session

from forum.adapters.archive import END, ArchiveBroken, Frame, frames
from forum.adapters.file_store import FileStore
from forum.adapters.keyring import Keyring, Purpose
from forum.adapters.table_rows import Shape
from forum.domain.errors import DomainError
from forum.models import Attachment, Base, Erasure, Tip
from forum.services.backup import DATA, FILE, FORMAT, HEAD, ROWS, TABLE, BackupHead, Tally, names_of


class BackupUnfit(DomainError):
    """A whole backup that cannot be used here."""

    message = "This backup cannot be used here: %(reason)s."


@dataclass(frozen=True, slots=True)
class Contents:
    """What a verified backup holds."""

    head: BackupHead
    rows: dict[str, int]
    files: int

    @classmethod
    def of(cls, head: BackupHead, tally: Tally) -> Self:
        """Return what a reader has counted."""
        return cls(head, dict(tally.rows), len(tally.files))


def verify_archive(path: Path, key: bytes) -> Contents:
    """Read a backup to its end; raise ArchiveBroken unless counts and digests are those that were written.

    Every file that a row names must be there, and none besides.
    """
    stream = frames(path, key)
    head = read_head(stream)
    tally, shape = Tally(), None
    for kind, payload in stream:
        if kind in {TABLE, FILE}:
            shape = _shape(payload) if kind == TABLE else None
            tally.begin(kind, shape.name if shape else payload.decode())
        elif kind == ROWS and shape is not None:
            rows = json.loads(payload)
            tally.rows[shape.name] += len(rows)
            tally.take(payload)
            tally.named.update(names_of(shape, rows) if shape.name == Attachment.__tablename__ else ())
        elif kind == DATA and shape is None:
            tally.take(payload)
        elif kind == END:
            tally.close()
            if payload != tally.spell() or tally.named != set(tally.files):
                raise ArchiveBroken
        else:
            raise ArchiveBroken
    return Contents.of(head, tally)


def read_head(stream: Iterator[Frame]) -> BackupHead:
    """Return the head; raise ArchiveBroken, or BackupUnfit for a format of another time."""
    kind, payload = next(stream)
    if kind != HEAD:
        raise ArchiveBroken
    values = json.loads(payload)
    if values["format"] != FORMAT:
        raise BackupUnfit(reason=f"its format is {values['format']}, this program reads {FORMAT}")
    return BackupHead(**{**values, "key_ids": tuple(values["key_ids"])})


def refuse_unless_readable(head: BackupHead, keyring: Keyring) -> None:
    """Raise BackupUnfit when keys are missing under which something in the backup is sealed."""
    held = {key.id for purpose in Purpose for key in keyring.all(purpose)}
    missing = sorted(set(head.key_ids) - held)
    if missing:
        raise BackupUnfit(reason=f"the keyring does not hold {', '.join(missing)}")


def put_back(session: Session, files: FileStore, stream: Iterator[Frame]) -> None:
    """Write the rows into the session's empty tables, and the files into the store.

    Reading goes straight from archive to database and store, so memory holds one frame at a time.
    """
    read_head(stream)
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))  # what a migration has put in comes from the backup
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    shape: Shape | None = None
    pending: Frame | None = None
    while (frame := pending or next(stream, None)) is not None:
        pending = None
        if frame.kind == TABLE:
            shape = _shape(frame.payload)
        elif frame.kind == ROWS and shape is not None:
            session.execute(insert(shape.writing()), shape.read(frame.payload, is_sqlite=is_sqlite))
        elif frame.kind == FILE:
            pieces = _Pieces(stream)
            files.take_back(frame.payload.decode(), pieces)
            pending = pieces.following
    _go_on_with_ids(session, is_sqlite=is_sqlite)


class _Pieces:
    """The data of one file, and the frame that follows it."""

    def __init__(self, stream: Iterator[Frame]) -> None:
        self._stream = stream
        self.following: Frame | None = None

    def __iter__(self) -> Iterator[bytes]:
        for frame in self._stream:
            if frame.kind != DATA:
                self.following = frame
                return
            yield frame.payload


def _shape(payload: bytes) -> Shape:
    values: dict[str, Any] = json.loads(payload)
    return Shape(values["name"], tuple((name, sort) for name, sort in values["columns"]))


def _go_on_with_ids(session: Session, *, is_sqlite: bool) -> None:
    """Let ids go on where they were: those of erased tips are not given again."""
    newest = max(session.scalar(select(func.max(column))) or 0 for column in (Tip.id, Erasure.tip_id))
    if is_sqlite:
        session.execute(text("DELETE FROM sqlite_sequence WHERE name = 'tip'"))
        session.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('tip', :newest)"), {"newest": newest})
        return
    for table in Base.metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None or not isinstance(key.type, Integer):
            continue
        last = newest if table is Tip.__table__ else session.scalar(select(func.max(key))) or 0
        sequence = session.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
        if sequence is not None:
            session.execute(select(func.setval(sequence, max(last, 1), last > 0)))
