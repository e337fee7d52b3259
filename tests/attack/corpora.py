"""Tips as the attacker and the attacked have them: of one distribution, yet none the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from forum.cli.demo.corpus import generate
from forum.cli.demo.seeding import MONTHS, communes
from forum.domain.text import search_text, terms_in
from forum.domain.tip_text import TipText

UNTIL = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """One tip: what its row shows to everybody with the database, and its content words."""

    category: str
    place: tuple[str, str]
    words: tuple[str, ...]

    @property
    def scope(self) -> str:
        return self.place[0] or "cluster"


def told(count: int, *, seed: int) -> list[Told]:
    """Return tips in random order, their words found just as the forum finds them before it makes codes of them."""
    tips = list(_told(count, seed=seed))
    Random(seed).shuffle(tips)
    return tips


def _told(count: int, *, seed: int) -> Iterator[Told]:
    for tip in generate(count, until=UNTIL, months=MONTHS, communes=communes(), seed=seed):
        text = TipText(body=tip.text, place=tip.place_text, police_unit=tip.about_police or "")
        terms = terms_in(search_text(text.searchable))
        words = tuple(sorted(term for term in terms if " " not in term))
        yield Told(tip.category, (tip.province_code or "", tip.commune_code or ""), words)
