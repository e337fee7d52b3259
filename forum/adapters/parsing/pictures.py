"""Pictures re-encoded from their pixels alone, in memory, so that no place, device or hidden cargo travels along."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin

from forum.adapters.media_type import JPEG, PNG, MediaType
from forum.adapters.parsing.answer import Answer, Verdict
from forum.adapters.refusals import MOST_PIXELS, PictureTooLarge, PictureUnreadable

LONGEST_SIDE = 4096
JPEG_QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP")
# Pillow would load these at the first picture that needs them, when nothing can be opened any more.
_LOADED = (MpoImagePlugin, TiffImagePlugin, WebPImagePlugin)
Image.preinit()
# What Pillow's decoders raise on damaged bytes.
_DECODER_FAULTS = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What became of a picture."""

    media_type: MediaType
    width: int
    height: int


def clean(content: bytes) -> Answer:
    """Return the picture made anew, or why it cannot be."""
    made = io.BytesIO()
    try:
        facts = reencode(io.BytesIO(content), made)
    except (PictureTooLarge, MemoryError):
        return Answer(Verdict.TOO_LARGE)
    except PictureUnreadable:
        return Answer(Verdict.DAMAGED)
    return Answer(Verdict.CLEANED, facts.media_type.mime, made.getbuffer())


def reencode(picture: IO[bytes], into: IO[bytes]) -> PictureFacts:
    """Write the picture upright, at most 4096 points long and without any metadata; only the first of moving pictures.

    What has transparency, or was a PNG, becomes a PNG; all else becomes a JPEG. Raise PictureUnreadable or
    PictureTooLarge.
    """
    try:
        upright, media_type = _decode(picture)
    except _DECODER_FAULTS as error:
        raise PictureUnreadable from error
    if media_type is PNG:
        upright.save(into, "PNG")
    else:
        upright.save(into, "JPEG", quality=JPEG_QUALITY, progressive=True)
    return PictureFacts(media_type, upright.width, upright.height)


def _decode(picture: IO[bytes]) -> tuple[Image.Image, MediaType]:
    picture.seek(0)
    with _open(picture) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureTooLarge
        has_alpha = opened.has_transparency_data
        media_type = PNG if opened.format == "PNG" or has_alpha else JPEG
        # The smaller picture is made first: turning it costs a copy.
        opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(opened).convert("RGBA" if has_alpha else "RGB")
    # Encoders copy comments, colour profiles and texts from here.
    upright.info.clear()
    return upright, media_type


def _open(picture: IO[bytes]) -> Image.Image:
    try:
        return Image.open(picture, formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
