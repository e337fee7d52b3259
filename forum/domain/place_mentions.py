"""Find the names of places inside a text; which commune they mean is decided in `places`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import zip_longest

from forum.domain.place_words import Fold, Gap, KindWord, Level, Reader, Words, canonical, tone_key

AREAS = frozenset({Level.PROVINCE, Level.OLD_PROVINCE})
LARGER = AREAS | {Level.OLD_DISTRICT}
DISTINCT_SYLLABLES = frozenset(["muong", "chieng", "phieng", "huoi", "noong", "khau", "phin"])
"""Syllables of the highland languages that no Vietnamese word shares, even without marks."""


LONG = 3
"""Syllables from which on a name hardly arises by chance."""
LONGEST = 5
"""Syllables of the longest name worth looking back for."""


class Strength(IntEnum):
    """How sure it is that these words name a place; merely possible is the commune that a village is called like."""

    POSSIBLE = 0
    WEAK = 1
    NAMED = 2
    QUALIFIED = 3


class Everyday(StrEnum):
    """When a name reads as ordinary words: in any spelling, or only without its marks ("ban may")."""

    ALWAYS = "always"
    UNMARKED = "unmarked"


class _Marks(IntEnum):
    """How the marks of the written words compare with those of the name."""

    CONFLICT = 0
    ABSENT = 1
    EQUAL = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """One meaning of a name; `spelling` is its tone key, `within` holds the old district and province around it."""

    level: Level
    ref: str
    name: str
    spelling: str
    kind: str
    province_code: str
    everyday: Everyday | None
    within: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of words that names one or several units; `stop` is the word behind it."""

    start: int
    stop: int
    units: tuple[Unit, ...]
    strength: Strength
    is_qualified: bool


