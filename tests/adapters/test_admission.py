from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from pikepdf import Encryption, Name, Pdf
from PIL import Image

from forum.adapters import parser
from forum.adapters.admission import admit
from forum.adapters.media_type import JPEG, PDF, PNG, WAV, FileTypeUnknown, UnsafeFile
from forum.adapters.refusals import PdfLocked, PdfTooLarge, PdfUnreadable, PictureTooLarge, PictureUnreadable
from forum.adapters.sealed_stream import SealedSpool
from tests.papers import paper, saved

MEBIBYTE = 1024 * 1024


def upload(directory: Path, content: bytes) -> SealedSpool:
    spool = SealedSpool(directory)
    spool.write(content)
    return spool


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "dấu vết"
    file = io.BytesIO()
    Image.new("RGB", (1_000, 800), "green").save(file, "JPEG", exif=exif)
    return file.getvalue()


def sound(samples: bytes = bytes(16_000)) -> bytes:
    form = struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    note = b"INFOIART\x08\x00\x00\x00dau vet\x00"
    listed = b"LIST" + struct.pack("<I", len(note)) + note
    body = b"WAVEfmt " + form + listed + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_picture_is_admitted_without_the_place_where_it_was_taken(tmp_path: Path) -> None:
    assert b"Exif" in photo()
    came = upload(tmp_path, photo())
    admitted = admit(came, tmp_path)
    with admitted.spool as spool:
        assert came.closed
        assert admitted.is_cleaned
        assert admitted.media_type is JPEG
        assert spool.tell() == 0
        assert b"Exif" not in spool.read()


def test_document_is_admitted_without_its_author(tmp_path: Path) -> None:
    with Pdf.open(io.BytesIO(paper())) as pdf:
        pdf.docinfo[Name.Author] = "Nguoi To Giac"
        content = saved(pdf)
    assert b"Nguoi To Giac" in content
    admitted = admit(upload(tmp_path, content), tmp_path)
    with admitted.spool as spool:
        assert (admitted.media_type, admitted.is_cleaned) == (PDF, True)
        assert b"Nguoi To Giac" not in spool.read()


def test_sound_is_admitted_without_its_titles(tmp_path: Path) -> None:
    admitted = admit(upload(tmp_path, sound()), tmp_path)
    with admitted.spool as spool:
        clean = spool.read()
    assert (admitted.media_type, admitted.is_cleaned) == (WAV, True)
    assert b"dau vet" in sound()
    assert b"dau vet" not in clean
    assert clean.endswith(bytes(16_000))


def test_recording_that_nothing_writes_anew_is_kept_as_it_came(tmp_path: Path) -> None:
    content = (Path(__file__).parent / "recordings" / "audio.mp4").read_bytes()  # cut after its first frames
    with upload(tmp_path, content) as came:
        admitted = admit(came, tmp_path)
        assert admitted.spool is came
        assert not admitted.is_cleaned
        assert came.read() == content


@pytest.mark.parametrize("content", [photo(), paper(), sound()])
def test_file_is_kept_as_it_came_when_nobody_has_time_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(parser, "LONGEST_WAIT", 0)
    for _ in range(parser.AT_ONCE):
        parser._slots.acquire(blocking=False)
    try:
        with upload(tmp_path, content) as came:
            admitted = admit(came, tmp_path)
            assert not admitted.is_cleaned
            assert admitted.spool.read() == content
    finally:
        for _ in range(parser.AT_ONCE):
            parser._slots.release()


def zeros(mebibytes: int) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join([packer.compress(bytes(MEBIBYTE)) for _ in range(mebibytes)]) + packer.flush()


