"""How hard a password is to guess, as zxcvbn estimates it, told of what people here choose."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from zxcvbn import zxcvbn

from forum.adapters.shipped import read_table
from forum.domain.text import fold

LONGEST_LOOKED_AT = 72
"""Characters; the work grows faster than the length, and what is longer is not easier to guess."""
FEWEST_GUESSES = 10**9
"""So many guesses a password stands at least: ten times what zxcvbn calls safe against guessing at the door."""


def is_easily_guessed(password: str, *, about: Iterable[str]) -> bool:
    """Whether a password is made of common passwords, words, names, dates, rows of keys, or of what is known of one.

    `about` is what others know of its owner. Marks of Vietnamese letters and gaps are easily tried without, so they
    make nothing harder to guess.
    """
    folded = fold(password)
    spellings = {password, folded, _joined(folded)}
    known = [*(_joined(fold(words)) for words in about), *habits()]
    return min(_guesses(each, known) for each in spellings if each) < FEWEST_GUESSES if password else True


@cache
def habits() -> tuple[str, ...]:
    """Return words and phrases that many people here put into passwords, the most common first, without marks."""
    return tuple(_joined(fold(row["phrase"])) for row in read_table("password_habits.csv"))


def _guesses(password: str, known: list[str]) -> float:
    found = zxcvbn(password[:LONGEST_LOOKED_AT], user_inputs=known)
    return float(found["guesses"])


def _joined(folded: str) -> str:
    return "".join(sign for sign in folded if sign.isalnum())
