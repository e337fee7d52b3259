"""What the place fields of the form offer and what the words in them mean."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache

from forum.adapters import shipped
from forum.domain.collation import sort_key
from forum.domain.places import Gazetteer, PlaceCandidate
from forum.domain.text import fold, readable

MOST_CHOICES = 20


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """What the words say: one place beyond doubt, or several to choose from; neither when nothing was understood.

    `mark` stands for the words themselves, so that nobody is asked twice about the same ones.
    """

    mark: str
    sure: PlaceCandidate | None = None
    choices: tuple[PlaceCandidate, ...] = ()

    def chosen(self, commune_code: str | None) -> PlaceCandidate | None:
        """Return the place beyond doubt, or the one chosen among those offered; None for any other value."""
        return self.sure or next((place for place in self.choices if place.commune_code == commune_code), None)


def read_place(gazetteer: Gazetteer, *, commune: str, words: str, province_code: str | None) -> PlaceReading:
    """Read the commune field, or the free words where it is empty.

    Free words hold more than names, so a choice is offered for them only when one reading stands out.
    """
    text = commune.strip() or words.strip()
    mark = hashlib.sha256("\x00".join((province_code or "", fold(text))).encode()).hexdigest()[:16]
    if not text:
        return PlaceReading(mark)
    match = gazetteer.resolve(readable(text), province_code=province_code)
    if match.is_certain:
        return PlaceReading(mark, sure=match.candidates[0])
    if not commune.strip() and match.likely is None:
        return PlaceReading(mark)
    return PlaceReading(mark, choices=match.candidates[:MOST_CHOICES])


@cache
def province_names() -> dict[str, str]:
    """Return code and name of the cluster's provinces in Vietnamese order, with the old provinces inside them."""
    own = {province.code: province.name for province in shipped.provinces() if province.is_in_cluster}
    merged: dict[str, list[str]] = {}
    for place in shipped.legacy_places():
        if place.level == "province" and place.name != own[place.province_code]:
            merged.setdefault(place.province_code, []).append(place.name)
    named = {code: f"{name} ({', '.join(merged[code])})" if code in merged else name for code, name in own.items()}
    return dict(sorted(named.items(), key=lambda entry: sort_key(entry[1])))


@dataclass(frozen=True, slots=True)
class CommuneTable:
    """The names that are suggested while typing, as JSON, and a version that changes with them."""

    body: str
    version: str


@cache
def commune_table() -> CommuneTable:
    """Return the communes of the cluster by province, in Vietnamese order."""
    names: dict[str, list[str]] = {code: [] for code in province_names()}
    for commune in shipped.communes():
        if commune.province_code in names:
            names[commune.province_code].append(commune.name_full)
    ordered = {code: sorted(found, key=sort_key) for code, found in names.items()}
    body = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
    return CommuneTable(body, hashlib.sha256(body.encode()).hexdigest()[:12])
