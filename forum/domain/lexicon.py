"""The weighted words and phrases from which a suggestion is drawn, as data handed in from the shipped table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from forum.domain.phrases import PhraseBook, Reading

MAX_SYLLABLES = 4
"""A longer phrase would know one letter by heart instead of a subject."""


class Aim(StrEnum):
    """What an entry speaks for; a signal is never shown, it only combines with others."""

    CATEGORY = "category"
    KIND = "kind"
    PRIORITY = "priority"
    TAG = "tag"
    FLAG = "flag"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """One phrase, in full spelling, speaking with a weight for one value.

    `is_plain_enough` allows it in texts without marks, where "cháy" and "chạy" look alike.
    """

    aim: Aim
    value: str
    weight: int
    phrase: str
    is_plain_enough: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the phrases of one text say for one value: the sum of weights, the phrases, and their sentences."""

    weight: int
    phrases: tuple[str, ...]
    sentences: frozenset[int]


class Lexicon:
    """All entries, indexed once."""

    def __init__(self, entries: Iterable[LexiconEntry]) -> None:
        """Index the entries; the same phrase may speak for several values."""
        self._entries: dict[str, list[LexiconEntry]] = defaultdict(list)
        for entry in entries:
            self._entries[entry.phrase].append(entry)
        self._book = PhraseBook((phrase, held[0].is_plain_enough) for phrase, held in self._entries.items())

    def evidence(self, reading: Reading) -> Mapping[tuple[Aim, str], Evidence]:
        """Weigh a text; a phrase counts once however often it is repeated."""
        places: dict[str, set[int]] = defaultdict(set)
        for found in self._book.find(reading):
            places[found.phrase].add(found.sentence)
        heard: dict[tuple[Aim, str], list[LexiconEntry]] = defaultdict(list)
        for phrase in places:
            for entry in self._entries[phrase]:
                heard[entry.aim, entry.value].append(entry)
        return {
            key: Evidence(
                weight=sum(entry.weight for entry in entries),
                phrases=tuple(entry.phrase for entry in entries),
                sentences=frozenset().union(*(places[entry.phrase] for entry in entries)),
            )
            for key, entries in heard.items()
        }
