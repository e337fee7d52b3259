"""Pictures re-encoded from their pixels alone, in memory, so that no place, device or hidden cargo travels along."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import IO, cast

from PIL import Image, ImageOps

from forum.adapters.media_tracks import Seekable
from forum.adapters.media_type import JPEG, PNG, MediaType
from forum.adapters.sealed_stream import SealedSpool
from forum.domain.errors import InvalidInput

LONGEST_SIDE = 4096
# A phone's 50-megapixel mode is 8160 x 6144. Four bytes a pixel in memory: at most 256 MB while one is decoded.
MOST_PIXELS = 64_000_000
JPEG_QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP")
# What Pillow's decoders raise on damaged bytes.
_DECODER_FAULTS = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)


class PictureUnreadable(InvalidInput):
    """The bytes begin like a picture, but are none."""

    message = "This picture is damaged and cannot be read. Please take or choose it again."

    def __init__(self) -> None:
        super().__init__(field="files")


class PictureTooLarge(InvalidInput):
    """The picture has more pixels than are decoded here."""

    message = "This picture is too large: more than %(megapixels)s million points. Please send a smaller one."

    def __init__(self) -> None:
        super().__init__(field="files", megapixels=MOST_PIXELS // 1_000_000)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What became of a picture."""

    media_type: MediaType
    width: int
    height: int


def reencode(picture: Seekable, into: SealedSpool) -> PictureFacts:
    """Write the picture upright, at most 4096 points long and without any metadata; only the first of moving pictures.

    What has transparency, or was a PNG, becomes a PNG; all else becomes a JPEG. Raise PictureUnreadable or
    PictureTooLarge.
    """
    try:
        upright, media_type = _decode(picture)
    except _DECODER_FAULTS as error:
        raise PictureUnreadable from error
    if media_type is PNG:
        upright.save(cast("IO[bytes]", into), "PNG")
    else:
        upright.save(cast("IO[bytes]", into), "JPEG", quality=JPEG_QUALITY, progressive=True)
    return PictureFacts(media_type, upright.width, upright.height)


def _decode(picture: Seekable) -> tuple[Image.Image, MediaType]:
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


def _open(picture: Seekable) -> Image.Image:
    try:
        return Image.open(cast("IO[bytes]", picture), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
