"""Sound and video written into a new container, track by track: no place, no device, no titles, no hidden tracks.

The coded sound and pictures stay what they are, bit by bit: as evidence they must not lose, and coding 20 MB anew takes
minutes. What coders hide within the pictures (messages beside a frame) is left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import av
import av.subtitles.codeccontext
import av.subtitles.stream  # PyAV would load these at the first file, when nothing can be opened any more
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from forum.adapters.media_type import (
    AMR,
    M4A,
    MP3,
    MP4,
    OGG,
    OGG_VIDEO,
    QUICKTIME,
    THREE_GP,
    THREE_GP_AUDIO,
    WAV,
    WEBM,
    WEBM_AUDIO,
    FileTypeUnknown,
    MediaKind,
    MediaType,
    recognise,
)
from forum.adapters.parsing.answer import Answer, Verdict

MOST_TRACKS = 8
LEAST_KEPT = 0.5
"""Covers of albums and tracks of places may be large; when more than half would go, better keep all of it as it is."""
# The reader and the writer are named: nothing guesses, and no list of addresses to fetch is ever taken for sound.
_CONTAINERS = {
    MP4: ("mov", "mp4"), M4A: ("mov", "mp4"), QUICKTIME: ("mov", "mov"), THREE_GP: ("mov", "3gp"),
    THREE_GP_AUDIO: ("mov", "3gp"), WEBM: ("matroska", "webm"), WEBM_AUDIO: ("matroska", "webm"),
    OGG: ("ogg", "ogg"), OGG_VIDEO: ("ogg", "ogg"), MP3: ("mp3", "mp3"), AMR: ("amr", "amr"), WAV: ("wav", "wav"),
}  # fmt: skip
_READING = {"protocol_whitelist": "", "enable_drefs": "0"}
_WRITING = {"fflags": "+bitexact"}
_WRITING_MP3 = _WRITING | {"id3v2_version": "0", "write_xing": "0"}
# Units that hold messages beside the pictures, in which cameras put places and coders their settings.
_WITHOUT_MESSAGES = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39|40"}
_KINDS = {"audio": MediaKind.AUDIO, "video": MediaKind.VIDEO}


class _Unclean(Exception):
    """Nothing here writes this recording anew."""


@dataclass(frozen=True, slots=True)
class _Track:
    source: Stream
    target: Stream
    sieve: BitStreamFilterContext | None

    def packets(self, packet: Packet[Stream] | None) -> Iterator[Packet[Stream]]:
        """Yield what is written for a packet that was read."""
        if self.sieve is not None:
            yield from self.sieve.filter(packet)
        elif packet is not None:
            yield packet


def clean(content: bytes) -> Answer:
    """Return the recording in a new container, or why it cannot be."""
    try:
        return _made_anew(content)
    except (av.FFmpegError, FileTypeUnknown, _Unclean, ValueError, KeyError):
        return Answer(Verdict.UNKNOWN_CODING)


def _made_anew(content: bytes) -> Answer:
    made = io.BytesIO()
    media_type = recognise(io.BytesIO(content))
    reader, writer = _CONTAINERS[media_type]
    writing = _WRITING_MP3 if media_type is MP3 else _WRITING
    with (
        av.open(io.BytesIO(content), "r", format=reader, options=_READING, metadata_errors="ignore") as source,
        av.open(made, "w", format=writer, options=writing) as target,
    ):
        _copy(source, target, media_type)
    if made.tell() < len(content) * LEAST_KEPT:
        raise _Unclean
    return Answer(Verdict.CLEANED, media_type.mime, made.getbuffer())


def _copy(source: InputContainer, target: OutputContainer, media_type: MediaType) -> None:
    tracks = {stream.index: _track(stream, target) for stream in _wanted(source, media_type)}
    if len(tracks) > MOST_TRACKS or media_type.kind not in {_KINDS[track.source.type] for track in tracks.values()}:
        raise _Unclean
    silent = set(tracks)
    for packet in source.demux([track.source for track in tracks.values()]):
        track = tracks[packet.stream.index]
        for part in track.packets(packet if packet.dts is not None else None):
            part.stream = track.target
            target.mux(part)
            silent.discard(track.source.index)
    if silent:
        raise _Unclean


def _wanted(source: InputContainer, media_type: MediaType) -> list[Stream]:
    sounds: list[Stream] = list(source.streams.audio)
    if media_type.kind is MediaKind.AUDIO:
        return sounds  # the picture of an album's cover is a track too
    return [*source.streams.video, *sounds]


def _track(stream: Stream, target: OutputContainer) -> _Track:
    if stream.codec_context is None:
        raise _Unclean
    name = stream.codec_context.name
    if name == "vorbis" and target.format.name == "webm":
        raise _Unclean  # its titles lie within what the player needs
    copied = target.add_stream_from_template(stream, opaque=True)
    copied.metadata.clear()
    sieve = _WITHOUT_MESSAGES.get(name)
    return _Track(stream, copied, BitStreamFilterContext(sieve, stream, copied) if sieve else None)
