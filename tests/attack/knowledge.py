"""What the attacker makes of the tips that they know: how likely each word is in which sort of tip and place.

Sorts are found by the attacker: within each category, tips are parted by the words that stand in them together
(a mixture of Bernoulli distributions, by expectation and maximisation).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.attack.corpora import Told

Matrix = NDArray[np.float32]
SORTS, ROUNDS, TELLING_WORDS = 24, 15, 700
LEAST, MOST = 1e-5, 0.995


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Words by falling frequency, and how likely they are; rows of `by_sort` and `by_place` are sorts and places."""

    words: list[str]
    overall: Matrix
    by_sort: Matrix
    sort_category: NDArray[np.int64]
    sort_share: Matrix
    by_place: Matrix
    categories: dict[str, int]
    places: dict[tuple[str, str], int]


def learn(known: Sequence[Told], *, seed: int = 1) -> Knowledge:
    """Study the known tips."""
    counted = Counter(word for tip in known for word in tip.words)
    words = [word for word, count in counted.most_common() if count > 1]
    numbers = {word: number for number, word in enumerate(words)}
    categories = {name: number for number, name in enumerate(sorted({tip.category for tip in known}))}
    places = {name: number for number, name in enumerate(sorted({tip.place for tip in known}))}
    rows, columns = _positions([[numbers[word] for word in tip.words if word in numbers] for tip in known])
    category = np.array([categories[tip.category] for tip in known])
    place = np.array([places[tip.place] for tip in known])
    overall = np.bincount(columns, minlength=len(words)).astype(np.float32) / len(known)

    def probabilities(cell: NDArray[np.int64], cells: int, rest: Matrix, weight: float) -> Matrix:
        held = np.bincount(cell[rows] * len(words) + columns, minlength=cells * len(words))
        size = np.bincount(cell, minlength=cells)[:, None]
        found = (held.reshape(cells, len(words)) + weight * rest) / (size + weight)
        return np.clip(found, LEAST, MOST).astype(np.float32)

    sort, sort_category = _sorts(rows, columns, category, seed=seed)
    by_category = probabilities(category, len(categories), overall, 5)
    by_sort = probabilities(sort, len(sort_category), by_category[sort_category], 3)
    share = np.bincount(sort, minlength=len(sort_category)).astype(np.float32) / len(known)
    by_place = probabilities(place, len(places), overall, 10)
    return Knowledge(words, overall, by_sort, sort_category, share, by_place, categories, places)


def _sorts(
    rows: NDArray[np.int64], columns: NDArray[np.int64], category: NDArray[np.int64], *, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sort of each tip, and the category of each sort."""
    telling = columns < TELLING_WORDS
    held = np.zeros((len(category), min(TELLING_WORDS, columns.max() + 1)), np.float32)
    held[rows[telling], columns[telling]] = 1
    random = np.random.default_rng(seed)
    sort, of_category = np.zeros(len(category), np.int64), []
    for number in range(category.max() + 1):
        members = np.flatnonzero(category == number)
        amount = min(SORTS, max(1, len(members) // 20))
        sort[members] = len(of_category) + _parted(held[members], amount, random)
        of_category += [number] * amount
    return sort, np.array(of_category)


def _parted(held: Matrix, amount: int, random: np.random.Generator) -> NDArray[np.int64]:
    overall = held.mean(axis=0)
    likely = np.clip(held[random.choice(len(held), amount, replace=False)] * 0.5 + overall * 0.5, 0.01, 0.99)
    share = np.full(amount, 1 / amount)
    for _ in range(ROUNDS):
        fit = held @ np.log(likely / (1 - likely)).T + np.log1p(-likely).sum(axis=1) + np.log(share + 1e-9)
        belongs = softmax(fit)
        size = belongs.sum(axis=0)
        likely = np.clip((belongs.T @ held + 2 * overall) / (size[:, None] + 2), 1e-4, 1 - 1e-4)
        share = size / size.sum()
    return belongs.argmax(axis=1)


def softmax(logarithms: NDArray[np.floating]) -> Matrix:
    """Return each row as shares that make one."""
    shares = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def _positions(members: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows = np.repeat(np.arange(len(members)), [len(row) for row in members])
    return rows, np.array([member for row in members for member in row], np.int64)
