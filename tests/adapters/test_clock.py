from __future__ import annotations

from datetime import UTC, timedelta

from forum.adapters import clock


def test_clock_gives_an_aware_instant_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.now().tzinfo is UTC
