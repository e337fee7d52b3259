"""What a file is, told from its bytes alone; neither its name nor what the browser says is believed.

The list is closed and the signatures are exact: a detection library answers with several guesses and does not know
scripts, which is right for sorting files and wrong for refusing them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forum.adapters.media_tracks import Seekable, is_audio_only_mp4, is_audio_only_webm
from forum.domain.errors import InvalidInput

HEAD_BYTES = 4096


class MediaKind(StrEnum):
    """How a file is shown: it decides the player and whether it is re-encoded."""

    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"


class Danger(StrEnum):
    """Why a file is refused outright."""

    PROGRAM = "program"
    SCRIPT = "script"
    WEB_PAGE = "web-page"
    ARCHIVE = "archive"


_DANGER_MESSAGES = {
    Danger.PROGRAM: "This file is a program, whatever its name says. It was not taken over.",
    Danger.SCRIPT: "This file holds commands for a computer, whatever its name says. It was not taken over.",
    Danger.WEB_PAGE: "This file is a web page or a drawing with commands. Please send a photo of it.",
    Danger.ARCHIVE: "This file is packed or comes from an office program. Please send photos or a PDF.",
}


class UnsafeFile(InvalidInput):
    """The bytes are of a kind that can act on the machine of whoever opens it."""

    def __init__(self, danger: Danger) -> None:
        self.danger = danger
        super().__init__(_DANGER_MESSAGES[danger], field="files")


class FileTypeUnknown(InvalidInput):
    """The bytes are of no kind that the forum takes."""

    message = "This kind of file cannot be taken. Please send photos, sound, video or a PDF."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="files")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file that the forum takes; `extension` has its dot."""

    mime: str
    kind: MediaKind
    extension: str


JPEG = MediaType("image/jpeg", MediaKind.PICTURE, ".jpg")
PNG = MediaType("image/png", MediaKind.PICTURE, ".png")
WEBP = MediaType("image/webp", MediaKind.PICTURE, ".webp")
PDF = MediaType("application/pdf", MediaKind.DOCUMENT, ".pdf")
MP4 = MediaType("video/mp4", MediaKind.VIDEO, ".mp4")
M4A = MediaType("audio/mp4", MediaKind.AUDIO, ".m4a")
QUICKTIME = MediaType("video/quicktime", MediaKind.VIDEO, ".mov")
THREE_GP = MediaType("video/3gpp", MediaKind.VIDEO, ".3gp")
THREE_GP_AUDIO = MediaType("audio/3gpp", MediaKind.AUDIO, ".3gp")
WEBM = MediaType("video/webm", MediaKind.VIDEO, ".webm")
WEBM_AUDIO = MediaType("audio/webm", MediaKind.AUDIO, ".weba")
OGG = MediaType("audio/ogg", MediaKind.AUDIO, ".ogg")
OGG_VIDEO = MediaType("video/ogg", MediaKind.VIDEO, ".ogv")
MP3 = MediaType("audio/mpeg", MediaKind.AUDIO, ".mp3")
AMR = MediaType("audio/amr", MediaKind.AUDIO, ".amr")
WAV = MediaType("audio/wav", MediaKind.AUDIO, ".wav")

ALLOWED = (
    JPEG, PNG, WEBP, PDF, MP4, M4A, QUICKTIME, THREE_GP, THREE_GP_AUDIO,
    WEBM, WEBM_AUDIO, OGG, OGG_VIDEO, MP3, AMR, WAV,
)  # fmt: skip

_PREFIXES = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"%PDF-", PDF),
    (b"#!AMR\n", AMR),
    (b"#!AMR-WB\n", AMR),
    (b"ID3", MP3),
)
_DANGERS = (
    (b"\x7fELF", Danger.PROGRAM),
    (b"MZ", Danger.PROGRAM),
    (b"\xfe\xed\xfa", Danger.PROGRAM),  # Mach-O
    (b"\xce\xfa\xed\xfe", Danger.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Danger.PROGRAM),
    (b"\xca\xfe\xba\xbe", Danger.PROGRAM),  # Java class, Mach-O for several processors
    (b"dex\n", Danger.PROGRAM),  # Android
    (b"\x00asm", Danger.PROGRAM),
    (b"X5O!P%@AP", Danger.PROGRAM),  # the test program of virus scanners
    (b"L\x00\x00\x00\x01\x14\x02\x00", Danger.PROGRAM),  # Windows shortcut
    (b"PK\x03\x04", Danger.ARCHIVE),
    (b"PK\x05\x06", Danger.ARCHIVE),
    (b"Rar!\x1a\x07", Danger.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Danger.ARCHIVE),
    (b"\x1f\x8b", Danger.ARCHIVE),
    (b"BZh", Danger.ARCHIVE),
    (b"\xfd7zXZ\x00", Danger.ARCHIVE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Danger.ARCHIVE),  # Office before 2007, which can hold macros
    (b"{\\rtf", Danger.ARCHIVE),
)
_TEXT_DANGERS = (
    (b"#!", Danger.SCRIPT),
    (b"@echo", Danger.SCRIPT),
    (b"<?php", Danger.SCRIPT),
    (b"<", Danger.WEB_PAGE),
)
_MP4_BRANDS = (b"iso", b"mp4", b"avc1", b"hvc1", b"M4V", b"MSNV", b"dash", b"mmp4")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_HEIC_MESSAGE = "This photo is in the HEIC form of new phones. Please send it as JPEG, or send a screenshot of it."
_EMPTY_MESSAGE = "This file is empty. Please choose it again."
_EBML = b"\x1a\x45\xdf\xa3"


