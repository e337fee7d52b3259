"""The chunks of a sealed file, and reading them at random; what writes and stores them lives elsewhere.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015) over AES-256-GCM: a nonce is the file's
random prefix, the chunk's number and a flag on the last chunk, so that chunks cannot be swapped, left out or cut off.
"""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forum.adapters.vault import TAG_BYTES, SealBroken
from forum.domain.errors import NotKept

CHUNK = 64 * 1024
SEALED_CHUNK = CHUNK + TAG_BYTES
# The mark of the format with its version, then the nonce prefix. The whole header is authenticated with each chunk.
MAGIC = b"FSS\x01"
PREFIX_BYTES = 7
HEADER_BYTES = len(MAGIC) + PREFIX_BYTES


class ChunkCipher:
    """Seals and opens the numbered chunks of one file, under a key that serves this file alone."""

    def __init__(self, key: bytes, header: bytes) -> None:
        if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
            raise SealBroken
        self._cipher = AESGCM(key)
        self._header = header
        self._prefix = header[len(MAGIC) :]

    def seal(self, number: int, plain: bytes | bytearray, *, is_last: bool) -> bytes:
        try:
            return self._cipher.encrypt(self._nonce(number, is_last), plain, self._header)
        except Exception as error:  # as in the vault
            raise NotKept from error

    def open(self, number: int, sealed: bytes, *, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(number, is_last), sealed, self._header)
        except InvalidTag as error:
            raise SealBroken from error

    def _nonce(self, number: int, is_last: bool) -> bytes:  # noqa: FBT001 - private, one flag that is the nonce's last byte
        return self._prefix + number.to_bytes(4, "big") + bytes([is_last])


class Chunks:
    """Random access to the plain bytes of a sealed body whose length is known."""

    def __init__(self, cipher: ChunkCipher, body: int, file: BinaryIO) -> None:
        full, rest = divmod(body, SEALED_CHUNK)
        self.count = full + (rest > 0)
        self.size = body - self.count * TAG_BYTES
        self._cipher = cipher
        self._file = file
        self._held: tuple[int, bytes] = (-1, b"")
        # Opening the last chunk first shows a cut file before a single byte of it is handed out.
        self.at(max(self.count - 1, 0))

    def at(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(HEADER_BYTES + number * SEALED_CHUNK)
            sealed = self._file.read(SEALED_CHUNK)
            self._held = (number, self._cipher.open(number, sealed, is_last=number == self.count - 1))
        return self._held[1]


class SealedFile(io.BufferedIOBase):
    """Reading, for the spool and the stored file alike."""

    def __init__(self) -> None:
        self._position = 0

    @abstractmethod
    def _chunks(self) -> Chunks:
        """Return the chunks, wherever they lie."""

    @property
    def size(self) -> int:
        """The number of plain bytes."""
        return self._chunks().size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError(base + offset)
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """Return exactly `size` bytes, fewer only at the end; raise SealBroken."""
        if self.closed:
            raise ValueError("closed")
        end = self.size if size is None or size < 0 else min(self._position + size, self.size)
        parts = []
        while self._position < end:
            number, start = divmod(self._position, CHUNK)
            part = self._chunks().at(number)[start : start + end - self._position]
            parts.append(part)
            self._position += len(part)
        return b"".join(parts)

    def read1(self, size: int = -1) -> bytes:
        return self.read(min(size, CHUNK) if size >= 0 else CHUNK)

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `end` in pieces of at most a chunk, as a response wants them."""
        end = self.size if end is None else min(end, self.size)
        self.seek(start)
        while self._position < end:
            yield self.read(min(CHUNK - self._position % CHUNK, end - self._position))
