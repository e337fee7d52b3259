"""The attack on the tips of one key: a word for each stored code, by frequency, then again and again by company.

Each round weighs, for every code and word, how well the tips that hold the code fit the tips that should hold the word,
given their category, their place and the sort of tip that each of them seems to be. The sort is read from the words of
which the attacker is surest, of which there are more each round: so one guess supports the next. This is the refined
score attack (Damie, Hahn, Peter; USENIX Security 2021) with likelihoods in the place of distances.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.attack.corpora import Told
from tests.attack.knowledge import LEAST, MOST, Knowledge, Matrix, softmax

ROUNDS, CHUNK = 8, 2_000
SURE = 2.0
"""So much likelier (as a logarithm) must a word be than the next for others to be read by it."""
CANDIDATES = 60


def guess(known: Knowledge, tips: Sequence[Told], codes: Sequence[Sequence[int]], amount: int) -> list[str]:
    """Return a word for each of `amount` codes; of each tip, only what its row shows and its codes are looked at."""
    held = np.zeros((len(tips), amount), np.float32)
    for row, numbers in zip(held, codes, strict=True):
        row[list(numbers)] = 1
    category = np.array([known.categories.get(tip.category, 0) for tip in tips])
    possible = known.sort_category[None, :] == category[:, None]
    sorts = softmax(np.where(possible, np.log(known.sort_share + 1e-9), -1e9))
    beyond_sorts = _by_place(known, tips, held) - _overall(known, held)
    for number in range(ROUNDS):
        scores = _by_sort(known, sorts, held) + beyond_sorts
        if number == ROUNDS - 1:
            break
        surest = _surest(scores, (number + 1) / ROUNDS)
        words = scores[surest].argmax(axis=1)
        likely = known.by_sort[:, words]
        fit = held[:, surest] @ np.log(likely / (1 - likely)).T + np.log1p(-likely).sum(axis=1)
        sorts = softmax(np.where(possible, 0.7 * fit + np.log(known.sort_share + 1e-9), -1e9))
    return [known.words[word] for word in _one_each(scores)]


def _by_sort(known: Knowledge, sorts: Matrix, held: Matrix) -> Matrix:
    """Return how well each word (column) fits each code (row) by the sorts of tips."""
    scores = np.zeros((held.shape[1], len(known.words)), np.float32)
    for start in range(0, len(held), CHUNK):
        likely = np.clip(sorts[start : start + CHUNK] @ known.by_sort, LEAST, MOST)
        scores += held[start : start + CHUNK].T @ np.log(likely / (1 - likely)) + np.log1p(-likely).sum(axis=0)
    return scores


def _by_place(known: Knowledge, tips: Sequence[Told], held: Matrix) -> Matrix:
    """Return the same by places."""
    unknown = len(known.places)
    place = np.array([known.places.get(tip.place, known.places.get((tip.place[0], ""), unknown)) for tip in tips])
    likely = np.vstack([known.by_place, np.clip(known.overall, LEAST, MOST)])
    present, cell = np.unique(place, return_inverse=True)
    cells = np.zeros((len(present), len(tips)), np.float32)
    cells[cell, np.arange(len(tips))] = 1
    likely = likely[present]
    return (cells @ held).T @ np.log(likely / (1 - likely)) + cells.sum(axis=1) @ np.log1p(-likely)


def _overall(known: Knowledge, held: Matrix) -> Matrix:
    """Return what both count, and the small chance of rare words to occur at all."""
    likely = np.clip(known.overall, LEAST, MOST)
    never = len(held) * np.log1p(-likely)
    counted = held.sum(axis=0)[:, None] * np.log(likely / (1 - likely)) + never
    return counted - np.log1p(-np.exp(np.minimum(never, -1e-6)))


def _surest(scores: Matrix, share: float) -> NDArray[np.int64]:
    """Return a share of the codes whose best word has no better code, those with the clearest lead first."""
    best = scores.argmax(axis=1)
    second, first = np.partition(scores, -2, axis=1)[:, -2:].T
    lead = first - second
    mutual = np.flatnonzero((scores.argmax(axis=0)[best] == np.arange(len(best))) & (lead > SURE))
    return mutual[np.argsort(-lead[mutual])][: int(len(mutual) * share) + 20]


def _one_each(scores: Matrix) -> NDArray[np.int64]:
    """Give each code a word that no clearer case has; where all of its best words are taken, its very best."""
    second, first = np.partition(scores, -2, axis=1)[:, -2:].T
    words, taken = scores.argmax(axis=1), set()
    for code in np.argsort(second - first):
        if words[code] in taken:
            likely = np.argsort(-scores[code])[:CANDIDATES]
            words[code] = next((word for word in likely if word not in taken), words[code])
        taken.add(words[code])
    return words
