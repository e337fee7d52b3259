"""The measurement of times tells apart what differs, and nothing else; times themselves are measured by the command."""

from __future__ import annotations

from random import Random

from tests.attack.timing import THRESHOLD, forum, pairs, welch


def test_welch_tells_apart_what_differs_and_nothing_else() -> None:
    random = Random(5)
    base = [random.gauss(100, 10) for _ in range(4_000)]
    same = [random.gauss(100, 10) for _ in range(4_000)]
    later = [random.gauss(102, 10) for _ in range(4_000)]
    assert abs(welch(base, same)) < THRESHOLD < abs(welch(base, later))


def test_both_halves_of_a_pair_get_the_same_answer_unless_they_may_differ() -> None:
    random = Random(5)
    with forum() as app:
        answers = [(pair.one().send(), pair.other().send()) for pair in pairs(app, random)]
    assert answers == [(403, 403), (403, 403), (404, 404), (404, 404), (404, 400)]
