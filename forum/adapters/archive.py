"""Sealed archives: a stream of frames that only the private half of the backup key opens, written and read in pieces.

Layout: a mark, the random key of the archive in a box for the backup key, then chunks as in `sealed_chunks` (STREAM),
whose plain bytes are frames: one letter, four bytes of length, the payload. The last frame says that it is the last.
"""

from __future__ import annotations

import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from forum.adapters.custody import open_box, seal_to
from forum.adapters.keyring import KEY_BYTES
from forum.adapters.sealed_chunks import CHUNK, HEADER_BYTES, MAGIC, PREFIX_BYTES, SEALED_CHUNK, ChunkCipher
from forum.adapters.vault import SealBroken
from forum.domain.errors import DomainError

MARK = b"FORUM-BACKUP\x01"
WHERE = "backup/archive-key"
END = b"Z"
_HEAD = struct.Struct(">H")
_FRAME = struct.Struct(">cI")
MOST_BYTES = 64 * 1024 * 1024
"""Of one frame: more is damage, not data."""


class ArchiveBroken(DomainError):
    """The file is no backup of this key, or not the whole one that was written."""

    message = "This backup is damaged, cut off, or sealed to another key."


class Frame(NamedTuple):
    """One piece of an archive."""

    kind: bytes
    payload: bytes


class ArchiveWriter:
    """Writes frames; nothing readable touches the disk, and memory holds a chunk at a time."""

    def __init__(self, file: BinaryIO, public_key: bytes) -> None:
        self.key = secrets.token_bytes(KEY_BYTES)
        header = MAGIC + secrets.token_bytes(PREFIX_BYTES)
        box = seal_to(public_key, self.key, where=WHERE)
        file.write(MARK + _HEAD.pack(len(box)) + box + header)
        self._file = file
        self._cipher = ChunkCipher(self.key, header)
        self._tail = bytearray()
        self._number = 0

    def add(self, kind: bytes, payload: bytes) -> None:
        """Append a frame."""
        self._tail += _FRAME.pack(kind, len(payload)) + payload
        while len(self._tail) > CHUNK:
            self._seal(self._tail[:CHUNK], is_last=False)
            del self._tail[:CHUNK]

    def finish(self) -> None:
        """Write the last chunk, and return when all is on the disk."""
        self._seal(self._tail, is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _seal(self, plain: bytearray, *, is_last: bool) -> None:
        self._file.write(self._cipher.seal(self._number, plain, is_last=is_last))
        self._number += 1


def archive_key(path: Path, private_key: bytes) -> bytes:
    """Return the key of an archive; raise ArchiveBroken for another private key or another file."""
    with path.open("rb") as file:
        box = _box_of(file)
    try:
        return open_box(private_key, box, where=WHERE)
    except SealBroken as error:
        raise ArchiveBroken from error


def frames(path: Path, key: bytes) -> Iterator[Frame]:
    """Yield the frames of an archive in order; raise ArchiveBroken for the least change, and for a missing end."""
    plain, is_whole = bytearray(), False
    try:
        for chunk in _chunks(path, key):
            plain += chunk
            while len(plain) >= _FRAME.size:
                kind, length = _FRAME.unpack_from(plain)
                if is_whole or length > MOST_BYTES:
                    raise ArchiveBroken
                if len(plain) < _FRAME.size + length:
                    break
                payload = bytes(plain[_FRAME.size : _FRAME.size + length])
                del plain[: _FRAME.size + length]
                is_whole = kind == END
                yield Frame(kind, payload)
    except SealBroken as error:
        raise ArchiveBroken from error
    if plain or not is_whole:
        raise ArchiveBroken


def _chunks(path: Path, key: bytes) -> Iterator[bytes]:
    with path.open("rb") as file:
        _box_of(file)
        cipher = ChunkCipher(key, file.read(HEADER_BYTES))
        number, sealed = 0, file.read(SEALED_CHUNK)
        while True:
            following = file.read(SEALED_CHUNK)
            yield cipher.open(number, sealed, is_last=not following)
            if not following:
                return
            number, sealed = number + 1, following


def _box_of(file: BinaryIO) -> bytes:
    if file.read(len(MARK)) != MARK:
        raise ArchiveBroken
    size = file.read(_HEAD.size)
    if len(size) < _HEAD.size:
        raise ArchiveBroken
    return file.read(_HEAD.unpack(size)[0])
