"""Vietnamese text: input hygiene, folding, index terms and the small query language of the search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from forum.domain.errors import InvalidInput
from forum.domain.function_words import ABBREVIATIONS, FUNCTION_WORDS
from forum.domain.telex import looks_like_telex, untelex

__all__ = [
    "Query",
    "QueryTooLong",
    "TextTooLong",
    "clean_input",
    "expand_abbreviations",
    "fold",
    "looks_like_telex",
    "matches_query",
    "parse_query",
    "readable",
    "search_text",
    "segments",
    "syllables",
    "terms",
    "terms_in",
    "to_nfc",
    "untelex",
]

MAX_QUERY_LENGTH = 200
MAX_QUERY_TERMS = 12

_COMBINING = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SYLLABLE = re.compile(r"[^\W_]+")
# A run of signs is looked at once, from its beginning: ten thousand dots would otherwise be read from each anew.
_SEGMENT_END = re.compile(r"(?<![.!?…;:,])[.!?…;:,]++(?=\s|$)|\n+")
_QUERY_PART = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class TextTooLong(InvalidInput):
    """A text holds more characters than its field takes."""

    message = "This text is too long: it has %(length)s characters, and at most %(limit)s fit."


class QueryTooLong(InvalidInput):
    """A search asks for more than the bounded work of one search."""

    message = "Please search for fewer words: at most %(terms)s words and %(length)s characters."


def to_nfc(text: str) -> str:
    """Compose the marks, so that texts of every keyboard compare equal."""
    return unicodedata.normalize("NFC", text)


def clean_input(text: str, *, limit: int, field: str | None = None) -> str:
    """Return the text as it may be stored: NFC, one kind of line end, no control characters or bidi overrides.

    Raise TextTooLong when more than `limit` characters remain. Nothing else of the writer's words is changed.
    """
    cleaned = _FORBIDDEN.sub("", to_nfc(text.replace("\r\n", "\n").replace("\r", "\n")))
    if len(cleaned) > limit:
        raise TextTooLong(field=field, length=len(cleaned), limit=limit)
    return cleaned


def fold(text: str) -> str:
    """Reduce a text to what people can type on any keyboard: no case, no marks, đ as d, single spaces."""
    if not text.isascii():
        once = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)).casefold()
        text = _COMBINING.sub("", unicodedata.normalize("NFKD", once))
    return " ".join(text.casefold().replace("đ", "d").replace("ð", "d").split())


def syllables(text: str) -> list[str]:
    """Return the folded syllables in reading order; punctuation falls away."""
    return _SYLLABLE.findall(fold(text))


def segments(text: str) -> Iterator[list[str]]:
    """Yield the folded syllables of each stretch between sentence punctuation or line ends; never an empty list."""
    for part in _SEGMENT_END.split(text):
        found = syllables(part)
        if found:
            yield found


def expand_abbreviations(text: str) -> str:
    """Write out the abbreviations of chat ("dc", "csgt") for matching; never for what is stored."""
    return _SYLLABLE.sub(lambda match: ABBREVIATIONS.get(match.group().casefold(), match.group()), text)


def readable(text: str) -> str:
    """Return the text as a reader understands it: Telex decoded, abbreviations written out."""
    return expand_abbreviations(untelex(to_nfc(text)))


def search_text(text: str) -> str:
    """Return the folded form to keep (sealed) beside a text: line by line as written, then as understood.

    What differs by Telex or abbreviations follows on lines of its own, so that both spellings are found.
    """
    as_written = _folded_lines(text)
    understood = _folded_lines(readable(text))
    return as_written if understood == as_written else f"{as_written}\n{understood}"


def terms(text: str) -> frozenset[str]:
    """Return the index terms of a text: content syllables, and pairs "a b" of neighbouring content syllables.

    Function words stay out altogether, as the index leaks least about rare terms only: neighbours are counted after
    they are dropped. So each phrase with a content word is answerable from the index, and the few false hits go when
    the folded text is compared. Pairs never cross sentence punctuation.
    """
    return terms_in(search_text(text))


def terms_in(folded_text: str) -> frozenset[str]:
    """Return the same for a text kept by `search_text`."""
    found: set[str] = set()
    for segment in _folded_segments(folded_text):
        found |= _terms_of(segment)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Query:
    """A search as a person typed it, each part as folded syllables."""

    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    negated: tuple[tuple[str, ...], ...] = ()

    @property
    def index_terms(self) -> frozenset[str]:
        """The terms that every hit has in the index; empty when only function words or negations were asked for."""
        found = {word for word in self.words if word not in FUNCTION_WORDS}
        for phrase in self.phrases:
            found |= _terms_of(list(phrase))
        return frozenset(found)


def parse_query(text: str) -> Query:
    """Read words, "phrases" and -negations ("-word" or -"a phrase"); raise QueryTooLong beyond the bounds.

    A word that holds punctuation ("ma-túy") is a phrase. An unclosed quotation runs to the end. Abbreviations stay as
    typed: texts are kept in both spellings, so "e" still finds the plate that holds an E.
    """
    understood = untelex(to_nfc(text.strip()))
    parts = [(sign == "-", tuple(syllables(quoted or word))) for sign, quoted, word in _QUERY_PART.findall(understood)]
    parts = [(negated, part) for negated, part in parts if part]
    if len(text.strip()) > MAX_QUERY_LENGTH or sum(len(part) for _, part in parts) > MAX_QUERY_TERMS:
        raise QueryTooLong(field="query", terms=MAX_QUERY_TERMS, length=MAX_QUERY_LENGTH)
    wanted = [part for negated, part in parts if not negated]
    return Query(
        words=tuple(dict.fromkeys(part[0] for part in wanted if len(part) == 1)),
        phrases=tuple(dict.fromkeys(part for part in wanted if len(part) > 1)),
        negated=tuple(dict.fromkeys(part for negated, part in parts if negated)),
    )


def matches_query(folded_text: str, query: Query) -> bool:
    """Tell whether a text kept by `search_text` holds every word and phrase asked for and none of the negated."""
    lines = [f" {' '.join(segment)} " for segment in _folded_segments(folded_text)]

    def holds(part: tuple[str, ...]) -> bool:
        wanted = f" {' '.join(part)} "
        return any(wanted in line for line in lines)

    wanted = [(word,) for word in query.words] + list(query.phrases)
    return all(map(holds, wanted)) and not any(map(holds, query.negated))


def _folded_segments(text: str) -> Iterator[list[str]]:
    """Yield what `segments` does for a text that is folded already."""
    return filter(None, map(_SYLLABLE.findall, _SEGMENT_END.split(text)))


def _folded_lines(text: str) -> str:
    return "\n".join(filter(None, (fold(line) for line in text.splitlines())))


def _terms_of(segment: list[str]) -> set[str]:
    content = [syllable for syllable in segment if syllable not in FUNCTION_WORDS]
    return {*content, *(f"{left} {right}" for left, right in pairwise(content))}
