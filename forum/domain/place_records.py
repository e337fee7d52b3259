"""Places old and new as plain records, and the answer to the question which of them a text means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Province:
    """A province or centrally run city since July 2025."""

    code: str
    name_full: str
    name: str
    kind: str
    latitude: float
    longitude: float
    is_in_cluster: bool
    valid_from: date


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, ward or special zone since July 2025."""

    code: str
    province_code: str
    name_full: str
    name: str
    kind: str
    latitude: float
    longitude: float
    valid_from: date


@dataclass(frozen=True, slots=True)
class Successor:
    """A commune that took over an old place, or a part of it."""

    commune_code: str
    is_part: bool


@dataclass(frozen=True, slots=True)
class LegacyPlace:
    """A province, district or commune up to June 2025; `level` is one of those three words."""

    id: str
    level: str
    name_full: str
    name: str
    kind: str
    parent_id: str | None
    province_code: str
    valid_to: date
    successors: tuple[Successor, ...]


class PlaceReason(StrEnum):
    """Why a commune is offered, the best reason first."""

    EXACT = "exact"
    LEGACY_WHOLE = "legacy-whole"
    LEGACY_PART = "legacy-part"
    LEGACY_DISTRICT = "legacy-district"


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """A commune to choose; `former` is the old place that led to it, if it was an old one."""

    commune_code: str
    province_code: str
    label: str
    why: PlaceReason
    former: str | None


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """What a text says about the place; the candidates come with the best first.

    `is_certain`: there is one commune and no other reading, so it may be taken without asking.
    `likely`: the first candidate when nothing ranks beside it; a suggestion for people, never a decision.
    """

    province_code: str | None
    candidates: tuple[PlaceCandidate, ...]
    is_certain: bool
    likely: PlaceCandidate | None