def object_stream_bomb() -> bytes:
    """A PDF whose list of objects is packed: to know any of them, a reader must unpack 600 MiB."""
    packed = zeros(600)
    header = b"%PDF-1.5\n"
    first = b"1 0 obj<</Type/ObjStm/N 2/First 10/Filter/FlateDecode/Length " + str(len(packed)).encode()
    first += b">>stream\n" + packed + b"\nendstream endobj\n"
    place = len(header) + len(first)
    rows = [(0, 0, 255), (1, len(header), 0), (2, 1, 0), (2, 1, 1), (1, place, 0)]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    last = b"4 0 obj<</Type/XRef/Size 5/W[1 4 1]/Root 2 0 R/Length " + str(len(table)).encode()
    return (
        header
        + first
        + last
        + b">>stream\n"
        + table
        + b"\nendstream endobj\nstartxref\n"
        + str(place).encode()
        + b"\n%%EOF"
    )


def content_bomb() -> bytes:
    with Pdf.open(io.BytesIO(paper())) as pdf:
        pdf.pages[0][Name.Contents].write(zeros(300), filter=Name.FlateDecode)
        return saved(pdf)


def locked() -> bytes:
    with Pdf.open(io.BytesIO(paper())) as pdf:
        return saved(pdf, encryption=Encryption(owner="a", user="b"))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\x7fELF" + bytes(1_000_000), UnsafeFile),
        (b"PK\x03\x04" + zeros(10), UnsafeFile),
        (b"\xff\xd8\xff" + bytes(1_000_000), PictureUnreadable),
        (b"GIF89a" + b"\x01\x00\x01\x00\x80\x00\x00" + b",\x00\x00\x00\x00\x01\x00\x01\x00" * 100_000, FileTypeUnknown),
        (png(30_000, 30_000, chunk(b"IDAT", zeros(900))), PictureTooLarge),
        (png(8, 8, chunk(b"zTXt", b"a\x00\x00" + zeros(100))), PictureUnreadable),
        (b"%PDF-1.7\n" + bytes(1_000_000), PdfUnreadable),
        (b"%PDF-1.7\n1 0 obj" + b"[" * 2_000_000, PdfUnreadable),
        (b"%PDF-1.7\n1 0 obj" + b"<</A" * 1_000_000, PdfUnreadable),
        (locked(), PdfLocked),
        (content_bomb(), PdfTooLarge),
        (object_stream_bomb(), (PdfTooLarge, PdfUnreadable)),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value),
)
def test_file_that_is_refused_leaves_nothing_on_the_disk_once_the_upload_is_closed(
    tmp_path: Path, content: bytes, fault: type[Exception]
) -> None:
    assert len(content) < 20 * MEBIBYTE
    with upload(tmp_path, content) as came:
        with pytest.raises(fault):
            admit(came, tmp_path)
        assert not came.closed
    assert list(tmp_path.iterdir()) == []


def test_picture_of_a_hundred_thousand_frames_becomes_its_first(tmp_path: Path) -> None:
    row = zlib.compress(b"\x00\x80")
    control = struct.pack(">IIIIHHBB", 1, 1, 0, 0, 1, 10, 0, 0)
    frames = [
        part
        for number in range(1, 200_001, 2)
        for part in (
            chunk(b"fcTL", struct.pack(">I", number) + control),
            chunk(b"fdAT", struct.pack(">I", number + 1) + row),
        )
    ]
    first = (chunk(b"acTL", struct.pack(">II", 100_001, 0)), chunk(b"fcTL", struct.pack(">I", 0) + control))
    admitted = admit(upload(tmp_path, png(1, 1, *first, chunk(b"IDAT", row), *frames)), tmp_path)
    with admitted.spool as spool:
        assert (admitted.media_type, admitted.is_cleaned) == (PNG, True)
        assert spool.size < 1_000


@pytest.mark.parametrize(
    "content",
    [
        photo() + b"<html><script>alert(1)</script></html>",
        paper() + b"\n<html><script>alert(1)</script></html>",
        sound() + b"<html><script>alert(1)</script></html>",
    ],
)
def test_file_of_two_kinds_keeps_the_one_that_its_bytes_began_with(tmp_path: Path, content: bytes) -> None:
    with admit(upload(tmp_path, content), tmp_path).spool as spool:
        assert b"<script>" not in spool.read()
