"""Draws of chance that read like the sentence they stand for."""

from __future__ import annotations

import math
from random import Random


def happens(rng: Random, share: float) -> bool:
    """Draw whether something happens that happens in this share of cases."""
    return rng.random() < share


def skewed(rng: Random, median: float) -> float:
    """Draw a delay around `median` with a long tail, as human delays are."""
    return median * math.exp(rng.gauss(0, 0.75))
