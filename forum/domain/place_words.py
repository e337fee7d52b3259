"""Read a text as words and judge what stands around a possible place name; no names of places live here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

Fold = Callable[[str], str]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONE_Y = re.compile(r"\b(gh|kh|ph|th|ch|nh|tr|qu|[bcdghklmnprstvx])y\b")
_TONES = "\u0300\u0301\u0303\u0309\u0323"


class Level(StrEnum):
    """What a name can denote, now or before July 2025."""

    PROVINCE = "province"
    COMMUNE = "commune"
    OLD_PROVINCE = "old-province"
    OLD_DISTRICT = "old-district"
    OLD_COMMUNE = "old-commune"


class Gap(IntEnum):
    """What separates a word from the one before it."""

    SPACE = 0
    COMMA = 1
    HARD = 2


_COMMUNES = frozenset({Level.COMMUNE, Level.OLD_COMMUNE})
_DISTRICTS = frozenset({Level.OLD_DISTRICT})
_PROVINCES = frozenset({Level.PROVINCE, Level.OLD_PROVINCE})

# Words as people write them; they are matched with their marks unless the text was typed without.
_KIND_WORDS = {
    "xã": _COMMUNES,
    "phường": _COMMUNES,
    "thị trấn": _COMMUNES,
    "đặc khu": _COMMUNES,
    "huyện": _DISTRICTS,
    "thị xã": _DISTRICTS,
    "thành phố": _DISTRICTS | _PROVINCES,
    "tỉnh": _PROVINCES,
}
_SHORT_KINDS = {"tt": "thị trấn", "tx": "thị xã", "tp": "thành phố"}
_DOTTED_KINDS = {"x": "xã", "p": "phường", "h": "huyện", "t": "tỉnh"} | _SHORT_KINDS
_CUES = "ở tại thuộc gần khu đồn ubnd"
_DOUBTFUL_CUES = "chợ đến lên xuống về từ vùng qua cạnh trên dưới bên ngoài phía sang ngã an"
"""Words before a place whose form without marks is another everyday word ("chợ", "cho")."""
_VILLAGES = "bản thôn xóm làng ấp"
_NOT_PLACES = "anh chị ông bà cô chú bác em cháu thầy tên đường phố ngõ trường họ quán ty"
_BOUND = ("công", "an")
"""Two words that belong together, so that "công an Sơn La" does not name the place An Sơn."""
_LINKS = "thuộc của"
_JOINING = frozenset([" ", "-", " - ", "–", " – "])
_SOFT = frozenset([",", "(", "/"])
VILLAGE_REACH = 4
"""Words from "bản" to the commune that follows: a village's own name has at most three."""
FEW_MARKED = 4
"""A text with marks on at most one word in so many was typed without them; usual are two words in three."""
SHORT_TEXT = 8
"""A text of so few words is a place field rather than a story; a bare name counts in it."""


@dataclass(frozen=True, slots=True)
class KindWord:
    """The "xã" before a name: which levels it allows and which kind it names."""

    kind: str
    levels: frozenset[Level]
    length: int


def canonical(folded: str) -> str:
    """Treat Mỹ and Mĩ, Lý and Lí alike; a y after a vowel (Mường Lay) stays what it is."""
    return _LONE_Y.sub(r"\1i", folded)


def tone_key(name: str) -> str:
    """Return a name in a form in which only the place of the tone mark (hoà, hòa) does not count."""
    return " ".join(_tone_key(word) for word in name.casefold().split())


