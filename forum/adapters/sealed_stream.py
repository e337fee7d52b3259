"""Files sealed while they arrive, so that nothing readable of an upload ever touches the disk.

A file is bound to its attachment by its key: each file has a random key of its own, and that key is what is sealed
under the tip's key for the row of the attachment. A file put in another's place does not open.
"""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from pathlib import Path
from typing import IO, BinaryIO, Protocol, Self, cast

from forum.adapters.durable import sync_directory
from forum.adapters.keyring import KEY_BYTES
from forum.adapters.sealed_chunks import CHUNK, HEADER_BYTES, MAGIC, PREFIX_BYTES, ChunkCipher, Chunks, SealedFile
from forum.domain.errors import NotKept

MEMORY_LIMIT = 256 * 1024
SPOOL_PREFIX = "spool-"


class StreamFactory(Protocol):
    """What Werkzeug calls for each file of a form."""

    def __call__(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None,
        content_length: int | None = None,
    ) -> IO[bytes]: ...


class SealedSpool(SealedFile):
    """A file to be written once and read at will, of which memory and disk hold ciphertext only.

    The first `seek` or `read` ends the writing. Up to 256 KiB stay in memory; then the ciphertext goes to a file in
    `directory`, which disappears with the spool unless it is handed over.
    """

    def __init__(self, directory: Path, *, memory_limit: int = MEMORY_LIMIT) -> None:
        super().__init__()
        self.file_key = secrets.token_bytes(KEY_BYTES)
        header = MAGIC + secrets.token_bytes(PREFIX_BYTES)
        self._directory = directory
        self._memory_limit = memory_limit
        self._cipher = ChunkCipher(self.file_key, header)
        self._tail = bytearray()
        self._sealed_chunks = 0
        self._ciphertext: BinaryIO = io.BytesIO()
        self._ciphertext.write(header)
        self._path: Path | None = None
        self._is_handed_over = False
        self._readable_chunks: Chunks | None = None

    def writable(self) -> bool:
        return self._readable_chunks is None

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]  # the stub's Buffer has no len()
        if self._readable_chunks is not None:
            raise io.UnsupportedOperation("the spool has been read")
        self._tail += data
        # A full chunk waits for more: only what follows shows that it is not the last.
        while len(self._tail) > CHUNK:
            self._seal_chunk(self._tail[:CHUNK], is_last=False)
            del self._tail[:CHUNK]
        self._position += len(data)
        return len(data)

    def hand_over(self, path: Path) -> None:
        """Move the ciphertext to `path` on the same file system, and return when it is durable there.

        The spool stays readable, and from then on leaves the file alone.
        """
        if self._is_handed_over:
            raise io.UnsupportedOperation("the spool was handed over")
        self._chunks()
        if self._path is None:
            self._copy_out(cast("io.BytesIO", self._ciphertext))
        else:
            _sync_file(self._ciphertext)
        cast("Path", self._path).rename(path)
        self._path, self._is_handed_over = None, True
        sync_directory(path.parent)

    def close(self) -> None:
        try:
            self._ciphertext.close()
        finally:
            if self._path is not None:
                self._path.unlink(missing_ok=True)
                self._path = None
            super().close()

    def _chunks(self) -> Chunks:
        if self._readable_chunks is None:
            self._seal_chunk(self._tail, is_last=True)
            self._tail.clear()
            body = self._ciphertext.tell() - HEADER_BYTES
            self._readable_chunks = Chunks(self._cipher, body, self._ciphertext)
        return self._readable_chunks

    def _seal_chunk(self, plain: bytearray, *, is_last: bool) -> None:
        sealed = self._cipher.seal(self._sealed_chunks, plain, is_last=is_last)
        try:
            if self._path is None and self._ciphertext.tell() + len(sealed) > self._memory_limit:
                self._spill()
            self._ciphertext.write(sealed)
        except OSError as error:  # a full disk, for one
            raise NotKept from error
        self._sealed_chunks += 1

    def _spill(self) -> None:
        memory = cast("io.BytesIO", self._ciphertext)
        self._ciphertext, self._path = self._new_file()
        self._ciphertext.write(memory.getbuffer())

    def _copy_out(self, memory: io.BytesIO) -> None:
        file, self._path = self._new_file()
        with file:
            file.write(memory.getbuffer())
            _sync_file(file)

    def _new_file(self) -> tuple[BinaryIO, Path]:
        descriptor, name = tempfile.mkstemp(prefix=SPOOL_PREFIX, dir=self._directory)  # mkstemp makes it 0600
        return cast("BinaryIO", os.fdopen(descriptor, "w+b")), Path(name)


class SealedReader(SealedFile):
    """A stored file, opened for reading; its length and its last chunk are verified already."""

    def __init__(self, file: BinaryIO, file_key: bytes) -> None:
        super().__init__()
        self._file = file
        body = os.fstat(file.fileno()).st_size - HEADER_BYTES
        cipher = ChunkCipher(file_key, file.read(HEADER_BYTES))
        self._opened = Chunks(cipher, body, file)

    def close(self) -> None:
        self._file.close()
        super().close()

    def __enter__(self) -> Self:
        return self

    def _chunks(self) -> Chunks:
        return self._opened


def open_sealed(path: Path, file_key: bytes) -> SealedReader:
    """Open a stored file; raise SealBroken when it is another's, damaged or cut, and OSError when it is missing."""
    file = path.open("rb")
    try:
        return SealedReader(file, file_key)
    except BaseException:
        file.close()
        raise


def stream_factory(directory: Path) -> StreamFactory:
    """Return what a Flask request's `_get_file_stream` calls, so that uploads are sealed as they arrive."""

    def open_spool(
        total_content_length: int | None,  # noqa: ARG001 - Werkzeug names its arguments
        content_type: str | None,  # noqa: ARG001
        filename: str | None,  # noqa: ARG001
        content_length: int | None = None,  # noqa: ARG001
    ) -> IO[bytes]:
        return cast("IO[bytes]", SealedSpool(directory))

    return open_spool


def _sync_file(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
