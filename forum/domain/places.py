"""What people's own words for a place mean today; boundaries and maps do not live here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from forum.domain.place_mentions import Everyday, Mention, MentionFinder, Strength, Unit
from forum.domain.place_records import (
    Commune,
    LegacyPlace,
    PlaceCandidate,
    PlaceMatch,
    PlaceReason,
    Province,
    Successor,
)
from forum.domain.place_words import Fold, Level, Words, tone_key

__all__ = [
    "Commune",
    "Gazetteer",
    "LegacyPlace",
    "PlaceCandidate",
    "PlaceMatch",
    "PlaceReason",
    "Province",
    "Successor",
]


_Rank = tuple[int, int, int, bool]
_REASON_RANK = list(PlaceReason)
_FARM_TOWN = "Nông trường "
"""Towns grown out of state farms, which people call without this word."""


class Gazetteer:
    """An index over all places; build it once and share it, it does not change."""

    def __init__(
        self,
        provinces: Sequence[Province],
        communes: Sequence[Commune],
        legacy: Sequence[LegacyPlace],
        *,
        fold: Fold,
        everyday: Mapping[str, Everyday] = MappingProxyType({}),
    ) -> None:
        self._fold = fold
        self._provinces = {province.code: province for province in provinces}
        self._communes = {commune.code: commune for commune in communes}
        self._legacy = {place.id: place for place in legacy}
        self._everyday = dict(everyday)
        self._origins = self._find_origins()
        self._cluster = MentionFinder(self._cluster_units(), fold)
        self._outside_codes = {province.code for province in provinces if not province.is_in_cluster}
        self._outside: dict[str, MentionFinder] = {}

    def resolve(self, text: str, *, province_code: str | None = None) -> PlaceMatch:
        """Return the communes that the words name, in a place field as well as inside a whole tip.

        A given province narrows the choice; a commune elsewhere is then still offered, but never as certain.
        """
        mentions, words = self._cluster.find(text)
        areas = [(unit, mention.strength) for mention in mentions for unit in _areas(mention)]
        stated = {unit.province_code for unit, strength in areas if strength > Strength.WEAK}
        scope = {province_code} if province_code else stated or {unit.province_code for unit, _ in areas}
        named = _within_containers([mention for mention in mentions if not _areas(mention)], words)
        for code in sorted(scope & self._outside_codes):
            named += self._find_outside(code, text, is_chosen=province_code is not None)
        olds = {unit.ref for unit, _ in areas if unit.level is Level.OLD_PROVINCE}
        fits = [fit for mention in named if (fit := _narrow(mention, scope, olds)) is not None]
        is_contradicted = bool(named) and not fits and bool(province_code or stated)
        is_guess = is_contradicted or (fits != named and not (province_code or stated))
        if province_code:
            stated = {province_code}
        elif is_contradicted:
            stated = set()
        chosen = _strongest(fits or named)
        is_sure = not is_guess and all(mention.strength > Strength.WEAK for mention in chosen)
        return _match(self._rank(chosen), stated, is_sure=is_sure)

    def _find_outside(self, province_code: str, text: str, *, is_chosen: bool) -> list[Mention]:
        """Find communes of a province outside the cluster; one that is only mentioned needs "xã" or its province."""
        mentions, words = self._finder_of(province_code).find(text)
        areas = {mention.start for mention in mentions if _areas(mention)}
        return [
            mention
            for mention in mentions
            if mention.start not in areas
            and (is_chosen or mention.is_qualified or words.next_name(mention.stop) in areas)
        ]

    def _rank(self, mentions: list[Mention]) -> list[tuple[_Rank, PlaceCandidate]]:
        """Return each commune once, with its best rank, the best first."""
        best: dict[str, tuple[_Rank, PlaceCandidate]] = {}
        order = sorted(mentions, key=lambda mention: (-mention.strength, mention.start))
        for position, mention in enumerate(order):
            for unit in mention.units:
                for candidate in self._candidates(unit):
                    is_namesake = self._communes[candidate.commune_code].name == unit.name
                    reason = _REASON_RANK.index(candidate.why)
                    rank = (-mention.strength, position, reason, not is_namesake)
                    known = best.get(candidate.commune_code)
                    if known is None or rank < known[0]:
                        best[candidate.commune_code] = (rank, candidate)
        return sorted(best.values(), key=lambda entry: (entry[0], entry[1].commune_code))

    def _candidates(self, unit: Unit) -> list[PlaceCandidate]:
        if unit.level is Level.COMMUNE:
            return [self._candidate(unit.ref, PlaceReason.EXACT, former=None)]
        place = self._legacy[unit.ref]
        reason = PlaceReason.LEGACY_DISTRICT
        if len(place.successors) == 1:
            reason = PlaceReason.LEGACY_WHOLE
        elif unit.level is Level.OLD_COMMUNE:
            reason = PlaceReason.LEGACY_PART
        former = self._former_label(place)
        return [self._candidate(after.commune_code, reason, former=former) for after in place.successors]

    def _candidate(self, code: str, why: PlaceReason, *, former: str | None) -> PlaceCandidate:
        commune = self._communes[code]
        province = self._provinces[commune.province_code]
        return PlaceCandidate(code, province.code, f"{commune.name_full}, {province.name_full}", why, former)

    def _former_label(self, place: LegacyPlace) -> str:
        return ", ".join([place.name_full, *(self._legacy[ref].name_full for ref in self._ancestors(place))])

    def _ancestors(self, place: LegacyPlace) -> list[str]:
        """Return the ids of the old district and province around an old place, the nearer first."""
        ancestors = []
        while place.parent_id is not None:
            ancestors.append(place.parent_id)
            place = self._legacy[place.parent_id]
        return ancestors

    def _find_origins(self) -> dict[str, frozenset[str]]:
        """Return for every commune the old districts and provinces that it came from."""
        origins: dict[str, set[str]] = {}
        for place in self._legacy.values():
            if place.level == "commune":
                for successor in place.successors:
                    origins.setdefault(successor.commune_code, set()).update(self._ancestors(place))
        return {code: frozenset(found) for code, found in origins.items()}

    def _cluster_units(self) -> Iterable[Unit]:
        for province in self._provinces.values():
            yield self._unit(Level.PROVINCE, province.code, province, province.code)
        for commune in self._communes.values():
            if self._provinces[commune.province_code].is_in_cluster:
                yield self._unit(Level.COMMUNE, commune.code, commune, commune.province_code)
        for place in self._legacy.values():
            yield self._unit(Level(f"old-{place.level}"), place.id, place, place.province_code)
            if place.name.startswith(_FARM_TOWN):
                town = replace(place, name=place.name.removeprefix(_FARM_TOWN))
                yield self._unit(Level(f"old-{place.level}"), place.id, town, place.province_code)

    def _unit(self, level: Level, ref: str, place: Province | Commune | LegacyPlace, province_code: str) -> Unit:
        within = self._origins.get(ref, frozenset())
        if isinstance(place, LegacyPlace):
            within = frozenset(self._ancestors(place))
        everyday = self._everyday.get(place.name)
        return Unit(level, ref, place.name, tone_key(place.name), place.kind, province_code, everyday, within)

    def _finder_of(self, province_code: str) -> MentionFinder:
        """Index the communes of a province outside the cluster when it is first named."""
        if province_code not in self._outside:
            communes = [place for place in self._communes.values() if place.province_code == province_code]
            units = [self._unit(Level.COMMUNE, place.code, place, province_code) for place in communes]
            units.append(self._unit(Level.PROVINCE, province_code, self._provinces[province_code], province_code))
            self._outside[province_code] = MentionFinder(units, self._fold)
        return self._outside[province_code]


def _areas(mention: Mention) -> list[Unit]:
    """Return the provinces that a mention names; "Lai Châu" alone is the province, not the old town in it.

    A province that kept its name is never read as the smaller one it was.
    """
    now = [unit for unit in mention.units if unit.level is Level.PROVINCE]
    return now or [unit for unit in mention.units if unit.level is Level.OLD_PROVINCE]


def _match(ranked: list[tuple[_Rank, PlaceCandidate]], stated: set[str], *, is_sure: bool) -> PlaceMatch:
    """Sum up; `stated` are the provinces that were named or chosen. A village's name alone points nowhere."""
    candidates = tuple(candidate for _, candidate in ranked)
    is_pointing = bool(ranked) and -ranked[0][0][0] > Strength.POSSIBLE
    provinces = stated
    if is_pointing and len(stated) != 1:
        provinces = {candidate.province_code for candidate in candidates}
    has_rival = len(ranked) > 1 and ranked[0][0] == ranked[1][0]
    is_whole = len(candidates) == 1 and candidates[0].why in (PlaceReason.EXACT, PlaceReason.LEGACY_WHOLE)
    return PlaceMatch(
        province_code=next(iter(provinces)) if len(provinces) == 1 else None,
        candidates=candidates,
        is_certain=is_sure and is_whole,
        likely=candidates[0] if is_pointing and not has_rival else None,
    )


