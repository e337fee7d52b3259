"""Small pictures that citizens of the demo send along: drawn hills under a drawn sky, with a word that says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from forum.adapters.admission import admit
from forum.adapters.sealed_stream import SealedSpool
from forum.services.attachments import Incoming

_SIZE = (240, 180)
_HORIZON = 100
_LABEL = "DEMO"


@contextmanager
def taken(number: int, spool_directory: Path) -> Iterator[Incoming]:
    """Return the picture of the tip with this number, let in by the same checks as everybody's; closed when over."""
    upload = SealedSpool(spool_directory)
    draw(Random(number)).save(upload, "JPEG")  # type: ignore[arg-type]  # Pillow only writes to it
    admitted = admit(upload, spool_directory)
    try:
        name = f"IMG_{number:04d}.jpg"
        size = admitted.spool.seek(0, SEEK_END)
        yield Incoming(name, admitted.media_type.mime, size, admitted.spool, is_cleaned=admitted.is_cleaned)
    finally:
        admitted.spool.close()


def draw(rng: Random) -> Image.Image:
    """Draw a landscape, another one for each state of chance."""
    picture = Image.new("RGB", _SIZE, (150 + rng.randrange(60), 190 + rng.randrange(40), 230))
    pen = ImageDraw.Draw(picture)
    for layer in range(3):
        foot, left = _HORIZON + layer * 25, -rng.randrange(60)
        green = (40 + rng.randrange(30), 110 - layer * 20 + rng.randrange(20), 50)
        while left < _SIZE[0]:
            width = rng.randrange(60, 130)
            peak = (left + width // 2, foot - rng.randrange(25, 70))
            pen.polygon([(left, foot), peak, (left + width, foot)], fill=green)
            left += width // 2
        pen.rectangle((0, foot, *_SIZE), fill=green)
    pen.text((8, _SIZE[1] - 18), _LABEL, fill="white")
    return picture
