"""Finding of listed phrases in a text, strict about marks where the writer uses them and lenient where not."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from forum.domain.text import fold, readable

ACCENTED_SHARE = 0.25
"""From this share of words with marks on, a text counts as written with marks; Vietnamese has about three in four."""

ANY_NUMBER = "#"
"""Stands in a phrase for any one word that begins with a digit: "mất # triệu"."""

# A run of signs is looked at once, from its beginning: ten thousand dots would otherwise be read from each anew.
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++(?=\s|$)|\n+")
_CLAUSE_END = re.compile(r"(?<![;:,])[;:,]++(?=\s|$)")
_WORD = re.compile(r"[^\W_]+")
_PHRASE_WORD = re.compile(r"[^\W_]+|#")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")

# A language has few syllables and a text repeats them: folding each once is most of the work saved.
_fold_word = lru_cache(maxsize=16_384)(fold)

_Index = defaultdict[str, defaultdict[str, list[tuple[tuple[str, ...], str]]]]
"""Phrases by their first word and their second, which is empty for phrases of one word."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch without punctuation, as comparable words: with marks, and folded."""

    sentence: int
    marked: tuple[str, ...]
    folded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text cut into clauses; `is_accented` tells whether its writer uses marks."""

    clauses: tuple[Clause, ...]
    is_accented: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of the book at its place in a text."""

    phrase: str
    sentence: int


def read(text: str) -> Reading:
    """Read a text as a person would (Telex decoded, abbreviations written out) and cut it into clauses."""
    clauses = [
        Clause(number, tuple(map(_marked, words)), tuple(map(_fold_word, words)))
        for number, sentence in enumerate(_SENTENCE_END.split(readable(text)))
        for clause in _CLAUSE_END.split(sentence)
        if (words := _WORD.findall(clause))
    ]
    words = [word for clause in clauses for word in clause.marked]
    accented = sum(1 for word in words if not word.isascii())
    return Reading(tuple(clauses), is_accented=bool(words) and accented >= ACCENTED_SHARE * len(words))


class PhraseBook:
    """A fixed set of phrases, indexed once and sought in many texts."""

    def __init__(self, phrases: Iterable[tuple[str, bool]]) -> None:
        """Take phrases in full spelling, each with whether it may also be found in texts without marks."""
        self._marked: _Index = defaultdict(lambda: defaultdict(list))
        self._folded: _Index = defaultdict(lambda: defaultdict(list))
        for phrase, is_plain_enough in phrases:
            words = _PHRASE_WORD.findall(phrase)
            marked = tuple(map(_marked, words))
            self._marked[marked[0]][_second(marked, 0)].append((marked, phrase))
            if is_plain_enough:
                folded = tuple(map(fold, words))
                self._folded[folded[0]][_second(folded, 0)].append((folded, phrase))

    def find(self, reading: Reading) -> Iterator[Found]:
        """Yield every occurrence in reading order, overlapping ones included.

        Where a writer of marks forgets them in a whole phrase of several words ("tre con"), it still counts.
        """
        for clause in reading.clauses:
            for at, (marked, folded) in enumerate(zip(clause.marked, clause.folded, strict=True)):
                phrases: set[str] = set()
                if reading.is_accented and marked in self._marked:
                    phrases.update(self._at(self._marked, clause.marked, at))
                if folded in self._folded and (marked.isascii() or not reading.is_accented):
                    phrases.update(
                        self._forgotten_marks(clause, at)
                        if reading.is_accented
                        else self._at(self._folded, clause.folded, at)
                    )
                for phrase in sorted(phrases):
                    yield Found(phrase, clause.sentence)

    def _forgotten_marks(self, clause: Clause, at: int) -> Iterator[str]:
        for phrase in self._at(self._folded, clause.folded, at):
            length = len(_PHRASE_WORD.findall(phrase))
            if length > 1 and all(word.isascii() for word in clause.marked[at : at + length]):
                yield phrase

    @staticmethod
    def _at(index: _Index, words: tuple[str, ...], at: int) -> Iterator[str]:
        begun = index.get(words[at])
        if begun is None:
            return
        following = _second(words, at)
        seconds = {"", following, ANY_NUMBER} if following[:1].isdigit() else {"", following}
        for second in seconds:
            for wanted, phrase in begun.get(second, ()):
                if _begins_with(words[at : at + len(wanted)], wanted):
                    yield phrase


def _second(words: tuple[str, ...], at: int) -> str:
    return words[at + 1] if at + 1 < len(words) else ""


def _begins_with(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return len(words) == len(wanted) and all(
        word == want or (want == ANY_NUMBER and word[0].isdigit()) for word, want in zip(words, wanted, strict=True)
    )


@lru_cache(maxsize=16_384)
def _marked(word: str) -> str:
    """Return the word with its tone mark at the end, so that hoà equals hòa while hoa stays another word."""
    if word.isascii():
        return word.casefold()
    decomposed = unicodedata.normalize("NFD", word.casefold())
    tones = "".join(_TONES.findall(decomposed))
    return unicodedata.normalize("NFC", _TONES.sub("", decomposed)) + tones
