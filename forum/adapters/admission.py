"""The one way of an uploaded file into the forum: recognised by its bytes and, if a picture, made anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forum.adapters.images import reencode
from forum.adapters.media_type import MediaKind, MediaType, recognise
from forum.adapters.sealed_stream import SealedSpool


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file that may be stored; whoever holds it puts it into the store or closes it."""

    spool: SealedSpool
    media_type: MediaType


def admit(upload: SealedSpool, spool_directory: Path) -> Admitted:
    """Return what may be stored of an upload: a picture without its metadata, anything else as it came.

    Raise UnsafeFile, FileTypeUnknown, PictureUnreadable or PictureTooLarge; the upload is then the caller's to close.
    """
    media_type = recognise(upload)
    if media_type.kind is not MediaKind.PICTURE:
        return Admitted(upload, media_type)
    clean = SealedSpool(spool_directory)
    try:
        facts = reencode(upload, clean)
    except BaseException:
        clean.close()
        raise
    upload.close()
    clean.seek(0)
    return Admitted(clean, facts.media_type)
