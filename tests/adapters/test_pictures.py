from __future__ import annotations

import io
import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from forum.adapters.media_type import JPEG, PNG
from forum.adapters.parsing.pictures import LONGEST_SIDE, PictureFacts, reencode
from forum.adapters.refusals import PictureTooLarge, PictureUnreadable
from forum.adapters.sealed_stream import SealedSpool

SECRET = "Nguyễn Văn Mẫu 22.3364N"
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[MAKE] = SECRET
    made[ORIENTATION] = orientation
    made.get_ifd(GPS).update({1: "N", 2: (22.0, 20.0, 11.0), 29: "2026:11:24"})
    return made


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def reencoded(directory: Path, content: bytes) -> tuple[PictureFacts, bytes]:
    with SealedSpool(directory) as original, SealedSpool(directory) as clean:
        original.write(content)
        facts = reencode(original, clean)
        clean.seek(0)
        return facts, clean.read()


def halves(mode: str = "RGB") -> Image.Image:
    """A picture that is red above and blue below."""
    image = Image.new("RGB", (60, 40), "red")
    image.paste("blue", (0, 20, 60, 40))
    return image.convert(mode)


def translucent() -> Image.Image:
    image = halves("RGBA")
    image.putalpha(128)
    return image


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
TEXTS = PngInfo()
TEXTS.add_text("Comment", SECRET)
TEXTS.add_itxt("XML:com.adobe.xmp", SECRET)

CARRIERS = {
    "jpeg": encoded(halves(), "JPEG", exif=exif(), comment=SECRET.encode(), icc_profile=PROFILE, xmp=SECRET.encode()),
    "png": encoded(halves(), "PNG", exif=exif(), pnginfo=TEXTS, icc_profile=PROFILE),
    "png-alpha": encoded(translucent(), "PNG", exif=exif(), pnginfo=TEXTS, icc_profile=PROFILE),
    "webp": encoded(halves(), "WEBP", exif=exif(), icc_profile=PROFILE, xmp=SECRET.encode()),
    "webp-alpha": encoded(translucent(), "WEBP", exif=exif(), icc_profile=PROFILE, xmp=SECRET.encode()),
}


@pytest.mark.parametrize("name", CARRIERS)
def test_picture_carries_nothing_but_its_pixels_when_it_had_place_and_names(tmp_path: Path, name: str) -> None:
    content = CARRIERS[name] + b"PK\x03\x04 hidden cargo"
    assert any(mark in content for mark in (SECRET.encode(), SECRET.encode("latin-1", "replace")))
    _, clean = reencoded(tmp_path, content)
    for trace in (
        SECRET.encode(),
        b"22.3364",
        b"Exif",
        b"eXIf",
        b"EXIF",
        b"http://ns.adobe",
        b"XMP",
        b"iCCP",
        b"ICC",
        b"cargo",
    ):
        assert trace not in clean
    with Image.open(io.BytesIO(clean)) as opened:
        opened.load()
        assert dict(opened.getexif()) == {}
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


@pytest.mark.parametrize(
    ("image", "form", "media_type", "mode"),
    [
        (halves(), "JPEG", JPEG, "RGB"),
        (halves("L"), "JPEG", JPEG, "RGB"),
        (halves("CMYK"), "JPEG", JPEG, "RGB"),
        (halves(), "PNG", PNG, "RGB"),
        (translucent(), "PNG", PNG, "RGBA"),
        (halves("P"), "PNG", PNG, "RGB"),
        (halves("1"), "PNG", PNG, "RGB"),
        (Image.new("I;16", (60, 40)), "PNG", PNG, "RGB"),
        (halves(), "WEBP", JPEG, "RGB"),
        (translucent(), "WEBP", PNG, "RGBA"),
    ],
)
def test_picture_keeps_its_size_and_transparency_in_a_form_that_every_browser_shows(
    tmp_path: Path, image: Image.Image, form: str, media_type: object, mode: str
) -> None:
    facts, clean = reencoded(tmp_path, encoded(image, form))
    assert facts == PictureFacts(media_type, 60, 40)  # type: ignore[arg-type]  # the table holds MediaType only
    with Image.open(io.BytesIO(clean)) as opened:
        assert (opened.format, opened.size, opened.mode) == (facts.media_type.mime[6:].upper(), (60, 40), mode)


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (60, 40), (30, 5)), (3, (60, 40), (30, 35)), (6, (40, 60), (35, 30)), (8, (40, 60), (5, 30))],
)
def test_picture_stands_upright_when_the_phone_was_turned(
    tmp_path: Path, orientation: int, size: tuple[int, int], red_at: tuple[int, int]
) -> None:
    facts, clean = reencoded(tmp_path, encoded(halves(), "JPEG", exif=exif(orientation), quality=95))
    assert (facts.width, facts.height) == size
    with Image.open(io.BytesIO(clean)) as opened:
        red, _, blue = opened.getpixel(red_at)  # type: ignore[misc]  # an RGB pixel is a triple
    assert red > 200
    assert blue < 60


@pytest.mark.parametrize(("size", "expected"), [((6000, 1500), (4096, 1024)), ((500, 5000), (410, 4096))])
def test_picture_is_made_smaller_when_a_side_is_too_long(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    facts, _ = reencoded(tmp_path, encoded(Image.new("RGB", size), "JPEG"))
    assert (facts.width, facts.height) == expected
    assert max(expected) == LONGEST_SIDE


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_001, 9_500, 20_000, 100_000])
def test_picture_is_refused_before_it_is_decoded_when_it_is_a_pixel_bomb(tmp_path: Path, side: int) -> None:
    with pytest.raises(PictureTooLarge, match="64 million"):
        reencoded(tmp_path, png_header(side, side))


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 nothing", b"GIF89a" + bytes(50), png_header(100, 100)])
def test_picture_is_refused_when_it_is_none(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        reencoded(tmp_path, content)


@pytest.mark.parametrize("name", CARRIERS)
def test_picture_is_taken_or_refused_and_nothing_else_when_its_bytes_are_damaged(tmp_path: Path, name: str) -> None:
    chance = random.Random(name)
    refused = 0
    for _ in range(300):
        damaged = bytearray(CARRIERS[name])
        for _ in range(chance.randint(1, 10)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            reencoded(tmp_path, bytes(damaged[: chance.randint(1, len(damaged))]))
        except (PictureUnreadable, PictureTooLarge):
            refused += 1
    assert refused > 100


def test_picture_leaves_nothing_readable_on_the_disk_while_it_is_re_encoded(tmp_path: Path) -> None:
    noise = Image.frombytes("RGB", (900, 600), random.Random(1).randbytes(900 * 600 * 3))
    content = encoded(noise, "PNG", exif=exif(), pnginfo=TEXTS)
    with SealedSpool(tmp_path) as original, SealedSpool(tmp_path) as clean:
        original.write(content)
        reencode(original, clean)
        files = [path.read_bytes() for path in tmp_path.iterdir()]
        assert len(files) == 2
        for raw in files:
            assert not any(mark in raw for mark in (b"PNG\r\n", b"IHDR", b"IDAT", b"IEND", SECRET.encode()))