def _strongest(mentions: list[Mention]) -> list[Mention]:
    """Drop guesses beside sure mentions, and the weaker repetitions of one name."""
    sure = [mention for mention in mentions if mention.strength > Strength.WEAK] or mentions
    by_name: dict[str, Mention] = {}
    for mention in sorted(sure, key=lambda mention: -mention.strength):
        by_name.setdefault(mention.units[0].name, mention)
    return list(by_name.values())


def _within_containers(mentions: list[Mention], words: Words) -> list[Mention]:
    """Read "Sơn Vĩ, Mèo Vạc" as the first within the second where the second really contained it."""
    kept: list[Mention] = []
    for mention in reversed(mentions):
        container = kept[-1] if kept else None
        inner = _inside(mention, container, words) if container is not None else ()
        if inner:
            kept.pop()
        kept.append(_with_units(mention, inner or mention.units))
    return kept[::-1]


def _inside(mention: Mention, container: Mention, words: Words) -> tuple[Unit, ...]:
    if words.next_name(mention.stop) != container.start:
        return ()
    refs = {unit.ref for unit in container.units if unit.level is Level.OLD_DISTRICT}
    return tuple(unit for unit in mention.units if unit.within & refs)


def _narrow(mention: Mention, codes: set[str], olds: set[str]) -> Mention | None:
    """Keep the readings that lie in the provinces named, and in the old ones where that leaves any."""
    units = tuple(unit for unit in mention.units if unit.province_code in codes) if codes else mention.units
    units = tuple(unit for unit in units if unit.within & olds) or units
    return _with_units(mention, units) if units else None


def _with_units(mention: Mention, units: tuple[Unit, ...]) -> Mention:
    return Mention(mention.start, mention.stop, units, mention.strength, mention.is_qualified)
