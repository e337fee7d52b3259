"""Durations as counts in fixed logarithmic buckets: exact counts, quantiles good to the width of a bucket."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from enum import StrEnum
from itertools import accumulate

_SHORTEST = 60
_STEPS_PER_DOUBLING = 4
_BUCKETS = 82

LOWER_BOUNDS = (0, *(round(_SHORTEST * 2 ** (step / _STEPS_PER_DOUBLING)) for step in range(_BUCKETS - 1)))
"""Seconds from which each bucket counts: below a minute, then four buckets for each doubling, up to two years.

The bounds are stored facts: changing them asks for a rebuild of all days.
"""


class Span(StrEnum):
    """Which duration of a tip is meant; both begin at the receipt."""

    RESPONSE_WALL = "response-wall"
    RESPONSE_WORKING = "response-working"
    SETTLEMENT_WALL = "settlement-wall"
    SETTLEMENT_WORKING = "settlement-working"


def bucket_of(seconds: int) -> int:
    """Return the bucket in which a duration counts; the last one has no upper bound."""
    return bisect_right(LOWER_BOUNDS, max(seconds, 0)) - 1


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """Return the seconds within which `share` of the durations lie, None when there are none.

    Within its bucket the durations are taken as evenly spread; the true value lies in the same bucket.
    """
    held = sorted((bucket, count) for bucket, count in counts.items() if count > 0)
    total = sum(count for _, count in held)
    if not total:
        return None
    wanted = share * total
    passed = accumulate((count for _, count in held), initial=0)
    bucket, count, before = next((b, n, p) for (b, n), p in zip(held, passed, strict=False) if p + n >= wanted)
    lower, upper = bounds_of(bucket)
    return lower + (upper - lower) * max(wanted - before, 0) / count


def bounds_of(bucket: int) -> tuple[int, int]:
    """Return the seconds from which and up to which a bucket counts; the last one is said to end a year later."""
    if bucket + 1 < len(LOWER_BOUNDS):
        return LOWER_BOUNDS[bucket], LOWER_BOUNDS[bucket + 1]
    return LOWER_BOUNDS[bucket], LOWER_BOUNDS[bucket] + 365 * 86_400
