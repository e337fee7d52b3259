"""What is left to do once an erasure is committed: files, the list outside, old pages of the engine."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from forum.adapters.erasure_list import ErasureList
from forum.adapters.file_store import FileStore
from forum.services.erasure_list import keep_list

SWEPT = ("tip", "tip_event", "attachment", "identity", "notice_address", "tip_search", "tip_grant", "erasure_request")


def clear_traces(session: Session, files: FileStore, erasures: ErasureList, storage_keys: Sequence[str]) -> None:
    """Unlink the files, write the list, and empty SQLite's log; all of it may be done again after a crash.

    Files that a crash leaves behind have no row any more, and are removed by the worker like any orphan.
    """
    for storage_key in storage_keys:
        files.delete(storage_key)
    keep_list(session, erasures)
    if session.get_bind().dialect.name == "sqlite":
        empty_log(session)


def empty_log(session: Session) -> bool:
    """Move SQLite's log into the database, where erased pages are zeros, and cut it; False while somebody reads."""
    busy = session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    return not busy


def rewrite_tables(session: Session) -> None:
    """Let PostgreSQL write its tables anew without the dead rows, table by table, each of them locked meanwhile."""
    for table in SWEPT:
        session.execute(text(f"VACUUM (FULL, ANALYZE) {table}"))
    session.execute(text("CHECKPOINT"))
