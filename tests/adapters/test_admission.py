from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from forum.adapters.admission import admit
from forum.adapters.images import PictureUnreadable
from forum.adapters.media_type import JPEG, PDF, UnsafeFile
from forum.adapters.sealed_stream import SealedSpool

DOCUMENT = b"%PDF-1.7\n" + bytes(1_000_000)


def upload(directory: Path, content: bytes) -> SealedSpool:
    spool = SealedSpool(directory)
    spool.write(content)
    return spool


def test_picture_is_admitted_without_the_place_where_it_was_taken(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "dấu vết"
    file = io.BytesIO()
    Image.new("RGB", (1_000, 800), "green").save(file, "JPEG", exif=exif)
    assert b"Exif" in file.getvalue()
    came = upload(tmp_path, file.getvalue())
    admitted = admit(came, tmp_path)
    with admitted.spool as spool:
        assert came.closed
        assert admitted.media_type is JPEG
        assert spool.tell() == 0
        assert b"Exif" not in spool.read()


def test_document_is_admitted_as_it_came(tmp_path: Path) -> None:
    with upload(tmp_path, DOCUMENT) as came:
        admitted = admit(came, tmp_path)
        assert admitted.spool is came
        assert admitted.media_type is PDF
        assert came.read() == DOCUMENT


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"\x7fELF" + bytes(1_000_000), UnsafeFile), (b"\xff\xd8\xff" + bytes(1_000_000), PictureUnreadable)],
)
def test_file_that_is_refused_leaves_nothing_on_the_disk_once_the_upload_is_closed(
    tmp_path: Path, content: bytes, fault: type[Exception]
) -> None:
    with upload(tmp_path, content) as came:
        with pytest.raises(fault):
            admit(came, tmp_path)
        assert not came.closed
    assert list(tmp_path.iterdir()) == []