def recognise(stream: Seekable) -> MediaType:
    """Return what a file is and leave it at its beginning; raise UnsafeFile or FileTypeUnknown."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    try:
        media_type = _by_prefix(head) or _by_container(head, stream)
    finally:
        stream.seek(0)
    if media_type is None:
        raise _refusal(head)
    return media_type


def _by_prefix(head: bytes) -> MediaType | None:
    for prefix, media_type in _PREFIXES:
        if head.startswith(prefix):
            return media_type
    return MP3 if _begins_with_mp3_frames(head) else None


def _by_container(head: bytes, stream: Seekable) -> MediaType | None:
    if head.startswith(b"RIFF"):
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12], stream)
    if head.startswith(_EBML) and b"webm" in head[:64]:
        return WEBM_AUDIO if is_audio_only_webm(stream) else WEBM
    if head.startswith(b"OggS"):
        if b"\x80theora" in head:
            return OGG_VIDEO
        return OGG if any(mark in head for mark in (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")) else None
    return None


def _by_brand(brand: bytes, stream: Seekable) -> MediaType | None:
    if brand in _HEIC_BRANDS:
        raise FileTypeUnknown(_HEIC_MESSAGE)
    if brand[:3] in (b"M4A", b"M4B"):
        return M4A
    if brand == b"qt  ":
        return QUICKTIME
    if brand[:3] in (b"3gp", b"3g2"):
        return THREE_GP_AUDIO if is_audio_only_mp4(stream) else THREE_GP
    if brand.startswith(_MP4_BRANDS):
        return M4A if is_audio_only_mp4(stream) else MP4
    return None


# The header of a layer III frame (ISO/IEC 11172-3 and 13818-3): eleven bits of sync, version, layer, protection,
# then bit rate, sampling rate and padding. Version 1 and the last values are reserved; a free rate is not followed.
_MP3_HEADER_BYTES = 4
_MP3_SYNC_MASK, _MP3_SYNC = 0xFFE60000, 0xFFE20000
_MP3_VERSION_1 = 3
_MP3_KBITS_OF_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_MP3_KBITS_OF_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_MP3_HERTZ = {
    _MP3_VERSION_1: (44_100, 48_000, 32_000, 0),
    2: (22_050, 24_000, 16_000, 0),
    0: (11_025, 12_000, 8_000, 0),
}


def _begins_with_mp3_frames(head: bytes) -> bool:
    """Two bytes are too common to be a signature: the second frame must stand where the first one says."""
    first = _mp3_frame_length(head, 0)
    return first > 0 and _mp3_frame_length(head, first) > 0


def _mp3_frame_length(head: bytes, place: int) -> int:
    """Return the bytes of the frame at a place, or 0 when there is none."""
    header = int.from_bytes(head[place : place + _MP3_HEADER_BYTES], "big")
    if header & _MP3_SYNC_MASK != _MP3_SYNC:
        return 0
    version = header >> 19 & 3
    kbits = (_MP3_KBITS_OF_1 if version == _MP3_VERSION_1 else _MP3_KBITS_OF_2)[header >> 12 & 15]
    hertz = _MP3_HERTZ.get(version, (0, 0, 0, 0))[header >> 10 & 3]
    if not (kbits and hertz):
        return 0
    return (144_000 if version == _MP3_VERSION_1 else 72_000) * kbits // hertz + (header >> 9 & 1)


def _refusal(head: bytes) -> UnsafeFile | FileTypeUnknown:
    if not head:
        return FileTypeUnknown(_EMPTY_MESSAGE)
    # Text may come in UTF-8 or UTF-16, with a mark, after blank lines and in capitals.
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").replace(b"\x00", b"").lower()
    for start, dangers in ((head, _DANGERS), (text, _TEXT_DANGERS)):
        for prefix, danger in dangers:
            if start.startswith(prefix):
                return UnsafeFile(danger)
    return FileTypeUnknown()
