"""The Vietnamese alphabet as a sort key, in the order of ICU's `vi`: all letters first, then tones, then capitals."""

from __future__ import annotations

import unicodedata

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
"""Level, huyền, hỏi, ngã, sắc, nặng."""

_LETTER_ORDER = {letter: order for order, letter in enumerate(LETTERS)}
_TONE_ORDER = {tone: order for order, tone in enumerate(TONES)}
_DIGITS, _WORDS, _FOREIGN = range(3)

SortKey = tuple[tuple[tuple[tuple[int, int], ...], ...], tuple[int, ...], str]


def sort_key(name: str) -> SortKey:
    """Return the key under which names sort; tones count only between names of the same letters."""
    letters: list[tuple[tuple[int, int], ...]] = []
    tones: list[int] = []
    for word in name.casefold().replace("-", " ").split():
        weights = []
        for letter, tone in _letters(word):
            weights.append(_weight(letter))
            tones.append(tone)
        letters.append(tuple(weights))
    return tuple(letters), tuple(tones), name.swapcase()


def _letters(word: str) -> list[tuple[str, int]]:
    """Split a word into its letters (ă, ê, ơ count as own letters), each with its tone."""
    found: list[tuple[str, int]] = []
    for mark in unicodedata.normalize("NFD", word):
        if not unicodedata.combining(mark):
            found.append((mark, 0))
        elif found:
            letter, tone = found[-1]
            composed = unicodedata.normalize("NFC", letter + mark)
            found[-1] = (letter, _TONE_ORDER[mark]) if mark in _TONE_ORDER else (composed, tone)
    return found


def _weight(letter: str) -> tuple[int, int]:
    if letter in _LETTER_ORDER:
        return _WORDS, _LETTER_ORDER[letter]
    return (_DIGITS if letter.isdigit() else _FOREIGN), ord(letter)
