"""Whether a recording has pictures or sound only, read from the tracks of its container."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Protocol

# A recorder writes its tracks among the first elements; a file of a million empty ones must not hold the server.
MOST_ELEMENTS = 500

_EBML_SEGMENT, _EBML_TRACKS, _EBML_ENTRY, _EBML_TRACK_TYPE = 0x18538067, 0x1654AE6B, 0xAE, 0x83
_EBML_NESTED = frozenset({_EBML_SEGMENT, _EBML_TRACKS, _EBML_ENTRY})
_EBML_CLUSTER = 0x1F43B675
_EBML_VIDEO, _EBML_AUDIO = 1, 2
_MP4_LONGEST_HEADER = 16
_MP4_NESTED = frozenset({b"moov", b"trak", b"mdia"})


class Seekable(Protocol):
    """What is asked of a stream here, so that a spool, a stored file and bytes in memory all do."""

    def read(self, size: int = ..., /) -> bytes: ...

    def seek(self, offset: int, whence: int = ..., /) -> int: ...


def is_audio_only_webm(stream: Seekable) -> bool:
    """Say whether a WebM file has sound and no picture; a file whose tracks are not found has a picture."""
    stream.seek(0)
    kinds = set(_webm_track_kinds(stream))
    return _EBML_AUDIO in kinds and _EBML_VIDEO not in kinds


def is_audio_only_mp4(stream: Seekable) -> bool:
    """Say whether an MP4 or 3GP file has sound and no picture; a file whose tracks are not found has a picture."""
    handlers = set(_mp4_handlers(stream))
    return b"soun" in handlers and b"vide" not in handlers


def _webm_track_kinds(stream: Seekable) -> Iterator[int]:
    for _ in range(MOST_ELEMENTS):
        element = _ebml_number(stream, keep_mark=True)
        size = _ebml_number(stream, keep_mark=False)
        if element is None or size is None or element == _EBML_CLUSTER:
            return
        if element == _EBML_TRACK_TYPE:
            yield int.from_bytes(stream.read(min(size, 8)), "big")
        elif element not in _EBML_NESTED:
            stream.seek(size, io.SEEK_CUR)


def _ebml_number(stream: Seekable, *, keep_mark: bool) -> int | None:
    """Read a number whose first byte tells its length by leading zero bits (RFC 8794, section 4)."""
    first = stream.read(1)
    if not first or first == b"\x00":
        return None
    length = 9 - first[0].bit_length()
    rest = stream.read(length - 1)
    if len(rest) < length - 1:
        return None
    value = int.from_bytes(first + rest, "big")
    return value if keep_mark else value & ~(1 << 7 * length)


def _mp4_handlers(stream: Seekable) -> Iterator[bytes]:
    place = 0
    for _ in range(MOST_ELEMENTS):
        stream.seek(place)
        head = stream.read(_MP4_LONGEST_HEADER)
        size, name = int.from_bytes(head[:4], "big"), head[4:8]
        header = 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        if len(head) < _MP4_LONGEST_HEADER or size < header:
            return
        if name == b"hdlr":
            stream.seek(place + header + 8)
            yield stream.read(4)
        # A box that only holds others is entered: what follows its header is the next box.
        place += header if name in _MP4_NESTED else size
