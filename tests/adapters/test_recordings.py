"""What of a recording is left: its sound and pictures, bit by bit."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import av
import pytest

from forum.adapters.media_type import (
    AMR,
    M4A,
    MP3,
    MP4,
    OGG,
    QUICKTIME,
    THREE_GP,
    WAV,
    WEBM,
    WEBM_AUDIO,
    MediaType,
    recognise,
)
from forum.adapters.parsing.answer import Answer, Verdict
from forum.adapters.parsing.recordings import clean
from tests.adapters.recorded import PLACE, TOLD, recorded

TRACES = [word.encode() for word in TOLD.values()]
MADE: dict[str, tuple[MediaType, bytes]] = {
    "mp4": (MP4, recorded("mp4", video="mpeg4", sound="aac")),
    "mov": (QUICKTIME, recorded("mov", video="mpeg4", sound="pcm_s16le", movflags="use_metadata_tags")),
    "m4a": (M4A, recorded("mp4", sound="aac")),
    "3gp": (THREE_GP, recorded("3gp", video="mpeg4", sound="aac")),
    "webm": (WEBM, recorded("webm", video="libvpx", sound="libopus")),
    "weba": (WEBM_AUDIO, recorded("webm", sound="libopus")),
    "ogg": (OGG, recorded("ogg", sound="libopus")),
    "mp3": (MP3, recorded("mp3", sound="libmp3lame")),
    "wav": (WAV, recorded("wav", sound="pcm_s16le")),
    "amr": (AMR, recorded("amr", sound="libopencore_amrnb", rate=8_000)),
}


def cleaned(content: bytes, media_type: MediaType) -> bytes:
    answer = clean(content)
    assert (answer.verdict, answer.mime) == (Verdict.CLEANED, media_type.mime)
    return bytes(answer.content)


def coded(content: bytes) -> dict[str, bytes]:
    """Return the coded bytes of each track."""
    with av.open(io.BytesIO(content)) as container:
        tracks = {stream.index: stream.type for stream in container.streams}
        found = dict.fromkeys(tracks.values(), b"")
        for packet in container.demux():
            found[tracks[packet.stream.index]] += bytes(packet)
        return found


def told(content: bytes) -> list[bytes]:
    return [trace for trace in TRACES if trace in content]


@pytest.mark.parametrize("name", MADE)
def test_recording_keeps_every_coded_bit_and_tells_nothing(name: str) -> None:
    media_type, content = MADE[name]
    assert recognise(io.BytesIO(content)) is media_type
    assert told(content) or name == "amr", "nothing was to be taken away"
    after = cleaned(content, media_type)
    assert told(after) == []
    assert recognise(io.BytesIO(after)) is media_type
    assert coded(after) == coded(content)


def test_places_of_telephones_stand_in_what_was_tried() -> None:
    assert PLACE.encode() in MADE["mov"][1]


def test_settings_and_places_beside_the_pictures_are_left_out() -> None:
    content = recorded("mp4", video="libx264")
    assert b"x264 - core" in content
    after = cleaned(content, MP4)
    assert b"x264 - core" not in after
    with av.open(io.BytesIO(after)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 20


def test_video_stays_upright_when_the_phone_was_turned() -> None:
    content = bytearray(MADE["mp4"][1])
    place = content.index(b"tkhd") + 44
    turned = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 48 << 16, 0, 0x40000000)
    assert len(content[place : place + 36]) == len(turned)
    content[place : place + 36] = turned
    after = cleaned(bytes(content), MP4)
    assert after[(start := after.index(b"tkhd") + 44) : start + 36] == turned


def test_sound_brings_no_picture_along() -> None:
    """The cover of an album is a track of its own; so is whatever else is hidden as one."""
    sound = MADE["mp3"][1]
    cover = b"\x00image/jpeg\x00\x03\x00" + b"\xff\xd8\xff secret cover"
    body = b"APIC" + struct.pack(">I", len(cover)) + b"\x00\x00" + cover
    content = b"ID3\x03\x00\x00" + bytes([0, 0, 0, len(body)]) + body + sound
    assert b"secret cover" not in cleaned(content, MP3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#EXTM3U\nhttp://127.0.0.1:9/a.ts\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"ID3\x04\x00\x00\x00\x00\x00\x00#EXTM3U\nfile:///etc/passwd\n",
        *((Path(__file__).parent / "recordings" / name).read_bytes() for name in ("audio.mp4", "video.mp4")),
    ],
    ids=["empty", "playlist", "list", "hidden-list", "cut-sound", "cut-video"],
)
def test_recording_is_left_as_it_is_when_it_cannot_be_written_whole(content: bytes) -> None:
    assert clean(content) == Answer(Verdict.UNKNOWN_CODING)


@pytest.mark.parametrize("name", ["mp4", "webm", "ogg", "mp3"])
def test_damaged_recording_gets_a_verdict_whatever_is_wrong_with_it(name: str) -> None:
    chance, content = random.Random(name), MADE[name][1]
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 20)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert clean(bytes(damaged)).verdict in {Verdict.CLEANED, Verdict.UNKNOWN_CODING}
