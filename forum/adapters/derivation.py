"""How many slow keys are derived at once in this process: each takes a core and up to 64 MiB."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from forum.domain.errors import Busy

AT_ONCE = 2
PATIENCE_SECONDS = 10.0
_places = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def derivation() -> Iterator[None]:
    """Wait for a place and keep it within the block; raise Busy when none comes free."""
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _places.release()
