"""Whether two pages are alike enough to be compared: by their bytes, and by what stands in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser

MOST_APART = 0.1
"""Share by which the bytes of two pages may differ, and what is counted in them."""
FEW = 4
"""So many links or fields apart are nothing: tokens, and what a page says of its sender."""
COUNTED = {
    "tr": "rows",
    "td": "cells",
    "th": "cells",
    "li": "items",
    "a": "links",
    "input": "fields",
    "select": "fields",
    "textarea": "fields",
    "option": "options",
    "svg": "symbols",
}


@dataclass(frozen=True, slots=True)
class Build:
    """What a page is made of."""

    size: int
    parts: Counter[str]

    @classmethod
    def of(cls, page: bytes) -> Build:
        """Count."""
        reader = _Reader()
        reader.feed(page.decode())
        return cls(len(page), reader.parts)

    def unlike(self, other: Build) -> list[str]:
        """Return in what the two are too far apart."""
        pairs = {"bytes": (self.size, other.size)}
        pairs |= {part: (self.parts[part], other.parts[part]) for part in sorted(set(COUNTED.values()))}
        return [
            f"{mine} {part} against {theirs}"
            for part, (mine, theirs) in pairs.items()
            if abs(mine - theirs) > max(FEW, MOST_APART * max(mine, theirs))
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in COUNTED:
            self.parts[COUNTED[tag]] += 1
