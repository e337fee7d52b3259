"""Every place on the disk that a forum writes to, on either engine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url


@dataclass(frozen=True)
class Disk:
    """The folder of one forum (database, files, temporary folder, log), and its PostgreSQL if it has one."""

    folder: Path
    database_url: str
    wal_from: str = ""
    """The segment of the write-ahead log in which PostgreSQL was when the forum began."""

    @classmethod
    def begin(cls, folder: Path, database_url: str) -> Disk:
        """Note where PostgreSQL's log stands now: what was written before is not this forum's."""
        if make_url(database_url).get_backend_name() == "sqlite":
            return cls(folder, database_url)
        with psycopg.connect(database_url, autocommit=True) as connection:
            segment = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
        return cls(folder, database_url, wal_from=str(segment[0]) if segment else "")

    @property
    def is_postgres(self) -> bool:
        return bool(self.wal_from)

    def places(self) -> Iterator[tuple[str, Path]]:
        """Yield every file with what it is; buffers of PostgreSQL are written out first, and a dump is made."""
        if self.is_postgres:
            dump = self.folder / "forum.dump.sql"
            subprocess.run(["pg_dump", "--file", dump, self.database_url], check=True)
            yield from self._postgres_files()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(self.folder)), path

    def _postgres_files(self) -> Iterator[tuple[str, Path]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute(
                "SELECT current_setting('data_directory'), oid::text FROM pg_database "
                "WHERE datname = current_database()"
            ).fetchone()
        data, oid = (Path(row[0]), row[1]) if row else (Path(), "")
        for path in (data / "base" / oid).iterdir():
            yield f"PostgreSQL {path.name}", path
        for path in (data / "base" / "pgsql_tmp").glob("*"):
            yield f"PostgreSQL temporary {path.name}", path
        for path in (data / "pg_wal").glob("0*"):
            if path.name >= self.wal_from:
                yield f"PostgreSQL WAL {path.name}", path
        for path in (*data.glob("*.log"), *data.glob("log/*")):
            yield f"PostgreSQL log {path.name}", path


def unnamed_files(group: int) -> Iterator[tuple[str, Path]]:
    """Yield the files without a name that the processes of a group hold open: they lie on the disk all the same."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) != group:
                continue
            for handle in (process / "fd").iterdir():
                if handle.readlink().name.endswith("(deleted)"):
                    yield f"open file {handle.readlink()}", handle
        except FileNotFoundError:
            continue  # it ended while it was looked at
