from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from forum.adapters import media_type as mt
from forum.adapters.media_type import Danger, FileTypeUnknown, MediaType, UnsafeFile, recognise


def picture(form: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(file, form)
    return file.getvalue()


def box(name: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I4s", 8 + len(content), name) + content


def track(handler: bytes) -> bytes:
    return box(
        b"trak",
        box(b"tkhd", bytes(84)),
        box(b"mdia", box(b"mdhd", bytes(24)), box(b"hdlr", bytes(8), handler, bytes(12))),
    )


def mp4(brand: bytes, *handlers: bytes, data: int = 0) -> bytes:
    movie = box(b"moov", box(b"mvhd", bytes(100)), *(track(handler) for handler in handlers))
    return box(b"ftyp", brand, bytes(4), b"isom") + box(b"mdat", bytes(data)) + movie


def element(name: str, content: bytes) -> bytes:
    return (
        bytes.fromhex(name)
        + bytes([0x10 | len(content) >> 24])
        + (len(content) & 0xFFFFFF).to_bytes(3, "big")
        + content
    )


def webm(*kinds: int, doctype: bytes = b"webm", seekhead: int = 0) -> bytes:
    """Laid out as browsers record it: a segment of unknown length, tracks, then clusters."""
    head = element("1a45dfa3", element("4286", b"\x01") + element("4282", doctype))
    entries = b"".join(element("ae", element("d7", b"\x01") + element("83", bytes([kind]))) for kind in kinds)
    body = (
        element("ec", bytes(seekhead))
        + element("1549a966", element("2ad7b1", b"\x0f\x42\x40"))
        + element("1654ae6b", entries)
    )
    return (
        head + bytes.fromhex("1853806701ffffffffffffff") + body + bytes.fromhex("1f43b67501ffffffffffffff") + bytes(50)
    )


def ogg(codec: bytes) -> bytes:
    return b"OggS\x00\x02" + bytes(20) + bytes([1, len(codec)]) + codec + bytes(40)


RECORDINGS = Path(__file__).parent / "recordings"

MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG-1 layer III, 128 kbit/s, 44,100 Hz: 417 bytes
MP3_FRAME_OF_MPEG_2 = b"\xff\xf3\x48\xc4" + bytes(140)  # 32 kbit/s, 16,000 Hz: 144 bytes

KNOWN = [
    (picture("JPEG"), mt.JPEG),
    (picture("PNG"), mt.PNG),
    (picture("WEBP"), mt.WEBP),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", mt.PDF),
    (mp4(b"isom", b"vide", b"soun"), mt.MP4),
    (mp4(b"mp42", b"soun", b"vide", data=500_000), mt.MP4),
    (mp4(b"isom", b"soun", data=500_000), mt.M4A),
    (mp4(b"isom"), mt.MP4),
    (mp4(b"M4A ", b"soun"), mt.M4A),
    (mp4(b"qt  ", b"vide"), mt.QUICKTIME),
    (mp4(b"3gp4", b"vide", b"soun"), mt.THREE_GP),
    (mp4(b"3gp5", b"soun"), mt.THREE_GP_AUDIO),
    (webm(1, 2), mt.WEBM),
    (webm(2), mt.WEBM_AUDIO),
    (webm(2, seekhead=200_000), mt.WEBM_AUDIO),
    (webm(), mt.WEBM),
    (ogg(b"OpusHead"), mt.OGG),
    (ogg(b"\x01vorbis"), mt.OGG),
    (ogg(b"\x80theora"), mt.OGG_VIDEO),
    (b"ID3\x03\x00" + bytes(100), mt.MP3),
    (MP3_FRAME * 3, mt.MP3),
    (MP3_FRAME_OF_MPEG_2 * 3, mt.MP3),
    (b"#!AMR\n" + b"\x3c" * 32, mt.AMR),
    (b"#!AMR-WB\n" + b"\x3c" * 32, mt.AMR),
    (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(24), mt.WAV),
]


@pytest.mark.parametrize(("content", "expected"), KNOWN)
def test_file_is_recognised_by_its_bytes_and_left_at_its_beginning(content: bytes, expected: MediaType) -> None:
    stream = io.BytesIO(content)
    assert recognise(stream) is expected
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [("audio.webm", mt.WEBM_AUDIO), ("video.webm", mt.WEBM), ("audio.mp4", mt.M4A), ("video.mp4", mt.MP4)],
)
def test_recording_of_a_browser_is_told_sound_from_video(name: str, expected: MediaType) -> None:
    """The first 2 KiB of what Chromium's MediaRecorder made of its own test picture and tone."""
    assert recognise(io.BytesIO((RECORDINGS / name).read_bytes())) is expected


def test_every_allowed_kind_is_recognised_somewhere_above() -> None:
    assert {expected.mime for _, expected in KNOWN} == {allowed.mime for allowed in mt.ALLOWED}


@pytest.mark.parametrize(
    ("content", "danger"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(60), Danger.PROGRAM),
        (b"MZ\x90\x00" + bytes(60), Danger.PROGRAM),
        (b"\xcf\xfa\xed\xfe" + bytes(60), Danger.PROGRAM),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x41", Danger.PROGRAM),
        (b"dex\n035\x00", Danger.PROGRAM),
        (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$", Danger.PROGRAM),
        (b"#!/bin/sh\nrm -rf /\n", Danger.SCRIPT),
        (b"\xef\xbb\xbf@ECHO off\r\n", Danger.SCRIPT),
        (b"<?php system($_GET[1]);", Danger.SCRIPT),
        (b"<!DOCTYPE html><script>alert(1)</script>", Danger.WEB_PAGE),
        (b"\n\n  <HTML>", Danger.WEB_PAGE),
        ("\ufeff<script>".encode("utf-16-le"), Danger.WEB_PAGE),
        ("<script>".encode("utf-16-be"), Danger.WEB_PAGE),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Danger.WEB_PAGE),
        (b"PK\x03\x04" + bytes(60), Danger.ARCHIVE),
        (b"Rar!\x1a\x07\x01\x00", Danger.ARCHIVE),
        (b"\x1f\x8b\x08\x00", Danger.ARCHIVE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), Danger.ARCHIVE),
        (b"{\\rtf1\\ansi}", Danger.ARCHIVE),
    ],
)
def test_file_is_refused_with_the_reason_when_it_can_act(content: bytes, danger: Danger) -> None:
    with pytest.raises(UnsafeFile) as refused:
        recognise(io.BytesIO(content))
    assert refused.value.danger is danger
    assert refused.value.field == "files"


