"""The counters behind the limits of requests: they count, end by themselves and do not pile up."""

from __future__ import annotations

import threading

import pytest
from limits import parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from forum.adapters import rate_counts
from forum.adapters.rate_counts import SweptCounts, storage_uri


@pytest.fixture
def seconds(monkeypatch):
    """Let the test say how many seconds have passed."""
    passed = [0.0]
    monkeypatch.setattr(rate_counts, "stopwatch", lambda: lambda: passed[0])
    return passed


def test_limit_is_reached_and_given_back_when_its_window_ends(seconds):
    limiter, limit = FixedWindowRateLimiter(SweptCounts()), parse("3 per minute")
    assert [limiter.hit(limit, "one") for _ in range(4)] == [True, True, True, False]
    assert limiter.hit(limit, "another")
    seconds[0] = 59.9
    assert not limiter.hit(limit, "one")
    seconds[0] = 60.0
    assert limiter.hit(limit, "one")


def test_counters_that_have_ended_are_swept_away(seconds):
    counts = SweptCounts()
    for number in range(1_000):
        counts.incr(f"caller-{number}", 60)
    counts.incr("long", 3_600)
    seconds[0] = 61.0
    counts.incr("new", 60)
    assert counts.reset() == 2


@pytest.mark.parametrize("forget", [lambda counts: counts.clear("one"), lambda counts: counts.reset()])
def test_count_is_forgotten_when_asked(forget):
    counts = SweptCounts()
    counts.incr("one", 60, 2)
    assert counts.get("one") == 2
    forget(counts)
    assert (counts.get("one"), counts.check()) == (0, True)


def test_end_of_a_counter_is_told_as_a_time():
    counts, known = SweptCounts(), MemoryStorage()
    for storage in (counts, known):
        storage.incr("one", 60)
    assert counts.get_expiry("one") == pytest.approx(known.get_expiry("one"), abs=5)


def test_counting_by_several_threads_loses_nothing_and_starts_none():
    counts, before = SweptCounts(), set(threading.enumerate())
    threads = [threading.Thread(target=lambda: [counts.incr("one", 60) for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (counts.get("one"), set(threading.enumerate()) - before) == (2_000, set())


@pytest.mark.parametrize(
    ("configured", "wanted"),
    [("memory://", "swept://"), ("memory:", "swept://"), ("redis://localhost:6379/1", "redis://localhost:6379/1")],
)
def test_memory_means_these_counters(configured, wanted):
    assert storage_uri(configured) == wanted


def test_library_finds_the_counters_by_their_address():
    assert isinstance(storage_from_string(storage_uri("memory://")), SweptCounts)
