"""Sealed files on the disk under random names; it knows neither whose they are nor how to open them alone."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from forum.adapters.durable import sync_directory
from forum.adapters.sealed_stream import SPOOL_PREFIX, SealedReader, SealedSpool, open_sealed
from forum.domain.errors import NotFound, NotKept

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)


class FileMissing(NotFound):
    """The database knows a file that the store does not hold."""

    message = "This file is no longer here."


class FileStore:
    """Two levels of folders under `root/objects`, and beside them the folder in which uploads arrive.

    `spool_directory` lies under the same root, so that a finished upload moves into place by a rename.
    """

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self.spool_directory = root / "spool"
        for directory in (root, self._objects, self.spool_directory):
            _make_private(directory)

    def put(self, spool: SealedSpool) -> str:
        """Take the ciphertext over and return its storage key, once it is durable.

        Put first, commit after: a crash between the two leaves an orphan, never a row without its file.
        """
        storage_key = secrets.token_hex(16)
        path = self._path(storage_key)
        try:
            for directory in (path.parent.parent, path.parent):
                _make_private(directory)
            spool.hand_over(path)
        except OSError as error:  # a full disk, for one
            raise NotKept from error
        return storage_key

    def open(self, storage_key: str, file_key: bytes) -> SealedReader:
        """Open a file for reading; raise FileMissing or SealBroken."""
        try:
            return open_sealed(self._path(storage_key), file_key)
        except FileNotFoundError as error:
            raise FileMissing from error

    def open_sealed_bytes(self, storage_key: str) -> BinaryIO:
        """Open a file as it lies there, sealed, for a backup; raise FileMissing."""
        try:
            return self._path(storage_key).open("rb")
        except FileNotFoundError as error:
            raise FileMissing from error

    def take_back(self, storage_key: str, pieces: Iterable[bytes]) -> None:
        """Put a file back as it lay in a store, sealed, and return when it is durable."""
        path = self._path(storage_key)
        for directory in (path.parent.parent, path.parent):
            _make_private(directory)
        descriptor, name = tempfile.mkstemp(prefix=SPOOL_PREFIX, dir=self.spool_directory)  # mkstemp makes it 0600
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(path)
        sync_directory(path.parent)

    def is_empty(self) -> bool:
        """Whether no file has been stored."""
        return next(self._objects.glob("??/??/*"), None) is None

    def delete(self, storage_key: str) -> None:
        """Remove a file durably; removing it again does nothing."""
        path = self._path(storage_key)
        try:
            path.unlink()
        except FileNotFoundError:
            return
        sync_directory(path.parent)

    def orphans(self, known: Collection[str], *, before: datetime) -> Iterator[str]:
        """Yield the storage keys, older than `before`, that are not `known`.

        Leave enough time for uploads whose transaction is still open, and read `known` after choosing `before`.
        """
        for path in sorted(self._objects.glob("??/??/*")):
            if path.name not in known and _changed_at(path) < before:
                yield path.name

    def sweep_spool(self, *, before: datetime) -> int:
        """Remove what killed processes left of their uploads, older than `before`; return how many."""
        abandoned = [path for path in self.spool_directory.glob(f"{SPOOL_PREFIX}*") if _changed_at(path) < before]
        for path in abandoned:
            path.unlink(missing_ok=True)
        return len(abandoned)

    def _path(self, storage_key: str) -> Path:
        if not _KEY.fullmatch(storage_key):
            raise FileMissing
        return self._objects / storage_key[:2] / storage_key[2:4] / storage_key


def _make_private(directory: Path) -> None:
    if not directory.is_dir():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_directory(directory.parent)


def _changed_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        # It went away while the folder was read: young enough to be left alone.
        return datetime.max.replace(tzinfo=UTC)
