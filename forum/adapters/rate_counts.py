"""Counts for the limits of requests, in the memory of one process."""

from __future__ import annotations

import threading

from limits.storage import Storage

from forum.adapters.clock import now, stopwatch

SCHEME = "swept"
SWEEP_SECONDS = 60.0


def storage_uri(configured: str) -> str:
    """Return the address of the storage that the library is told: what is to be in memory is counted here."""
    return f"{SCHEME}://" if configured.startswith("memory:") else configured


class SweptCounts(Storage):
    """Counters that end by themselves and are swept away once a minute.

    The memory storage of the library starts a thread at almost every count, which then looks at all counters there
    are: the more callers in an hour, the slower each of them.
    """

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - the library reads a list

    def __init__(self, uri: str | None = None, **options: float | str | bool) -> None:
        super().__init__(uri, bool(options.get("wrap_exceptions")))
        self._elapsed = stopwatch()
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._sweep_at = SWEEP_SECONDS

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what may go wrong here: nothing that is known."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and return the count; a counter that has ended begins anew."""
        at = self._elapsed()
        with self._lock:
            if at >= self._sweep_at:
                self._counts = {kept: entry for kept, entry in self._counts.items() if entry[1] > at}
                self._sweep_at = at + SWEEP_SECONDS
            count, ends = self._counts.get(key, (0, 0.0))
            if ends <= at:
                count, ends = 0, at + expiry
            self._counts[key] = count + amount, ends
        return count + amount

    def get(self, key: str) -> int:
        """Return the count."""
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > self._elapsed() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the counter ends, in seconds of the epoch."""
        _, ends = self._counts.get(key, (0, 0.0))
        return now().timestamp() + max(0.0, ends - self._elapsed())

    def check(self) -> bool:
        """Return whether counting works."""
        return True

    def reset(self) -> int:
        """Forget every counter; return how many there were."""
        with self._lock:
            forgotten, self._counts = len(self._counts), {}
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._lock:
            self._counts.pop(key, None)
