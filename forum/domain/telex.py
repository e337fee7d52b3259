"""Reading of raw Telex ("Tooi muoosn baso"): the keystrokes of people whose Vietnamese keyboard was switched off."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323", "z": ""}
_CIRCUMFLEX = {"a": "â", "e": "ê", "o": "ô"}
_HORN_OR_BREVE = {"a": "ă", "o": "ơ", "u": "ư"}
_VOWELS = frozenset("aăâeêioôơuưy")
_MARKED_VOWELS = frozenset("ăâêôơư")
_SPELT_LETTERS = _MARKED_VOWELS | {"đ"}
_TONE_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")

_ONSET = r"(?:b|ch|c|d|đ|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|q|r|s|th|tr|t|v|x)?"
# A lone "oo" is left out on purpose: it occurs in a handful of loan words, but in nearly every raw Telex text.
_NUCLEUS = (
    r"(?:oai|oay|oao|oeo|uai|uao|uay|uây|ueo|uya|uyê|uyu|iêu|yêu|uôi|ươi|ươu|"
    r"ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi|ua|uă|uâ|ue|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|"
    r"a|ă|â|e|ê|i|o|ô|ơ|u|ư|y)"
)
_CODA = r"(?:ch|c|m|ng|nh|n|p|t)?"
_SYLLABLE = re.compile(f"{_ONSET}{_NUCLEUS}{_CODA}")
_WORD = re.compile(r"[A-Za-z]+")
_LETTERS = re.compile(r"[^\W\d_]+")

_LEAST_WORDS = 2
_LEAST_SHARE = 0.3
"""Below this share of Telex words a text is taken as written: English and abbreviations hold a few by chance."""


def looks_like_telex(text: str) -> bool:
    """Tell whether the text is raw Telex as a whole, judged by the share of words that only Telex explains.

    At least one word must spell a letter of its own (aa, ow, dd): English has tone keys at its word ends by chance.
    """
    words = _LETTERS.findall(text)
    decoded = [_decoded_or_none(word.casefold()) for word in words if _WORD.fullmatch(word)]
    changed = [word for word in decoded if word is not None]
    spelt = any(
        not _SPELT_LETTERS.isdisjoint(unicodedata.normalize("NFC", _TONE_MARKS.sub("", _nfd(w)))) for w in changed
    )
    return spelt and len(changed) >= _LEAST_WORDS and len(changed) >= _LEAST_SHARE * len(words)


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def untelex(text: str) -> str:
    """Turn raw Telex into Vietnamese where the text looks like it; return any other text unchanged."""
    return _WORD.sub(_replace, text) if looks_like_telex(text) else text


def _replace(match: re.Match[str]) -> str:
    word = match.group()
    decoded = _decoded_or_none(word.casefold())
    if decoded is None:
        return word
    if word.isupper() and len(word) > 1:
        return decoded.upper()
    return decoded[0].upper() + decoded[1:] if word[0].isupper() else decoded


@lru_cache(maxsize=4096)
def _decoded_or_none(word: str) -> str | None:
    """Decode one lower-case word; None where it is no Telex: nothing changes, or no Vietnamese syllable results."""
    for reach_back in (True, False):
        letters, tone = _keystrokes(word, reach_back=reach_back)
        plain = "".join(letters)
        if _SYLLABLE.fullmatch(plain) and (tone or plain != word):
            return _with_tone(letters, tone)
    return None


def _keystrokes(word: str, *, reach_back: bool) -> tuple[list[str], str]:
    """Replay the keys; `reach_back` lets a repeated vowel mark an earlier one, as in "toio" for "tôi"."""
    letters: list[str] = []
    tone = ""
    for key in word:
        has_vowel = any(letter in _VOWELS for letter in letters)
        if key in _TONES and has_vowel:
            tone = _TONES[key]
        elif key == "w":
            _add_horn_or_breve(letters)
        elif key == "d" and letters and letters[0] == "d":
            letters[0] = "đ"
        elif key in _CIRCUMFLEX and key in (letters if reach_back else letters[-1:]):
            letters[len(letters) - 1 - letters[::-1].index(key)] = _CIRCUMFLEX[key]
        else:
            letters.append(key)
    return letters, tone


def _add_horn_or_breve(letters: list[str]) -> None:
    at = next((i for i in range(len(letters) - 1, -1, -1) if letters[i] in _HORN_OR_BREVE), None)
    if at is None:
        letters.append("ư")
        return
    after_u = at > 0 and letters[at - 1] == "u" and "".join(letters[:2]) != "qu"
    if after_u and letters[at] == "o":
        letters[at - 1 : at + 1] = ["ư", "ơ"]
    elif after_u and letters[at] == "a":
        letters[at - 1] = "ư"
    else:
        letters[at] = _HORN_OR_BREVE[letters[at]]


def _with_tone(letters: list[str], tone: str) -> str:
    if tone:
        at = _tone_position(letters)
        letters = [*letters[:at], unicodedata.normalize("NFC", letters[at] + tone), *letters[at + 1 :]]
    return "".join(letters)


def _tone_position(letters: list[str]) -> int:
    vowels = [i for i, letter in enumerate(letters) if letter in _VOWELS]
    glide = "".join(letters[:2]) in ("qu", "gi") and len(vowels) > 1
    vowels = vowels[1:] if glide else vowels
    marked = [i for i in vowels if letters[i] in _MARKED_VOWELS]
    if marked:
        return marked[-1]
    has_coda = vowels[-1] < len(letters) - 1
    rounded = "".join(letters[i] for i in vowels) in ("oa", "oe", "uy")
    if has_coda or rounded:
        return vowels[-1]
    is_triphthong = vowels[2:] != []
    return vowels[1] if is_triphthong else vowels[0]