class MentionFinder:
    """An index of folded names, built once."""

    def __init__(self, units: Iterable[Unit], fold: Fold) -> None:
        self._reader = Reader(fold)
        self._units: dict[str, tuple[Unit, ...]] = {}
        lengths: dict[tuple[str, ...], set[int]] = {}
        for unit in units:
            key = canonical(" ".join(fold(unit.name).replace("-", " ").split()))
            self._units[key] = (*self._units.get(key, ()), unit)
            syllables = key.split()
            lengths.setdefault(tuple(syllables[:2]), set()).add(len(syllables))
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}

    def find(self, text: str) -> tuple[list[Mention], Words]:
        """Return the mentions in the order of the text; they do not overlap."""
        words = self._reader.read(text)
        found = [
            mention
            for start, length in self._openings(words)
            if (mention := self._judge(words, start, start + length)) is not None
        ]
        found.sort(key=lambda mention: (-mention.strength, mention.start - mention.stop, mention.start))
        taken: set[int] = set()
        kept = []
        for mention in found:
            span = range(mention.start, mention.stop)
            if taken.isdisjoint(span):
                taken.update(span)
                kept.append(mention)
        return sorted(kept, key=lambda mention: mention.start), words

    def _openings(self, words: Words) -> Iterator[tuple[int, int]]:
        """Yield where a name may begin and its length, told by two syllables; the longer names first."""
        for start, head in enumerate(zip_longest(words.folded, words.folded[1:], fillvalue="")):
            for length in self._lengths.get(head, ()):
                yield start, length
            if head[:1] in self._lengths:
                yield start, 1

    def _key(self, words: Words, start: int, stop: int) -> str | None:
        """Return the index key of these words when they are one unbroken known name."""
        if stop > len(words.folded) or any(words.gaps[start + 1 : stop]):
            return None
        key = " ".join(words.folded[start:stop])
        return key if key in self._units else None

    def _judge(self, words: Words, start: int, stop: int) -> Mention | None:
        key = self._key(words, start, stop)
        if key is None:
            return None
        marks, units = self._compare_marks(words, start, stop, key)
        kind = words.kind_before(start)
        if kind is not None:
            allowed = _allowed(units, kind)
            if allowed:
                strength = Strength.QUALIFIED if marks is not _Marks.CONFLICT else Strength.WEAK
                return Mention(start, stop, allowed, strength, is_qualified=True)
            # "Phường Phú Thọ" is a ward somewhere, surely not the province of that name.
            units = tuple(unit for unit in units if unit.level not in AREAS)
        bare = self._judge_bare(words, start, stop, marks)
        return None if bare is None or not units else Mention(start, stop, units, bare, is_qualified=False)

    def _compare_marks(self, words: Words, start: int, stop: int, key: str) -> tuple[_Marks, tuple[Unit, ...]]:
        """Return how the marks agree, and the units left: "Minh Quán" and "Minh Quân" are told apart by them."""
        units = self._units[key]
        written = " ".join(words.written[start:stop])
        spelling = tone_key(written)
        equal = tuple(unit for unit in units if unit.spelling == spelling)
        if canonical(written) == key:
            return (_Marks.EQUAL, equal) if equal and not words.is_plain else (_Marks.ABSENT, units)
        return (_Marks.EQUAL, equal) if equal else (_Marks.CONFLICT, units)

    def _judge_bare(self, words: Words, start: int, stop: int, marks: _Marks) -> Strength | None:
        """Judge a name without "xã" before it: the more ordinary its words, the more must stand beside it."""
        key = " ".join(words.folded[start:stop])
        is_ordinary = self._is_ordinary(key, marks)
        if words.names_something_else(start):
            return None
        if words.names_village(start):
            return None if is_ordinary or marks is _Marks.CONFLICT else Strength.POSSIBLE
        if marks is _Marks.CONFLICT or stop - start == 1:
            is_possible = words.has_cue(start) and not is_ordinary and stop - start > 1
            return Strength.WEAK if is_possible else None
        is_area = any(unit.level in AREAS for unit in self._units[key])
        if self._is_followed_by_larger(words, stop) or (is_area and self._is_preceded_by_name(words, start)):
            return Strength.NAMED
        if is_ordinary:
            return _judge_ordinary(words, start, stop, marks)
        return _judge_distinct(words, start, stop, marks, is_area=is_area)

    def _is_ordinary(self, key: str, marks: _Marks) -> bool:
        kinds = {unit.everyday for unit in self._units[key]}
        return Everyday.ALWAYS in kinds or (marks is not _Marks.EQUAL and Everyday.UNMARKED in kinds)

    def _is_followed_by_larger(self, words: Words, stop: int) -> bool:
        following = words.next_name(stop)
        if following < 0:
            return False
        head = tuple(words.folded[following : following + 2])
        for length in (*self._lengths.get(head, ()), *self._lengths.get(head[:1], ())):
            key = self._key(words, following, following + length)
            if key is not None and any(unit.level in LARGER for unit in self._units[key]):
                return self._compare_marks(words, following, following + length, key)[0] is not _Marks.CONFLICT
        return False

    def _is_preceded_by_name(self, words: Words, start: int) -> bool:
        """Tell whether a name ends where this one begins, as in "van ho son la"."""
        if start == 0 or words.gaps[start] is Gap.HARD:
            return False
        return any(self._key(words, start - length, start) is not None for length in range(1, min(start, LONGEST) + 1))


def _allowed(units: tuple[Unit, ...], kind: KindWord) -> tuple[Unit, ...]:
    """Keep what the kind word allows: its very kind where there is one, else the same level."""
    of_level = tuple(unit for unit in units if unit.level in kind.levels)
    return tuple(unit for unit in of_level if unit.kind == kind.kind) or of_level


def _judge_ordinary(words: Words, start: int, stop: int, marks: _Marks) -> Strength | None:
    """Judge a name that is ordinary words too: a cue proves it only where marks and capitals speak for a name."""
    if words.has_cue(start):
        return Strength.NAMED if marks is _Marks.EQUAL and words.is_proper(start, stop) else Strength.WEAK
    return Strength.WEAK if words.begins_field(start) else None


def _judge_distinct(words: Words, start: int, stop: int, marks: _Marks, *, is_area: bool) -> Strength | None:
    """Judge a name whose words mean nothing else, at least as they are written here."""
    if words.has_cue(start) or words.begins_field(start) or words.is_proper(start, stop) or marks is _Marks.EQUAL:
        return Strength.NAMED
    is_distinct = stop - start >= LONG or not DISTINCT_SYLLABLES.isdisjoint(words.folded[start:stop])
    return Strength.WEAK if is_distinct or is_area or words.has_hint(start) else None
