"""Looking for words in raw bytes, in every spelling in which a program could have left them."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from forum.domain.text import fold

PIECE = 32 * 1024 * 1024
SHORTEST = 8
"""Shorter needles would be found in random bytes."""


@dataclass(frozen=True)
class Find:
    """Where a phrase lies readable, and in which spelling."""

    place: str
    phrase: str
    spelling: str


def spellings(phrase: str) -> dict[str, bytes]:
    """Return what to look for, by the name of the spelling."""
    composed = unicodedata.normalize("NFC", phrase)
    forms = {
        "as typed": phrase,
        "composed": composed,
        "decomposed": unicodedata.normalize("NFD", phrase),
        "upper": composed.upper(),
        "lower": composed.lower(),
        "folded": fold(phrase),
        "without spaces": "".join(phrase.split()),
    }
    found: dict[bytes, str] = {}
    for form, text in forms.items():
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            found.setdefault(text.encode(encoding), f"{form}, {encoding}")
    for form in ("composed", "folded"):
        raw = forms[form].encode()
        found.setdefault(raw.hex().encode(), f"{form}, hex")
        found.setdefault(raw.hex().upper().encode(), f"{form}, hex in capitals")
        found.setdefault(quote_plus(raw).encode(), f"{form}, percent-encoded")
        found.setdefault(json.dumps(forms[form])[1:-1].encode(), f"{form}, JSON escapes")
        for offset in range(3):
            found.setdefault(_base64_core(raw, offset), f"{form}, base64 at {offset}")
    return {name: needle for needle, name in found.items() if len(needle) >= SHORTEST}


def search(places: Iterable[tuple[str, Path]], needles: dict[bytes, tuple[str, str]]) -> Iterator[Find]:
    """Yield each needle that lies in a file; files may vanish meanwhile, as those of a running server do."""
    overlap = max(map(len, needles)) - 1
    for place, path in places:
        try:
            with path.open("rb") as file:
                tail = b""
                while piece := file.read(PIECE):
                    held = tail + piece
                    for needle, (phrase, spelling) in needles.items():
                        if needle in held:
                            yield Find(place, phrase, spelling)
                    tail = held[-overlap:]
        except FileNotFoundError:
            continue


def needles_of(phrases: Iterable[str], raw: dict[str, bytes] | None = None) -> dict[bytes, tuple[str, str]]:
    """Return all needles of phrases, and raw bytes as they are, each with what to call it."""
    found = {needle: (phrase, name) for phrase in phrases for name, needle in spellings(phrase).items()}
    return found | {needle: (name, "raw bytes") for name, needle in (raw or {}).items()}


def _base64_core(raw: bytes, offset: int) -> bytes:
    """Return the part of the base64 that does not depend on what stands around the bytes."""
    encoded = base64.b64encode(bytes(offset) + raw)
    return encoded[(0, 2, 3)[offset] : (offset + len(raw)) // 3 * 4]
