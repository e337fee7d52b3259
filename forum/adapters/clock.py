"""The only reader of the time; everything else is handed `now`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def stopwatch() -> Callable[[], float]:
    """Start to measure; the returned function says how many seconds have passed since."""
    started = monotonic()
    return lambda: monotonic() - started