def _tone_key(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    letters = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
    return canonical(letters) + "".join(mark for mark in parts if mark in _TONES)


@dataclass(frozen=True, slots=True)
class Cues:
    """The words that tell about a name beside them, either all with their marks or all without."""

    kinds: dict[str, KindWord]
    places: frozenset[str]
    hints: frozenset[str]
    villages: frozenset[str]
    not_places: frozenset[str]
    links: frozenset[str]
    bound: tuple[str, str]

    @classmethod
    def build(cls, strip: Fold, *, is_plain: bool) -> Cues:
        """Build the cues in the spelling that `strip` makes of them; without marks some are mere hints."""
        kinds = {
            strip(written): KindWord(kind, _KIND_WORDS[kind], len(written.split()))
            for written, kind in ({kind: kind for kind in _KIND_WORDS} | _SHORT_KINDS).items()
        }
        places, hints, villages, not_places, links = (
            frozenset(strip(words).split()) for words in (_CUES, _DOUBTFUL_CUES, _VILLAGES, _NOT_PLACES, _LINKS)
        )
        bound = (strip(_BOUND[0]), strip(_BOUND[1]))
        return cls(kinds, places if is_plain else places | hints, hints, villages, not_places, links, bound)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text as parallel lists, with the questions asked about their surroundings.

    `written` is in lower case with its marks, `folded` without, `gaps` says what precedes a word, and `dotted` holds
    the places of abbreviations such as "P." and "tx.".
    """

    raw: list[str]
    written: list[str]
    folded: list[str]
    gaps: list[Gap]
    dotted: frozenset[int]
    cues: Cues
    is_plain: bool
    is_shouting: bool

    def _spelling(self, index: int) -> str:
        return self.folded[index] if self.is_plain else self.written[index]

    def kind_before(self, start: int) -> KindWord | None:
        """Return the "xã", "thị xã", "tp." that stands directly before a name."""
        if start == 0 or self.gaps[start] is not Gap.SPACE:
            return None
        if start > 1 and self.gaps[start - 1] is Gap.SPACE:
            two = self.cues.kinds.get(f"{self._spelling(start - 2)} {self._spelling(start - 1)}")
            if two is not None:
                return two
        if start - 1 in self.dotted:
            kind = _DOTTED_KINDS[self.folded[start - 1]]
            return KindWord(kind, _KIND_WORDS[kind], 1)
        return self.cues.kinds.get(self._spelling(start - 1))

    def begins_field(self, start: int) -> bool:
        """Tell whether the text is a mere place field and begins with the name."""
        return start == 0 and len(self.raw) <= SHORT_TEXT

    def has_cue(self, start: int) -> bool:
        """Tell whether the word before makes the name one of a place."""
        is_joined = start > 0 and self.gaps[start] is not Gap.HARD
        return is_joined and self._spelling(start - 1) in self.cues.places

    def names_village(self, start: int) -> bool:
        """Tell whether the name belongs to a village: "thôn Nà Tấu" need not lie in the commune Nà Tấu."""
        return start > 0 and self.gaps[start] is Gap.SPACE and self._spelling(start - 1) in self.cues.villages

    def has_hint(self, start: int) -> bool:
        """Tell whether a word before may announce a place, or a village is named shortly before."""
        reach = max(-1, start - 1 - VILLAGE_REACH)
        for index in range(start - 1, reach, -1):
            if self.gaps[index + 1] is Gap.HARD:
                return False
            word = self._spelling(index)
            if word in self.cues.villages or (index == start - 1 and word in self.cues.hints):
                return True
        return False

    def names_something_else(self, start: int) -> bool:
        """Tell whether the word before makes the name one of a person, a street or a school, or tears a word apart."""
        if start == 0 or self.gaps[start] is not Gap.SPACE:
            return False
        pair = (self._spelling(start - 1), self._spelling(start))
        return pair[0] in self.cues.not_places or pair == self.cues.bound

    def next_name(self, stop: int) -> int:
        """Return where a container could begin after a name: behind "thuộc", "huyện", "tỉnh"; -1 at a full stop."""
        index = stop
        while index < len(self.raw) and self.gaps[index] is not Gap.HARD:
            one = self._spelling(index)
            two = f"{one} {self._spelling(index + 1)}" if index + 1 < len(self.raw) else ""
            if two in self.cues.kinds:
                index += 2
            elif one in self.cues.links or one in self.cues.kinds or index in self.dotted:
                index += 1
            else:
                return index
        return -1

    def is_proper(self, start: int, stop: int) -> bool:
        """Tell whether every word of a name has a capital in a text that is not all capitals."""
        return not self.is_shouting and all(word[0].isupper() for word in self.raw[start:stop])


class Reader:
    """Splits texts into words; built once, because the cues are folded once."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold
        self._marked = Cues.build(str, is_plain=False)
        self._plain = Cues.build(fold, is_plain=True)

    def read(self, text: str) -> Words:
        """Return the words of a text with the cues in the spelling that the text uses."""
        text = unicodedata.normalize("NFC", text)
        spans = [match.span() for match in _WORD.finditer(text)]
        raw = [text[start:stop] for start, stop in spans]
        written = [word.casefold() for word in raw]
        bare = self._fold_each(written)
        gaps, dotted = _separations(text, spans, written)
        marked = sum(word != plain for word, plain in zip(written, bare, strict=True))
        is_plain = marked * FEW_MARKED <= len(written)
        is_shouting = sum(map(str.isupper, raw)) * 2 > len(raw)
        cues = self._plain if is_plain else self._marked
        return Words(raw, written, canonical(" ".join(bare)).split(), gaps, dotted, cues, is_plain, is_shouting)

    def _fold_each(self, words: list[str]) -> list[str]:
        """Fold all words by one call, since a call costs more than a word."""
        folded = self._fold(" ".join(words)).split()
        return folded if len(folded) == len(words) else ["".join(self._fold(word).split()) or word for word in words]


def _separations(text: str, spans: list[tuple[int, int]], written: list[str]) -> tuple[list[Gap], frozenset[int]]:
    """Return for every word its gap to the word before, and which words are a dotted "P." or "tx."."""
    gaps = [Gap.HARD]
    dotted = set()
    for index, word in enumerate(written[:-1]):
        between = text[spans[index][1] : spans[index + 1][0]]
        if between in _JOINING:
            gaps.append(Gap.SPACE)
            continue
        between = between.strip()
        if between == "." and word in _DOTTED_KINDS:
            dotted.add(index)
        is_open = not between or index in dotted
        gaps.append(Gap.SPACE if is_open else Gap.COMMA if between in _SOFT else Gap.HARD)
    return gaps, frozenset(dotted)
