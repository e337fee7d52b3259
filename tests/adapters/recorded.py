"""Recordings for tests, made by the coders that telephones use."""

from __future__ import annotations

import io
from fractions import Fraction

import av

FRAMES = 20
PLACE = "+21.4000+103.0000/"
TOLD = {"title": "Dau vet ten", "artist": "Nguoi To Giac", "comment": "ghi chu rieng", "location": PLACE}


def recorded(form: str, *, video: str = "", sound: str = "", rate: int = 48_000, **options: str) -> bytes:
    """Return a short recording in a container, with titles on it and on each of its tracks."""
    made = io.BytesIO()
    with av.open(made, "w", format=form, options=options) as container:
        container.metadata.update(TOLD)
        tracks = []
        if video:
            picture = container.add_stream(video, rate=25)
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
            tracks.append((picture, [_frame(number) for number in range(FRAMES)]))
        if sound:
            voice = container.add_stream(sound, rate=rate, layout="mono")
            tracks.append((voice, []))
        for track, _ in tracks:
            track.metadata["title"] = TOLD["title"]
        for track, frames in tracks:
            for frame in frames or _silence(track, rate):
                container.mux(track.encode(frame))
            container.mux(track.encode(None))
    return made.getvalue()


def _frame(number: int) -> av.VideoFrame:
    frame = av.VideoFrame(64, 48, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes([number * 9 % 256]) * plane.buffer_size)
    frame.pts = number
    return frame


def _silence(track: av.AudioStream, rate: int) -> list[av.AudioFrame]:
    samples = track.codec_context.frame_size or 1024
    frames = []
    for number in range(FRAMES):
        frame = av.AudioFrame(track.codec_context.format.name, "mono", samples)
        frame.sample_rate, frame.pts, frame.time_base = rate, number * samples, Fraction(1, rate)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frames.append(frame)
    return frames
