"""How people type Vietnamese: without marks, in raw Telex, in teen code, in capitals, or carelessly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from random import Random

from forum.cli.demo.chances import happens

_TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_SHAPES = {"\u0302": "double", "\u0306": "w", "\u031b": "w"}
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_START = re.compile(r"(^|[.!?:]\s+|\n)([^\W\d_])")


def without_marks(text: str) -> str:
    """Strip every Vietnamese mark, keeping capitals."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def in_telex(text: str) -> str:
    """Spell every word by the keys of the Telex method, as if the keyboard had not been switched on."""
    return _WORD.sub(lambda match: _telex_word(match[0]), text)


def _telex_word(word: str) -> str:
    keys: list[str] = []
    tone = ""
    for char in word:
        if char in "đĐ":
            keys.append(char.replace("đ", "dd").replace("Đ", "DD"))
            continue
        decomposed = unicodedata.normalize("NFD", char)
        base, marks = decomposed[0], decomposed[1:]
        keys.append(base)
        for mark in marks:
            tone = _TONES.get(mark, tone)
            shape = _SHAPES.get(mark)
            keys.append(base if shape == "double" else shape or "")
    # People type "uwow" and "uow" alike for the pair; the shorter is commoner.
    return "".join(keys).replace("uwow", "uow") + tone


def in_teencode(text: str, words: Sequence[tuple[str, str]], rng: Random) -> str:
    """Write the way pupils chat: lower case, shortened words, half of the time without marks."""
    lowered = text.lower()
    for plain, short in words:
        if happens(rng, 0.8):
            lowered = re.sub(rf"(?<!\w){re.escape(plain.lower())}(?!\w)", short, lowered)
    lowered = re.sub(r"\.(?=\s|$)", lambda _: rng.choice(["", "", "..", ","]), lowered)
    return without_marks(lowered) if happens(rng, 0.5) else lowered


def in_capitals(text: str, rng: Random) -> str:
    """Shout: capitals and exclamation marks."""
    shouted = re.sub(r"\.(?=\s|$)", lambda _: rng.choice(["!", "!!!", ".", "."]), text.upper())
    return without_marks(shouted) if happens(rng, 0.4) else shouted


def carelessly(text: str, rng: Random) -> str:
    """Drop capitals and some of the full stops, as thumbs on a telephone do."""
    loose = re.sub(r"\.(?=\s)", lambda _: rng.choice([".", ",", "", " ."]), text)
    return loose.lower() if happens(rng, 0.6) else loose.rstrip(".")


def with_sentence_capitals(text: str) -> str:
    """Begin every sentence with a capital."""
    return _SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text)
