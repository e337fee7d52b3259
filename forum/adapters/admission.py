"""The one way of an uploaded file into the forum: recognised by its bytes, and made anew in a process apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forum.adapters.media_type import FileTypeUnknown, MediaKind, MediaType, UnsafeFile, recognise
from forum.adapters.parser import MEBIBYTE, Parser, ParserBusy, ParserFailed, parse
from forum.adapters.parsing.answer import Verdict
from forum.adapters.refusals import (
    FileRefused,
    PdfLocked,
    PdfTooLarge,
    PdfUnreadable,
    PictureTooLarge,
    PictureUnreadable,
)
from forum.adapters.sealed_stream import SealedSpool

_PICTURES = Parser("forum.adapters.parsing.pictures", memory_bytes=1024 * MEBIBYTE)
_DOCUMENTS = Parser("forum.adapters.parsing.documents", memory_bytes=512 * MEBIBYTE)
_RECORDINGS = Parser("forum.adapters.parsing.recordings", memory_bytes=512 * MEBIBYTE)
PARSERS = {
    MediaKind.PICTURE: _PICTURES,
    MediaKind.DOCUMENT: _DOCUMENTS,
    MediaKind.AUDIO: _RECORDINGS,
    MediaKind.VIDEO: _RECORDINGS,
}
_REFUSALS: dict[MediaKind, dict[Verdict, type[FileRefused]]] = {
    MediaKind.PICTURE: {Verdict.DAMAGED: PictureUnreadable, Verdict.TOO_LARGE: PictureTooLarge},
    MediaKind.DOCUMENT: {
        Verdict.DAMAGED: PdfUnreadable, Verdict.TOO_LARGE: PdfTooLarge, Verdict.LOCKED: PdfLocked,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file that may be stored; whoever holds it puts it into the store or closes it."""

    spool: SealedSpool
    media_type: MediaType
    is_cleaned: bool
    """Whether it was made anew from what it shows or plays; otherwise it is as it came."""


def admit(upload: SealedSpool, spool_directory: Path) -> Admitted:
    """Return what may be stored of an upload.

    Raise UnsafeFile, FileTypeUnknown or FileRefused; the upload is then the caller's to close. A picture or PDF that
    cannot be made anew is refused, since its sender can send another. A recording cannot be made again: it is kept as
    it came, and so is everything while nobody has time to parse it.
    """
    media_type = recognise(upload)
    clean = SealedSpool(spool_directory)
    try:
        cleaned_type = _made_anew(upload, clean, media_type)
    except BaseException:
        clean.close()
        raise
    if cleaned_type is None:
        clean.close()
        upload.seek(0)
        return Admitted(upload, media_type, is_cleaned=False)
    upload.close()
    return Admitted(clean, cleaned_type, is_cleaned=True)


def _made_anew(upload: SealedSpool, clean: SealedSpool, media_type: MediaType) -> MediaType | None:
    """Return the kind of the file that was made, None when the upload must stay as it is."""
    refusals = _REFUSALS.get(media_type.kind, {})
    try:
        answer = parse(PARSERS[media_type.kind], upload, clean)
        cleaned_type = recognise(clean) if answer.verdict is Verdict.CLEANED else None
    except ParserBusy:
        return None
    except (ParserFailed, UnsafeFile, FileTypeUnknown) as error:
        # A parser that was taken over may say and write anything: only a file of the same kind is taken from it.
        if refusals:
            raise refusals[Verdict.DAMAGED] from error
        return None
    if cleaned_type is not None and cleaned_type.kind is media_type.kind:
        return cleaned_type
    if refusals:
        raise refusals.get(answer.verdict, refusals[Verdict.DAMAGED])
    return None
