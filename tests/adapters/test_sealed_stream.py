from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from forum.adapters.sealed_chunks import CHUNK, HEADER_BYTES, SEALED_CHUNK
from forum.adapters.sealed_stream import SealedSpool, open_sealed, stream_factory
from forum.adapters.vault import SealBroken

PHRASE = "bằng chứng không được đọc ".encode()
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17, 5 * CHUNK, 1_000_000]


def content_of(length: int) -> bytes:
    """Bytes in which every chunk differs from every other."""
    return b"".join(number.to_bytes(8, "big") for number in range(length // 8 + 1))[:length]


def spooled(directory: Path, content: bytes, *, piece: int = 10_000) -> SealedSpool:
    spool = SealedSpool(directory)
    for start in range(0, len(content), piece):
        spool.write(content[start : start + piece])
    return spool


def stored(directory: Path, content: bytes) -> tuple[Path, bytes]:
    path = directory / "stored"
    with spooled(directory, content) as spool:
        spool.hand_over(path)
        return path, spool.file_key


@pytest.mark.parametrize("length", EDGES)
def test_spool_returns_what_was_written_before_and_after_it_is_stored(tmp_path: Path, length: int) -> None:
    content = content_of(length)
    with spooled(tmp_path, content) as spool:
        assert spool.tell() == length
        spool.seek(0)
        assert spool.read() == content
        assert spool.size == length
        spool.hand_over(tmp_path / "stored")
        spool.seek(0)
        assert spool.read() == content
        file_key = spool.file_key
    with open_sealed(tmp_path / "stored", file_key) as reader:
        assert reader.size == length
        assert b"".join(reader.pieces()) == content
        assert reader.read() == b""
    assert [entry.name for entry in tmp_path.iterdir()] == ["stored"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_spool_reads_like_a_file_in_memory(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = content_of(data.draw(st.sampled_from(EDGES)))
    plain = io.BytesIO(content)
    with spooled(tmp_path_factory.mktemp("spool"), content, piece=77_777) as spool:
        assert spool.seek(0) == plain.seek(0)
        for _ in range(data.draw(st.integers(1, 8))):
            if data.draw(st.booleans()):
                offset = data.draw(st.integers(0, len(content) + 5))
                assert spool.seek(offset) == plain.seek(offset)
            if data.draw(st.booleans()):
                assert spool.seek(0, io.SEEK_END) == plain.seek(0, io.SEEK_END)
                assert spool.seek(-spool.size // 2, io.SEEK_CUR) == plain.seek(-len(content) // 2, io.SEEK_CUR)
            length = data.draw(st.integers(-1, 2 * CHUNK))
            assert spool.read(length) == plain.read(length)
            assert spool.tell() == plain.tell()


@pytest.mark.parametrize(("start", "end"), [(0, None), (5, 6), (CHUNK - 1, CHUNK + 1), (70_000, 200_000), (10, 10)])
def test_stored_file_gives_a_range_in_pieces_of_at_most_a_chunk(tmp_path: Path, start: int, end: int | None) -> None:
    content = content_of(250_000)
    path, file_key = stored(tmp_path, content)
    with open_sealed(path, file_key) as reader:
        pieces = list(reader.pieces(start, end))
    assert b"".join(pieces) == content[start:end]
    assert all(0 < len(piece) <= CHUNK for piece in pieces)


def test_spool_leaves_nothing_readable_on_the_disk_when_a_megabyte_of_a_known_phrase_comes(tmp_path: Path) -> None:
    content = PHRASE * (1_000_000 // len(PHRASE))
    with spooled(tmp_path, content) as spool:
        spool.seek(0)
        (file,) = tmp_path.iterdir()
        raw = file.read_bytes()
        assert len(raw) > 700_000
        for words in (PHRASE, PHRASE[:8], PHRASE.decode().encode("utf-16-le")[:12], spool.file_key):
            assert words not in raw
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == []


def test_spool_touches_no_disk_when_the_file_is_small(tmp_path: Path) -> None:
    with spooled(tmp_path, content_of(200_000)) as spool:
        spool.seek(0)
        assert list(tmp_path.iterdir()) == []


def test_spool_takes_its_file_along_when_it_is_forgotten(tmp_path: Path) -> None:
    spool = spooled(tmp_path, content_of(1_000_000))
    assert len(list(tmp_path.iterdir())) == 1
    del spool
    assert list(tmp_path.iterdir()) == []


def test_spool_refuses_to_be_written_when_it_has_been_read(tmp_path: Path) -> None:
    with spooled(tmp_path, b"abc") as spool:
        spool.seek(0)
        assert not spool.writable()
        with pytest.raises(io.UnsupportedOperation):
            spool.write(b"d")


@pytest.mark.parametrize("length", [10, 1_000_000])
def test_spool_refuses_to_be_handed_over_twice(tmp_path: Path, length: int) -> None:
    with spooled(tmp_path, content_of(length)) as spool:
        spool.hand_over(tmp_path / "stored")
        with pytest.raises(io.UnsupportedOperation):
            spool.hand_over(tmp_path / "again")


@pytest.mark.parametrize("length", [10, 1_000_000])
def test_spool_leaves_no_file_behind_when_it_cannot_be_handed_over(tmp_path: Path, length: int) -> None:
    with spooled(tmp_path, content_of(length)) as spool, pytest.raises(FileNotFoundError):
        spool.hand_over(tmp_path / "missing" / "stored")
    assert list(tmp_path.iterdir()) == []


def test_spool_refuses_to_be_read_when_it_is_closed(tmp_path: Path) -> None:
    spool = spooled(tmp_path, b"abc")
    spool.close()
    with pytest.raises(ValueError, match="closed"):
        spool.read()


def test_spool_has_no_descriptor_that_a_library_could_write_plain_bytes_to(tmp_path: Path) -> None:
    with SealedSpool(tmp_path) as spool, pytest.raises(io.UnsupportedOperation):
        spool.fileno()


@pytest.mark.parametrize("length", [1, CHUNK, 3 * CHUNK, 3 * CHUNK + 17])
def test_stored_file_is_refused_at_opening_when_it_was_cut_anywhere(tmp_path: Path, length: int) -> None:
    path, file_key = stored(tmp_path, content_of(length))
    whole = path.read_bytes()
    boundaries = [HEADER_BYTES + number * SEALED_CHUNK for number in range(4)]
    cuts = {
        0,
        1,
        HEADER_BYTES - 1,
        len(whole) - 1,
        len(whole) - 16,
        *(at + by for at in boundaries for by in (-1, 0, 1, 16)),
    }
    for cut in sorted(cut for cut in cuts if 0 <= cut < len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(SealBroken):
            open_sealed(path, file_key)


def test_stored_file_is_refused_at_opening_when_bytes_were_added(tmp_path: Path) -> None:
    path, file_key = stored(tmp_path, content_of(100_000))
    path.write_bytes(path.read_bytes() + b"\x00")
    with pytest.raises(SealBroken):
        open_sealed(path, file_key)


def test_stored_file_is_refused_when_any_bit_is_flipped(tmp_path: Path) -> None:
    path, file_key = stored(tmp_path, b"short")
    whole = path.read_bytes()
    for place in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            with pytest.raises(SealBroken):
                open_sealed(path, file_key)


def test_stored_file_is_refused_when_chunks_change_places(tmp_path: Path) -> None:
    path, file_key = stored(tmp_path, content_of(4 * CHUNK))
    whole = path.read_bytes()
    one, two = (whole[HEADER_BYTES + n * SEALED_CHUNK : HEADER_BYTES + (n + 1) * SEALED_CHUNK] for n in range(2))
    path.write_bytes(whole[:HEADER_BYTES] + two + one + whole[HEADER_BYTES + 2 * SEALED_CHUNK :])
    with open_sealed(path, file_key) as reader, pytest.raises(SealBroken):
        reader.read(1)


def test_stored_file_is_refused_when_the_key_is_that_of_another_file(tmp_path: Path) -> None:
    path, _ = stored(tmp_path, content_of(10))
    with pytest.raises(SealBroken):
        open_sealed(path, os.urandom(32))


class SealingRequest(Request):
    """A request whose uploads go where the test looks."""

    directory: Path

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return stream_factory(self.directory)(total_content_length, content_type, filename, content_length)


def test_upload_is_sealed_while_werkzeug_parses_the_form(tmp_path: Path) -> None:
    spools, saved = tmp_path / "spools", tmp_path / "saved"
    spools.mkdir()
    content = PHRASE * 30_000
    files = {"photo": (io.BytesIO(content), "ảnh.jpg"), "empty": (io.BytesIO(b""), "rỗng.txt")}
    environ = EnvironBuilder(method="POST", data={"body": "tin", **files}).get_environ()
    request = SealingRequest(environ)
    request.directory = spools
    assert request.form["body"] == "tin"
    photo = request.files["photo"]
    assert isinstance(photo.stream, SealedSpool)
    (file,) = spools.iterdir()
    assert PHRASE not in file.read_bytes()
    assert photo.stream.size == len(content)
    assert request.files["empty"].read() == b""
    photo.save(saved)
    assert saved.read_bytes() == content
    request.close()
    environ["wsgi.input"].close()
    assert list(spools.iterdir()) == []
