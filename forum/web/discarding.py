"""Reading to its end a request that is refused for its size, so that the browser gets to see why."""

from __future__ import annotations

from flask import request

from forum.adapters.clock import stopwatch

MOST_BYTES = 2 * 1024 * 1024 * 1024
LONGEST_SECONDS = 30.0
PIECE = 256 * 1024


def discard_rest() -> None:
    """Read and forget what the request still sends, within bounds of size and time.

    A server that closes while the browser still sends makes it show "connection reset" in place of the page.
    """
    stream = request.environ["wsgi.input"]
    seconds = stopwatch()
    left = MOST_BYTES
    while left > 0 and seconds() < LONGEST_SECONDS:
        read = len(stream.read(PIECE))
        if not read:
            return
        left -= read