@pytest.mark.parametrize(
    "content",
    [
        b"xin ch\xc3\xa0o b\xc3\xa0 con",
        b"mz, bzh and the like begin words too",
        b"GIF89a" + bytes(20),
        b"\xff\xfb",
        MP3_FRAME + b"no second frame",
        b"\xff\xf1\x50\x80" + bytes(500),
        b"\xff\xfb\xf0\x00" + bytes(500),
        b"RIFF\x24\x00\x00\x00AVI LIST",
        webm(1, doctype=b"matroska"),
        mp4(b"crx ", b"vide"),
        ogg(b"unheard"),
        b"\x00" * 10_000,
    ],
)
def test_file_is_refused_when_it_is_of_no_kind_that_the_forum_takes(content: bytes) -> None:
    with pytest.raises(FileTypeUnknown, match="cannot be taken"):
        recognise(io.BytesIO(content))


def test_file_is_refused_in_words_of_its_own_when_it_is_empty_or_heic() -> None:
    with pytest.raises(FileTypeUnknown, match="empty"):
        recognise(io.BytesIO())
    with pytest.raises(FileTypeUnknown, match="HEIC"):
        recognise(io.BytesIO(mp4(b"heic")))


def test_recording_made_to_hold_the_server_is_given_up_after_a_bounded_number_of_elements() -> None:
    segment = bytes.fromhex("1853806701ffffffffffffff")
    before, after = webm(2).split(segment)
    webm_file = io.BytesIO(before + segment + element("ec", b"") * 200_000 + after)
    assert recognise(webm_file) is mt.WEBM
    mp4_file = io.BytesIO(mp4(b"isom")[:20] + box(b"free") * 200_000 + mp4(b"isom", b"soun")[20:])
    assert recognise(mp4_file) is mt.MP4


@pytest.mark.parametrize("whole", [webm(1, 2), webm(2), mp4(b"isom", b"soun"), mp4(b"3gp4", b"vide")])
def test_recording_cut_anywhere_is_recognised_or_refused_and_nothing_else(whole: bytes) -> None:
    for length in range(len(whole)):
        try:
            recognise(io.BytesIO(whole[:length]))
        except (FileTypeUnknown, UnsafeFile):
            continue
