"""Where a demo tip plays and the particulars (village, landmark, sums, ages) that fill its sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from forum.cli.demo.chances import happens
from forum.cli.demo.course import CommuneLite
from forum.cli.demo.phrases import Phrasebook, Scenario

PROVINCE_WEIGHTS = {"08": 187, "15": 178, "14": 133, "20": 88, "11": 67, "04": 57, "12": 52}
"""Inhabitants in ten thousands, rounded, as published with the merger of 2025: a proportion, nothing more."""

_OTHER_PROVINCE_WEIGHT = 60
_WARD_WEIGHT = 3.0
_VILLAGE_PARTS = (("ban-head", "rural"), ("ban-first", "any"), ("ban-second", "any"))
_RENAMED = {"08": ("00691", "02000"), "15": ("04249", "05000")}
"""Communes whose codes lie between these came from the provinces merged away; people still say the old names."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One place with the slot values of one story; both tips of a pair of duplicates share it."""

    province_code: str | None
    commune: CommuneLite | None
    slots: Mapping[str, str]
    home_province: str | None = None
    """Where it really is; differs from `province_code` when the sender keeps silent about it."""
    old_province: str = ""
    outside: tuple[str, str] | None = None
    """The police of a province outside the cluster and their address, when the story plays there."""


@dataclass(slots=True)
class SceneMaker:
    """Draws scenes so that every category reaches every province in proportion to its people."""

    communes: Sequence[CommuneLite]
    book: Phrasebook
    rng: Random
    _by_province: dict[str, list[CommuneLite]] = field(default_factory=lambda: defaultdict(list))
    _credit: dict[str, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Shuffle the communes of each province: the first of the list are the talkative ones."""
        for commune in self.communes:
            self._by_province[commune.province_code].append(commune)
        for communes in self._by_province.values():
            self.rng.shuffle(communes)

    def draw(self, scenario: Scenario) -> Scene:
        """Draw a place inside the cluster."""
        commune = self._commune(self._province(scenario), scenario)
        label = commune.name_full[:1].lower() + commune.name_full[1:]
        first, last = _RENAMED.get(commune.province_code, ("", ""))
        return Scene(
            province_code=commune.province_code,
            commune=commune,
            slots=self._slots(
                ban=self._village(commune, scenario), xa=label, tinh=commune.province_name, is_ward=_is_ward(commune)
            ),
            home_province=commune.province_code,
            old_province=self.book.pick(self.rng, "old-name", commune.province_code)
            if first <= commune.code < last
            else "",
        )

    def draw_outside(self) -> Scene:
        """Draw a place outside the cluster, known by its province only."""
        code, name, police, desk = self.book.pick(self.rng, "outside-city").split(";")
        slots = self._slots(ban=self.book.pick(self.rng, "no-unit"), xa=name, tinh=name)
        return Scene(province_code=code, commune=None, slots=slots, outside=(police, desk))

    def draw_nowhere(self, scenario: Scenario) -> Scene:
        """Draw a scene whose sender does not say where it is; the slots still name the village in passing."""
        scene = self.draw(scenario)
        slots = {
            **scene.slots,
            "ban": self.book.pick(self.rng, "no-unit"),
            "xa": self.book.pick(self.rng, "no-commune"),
        }
        return Scene(province_code=None, commune=None, slots=slots, home_province=scene.home_province)

    def _province(self, scenario: Scenario) -> str:
        """Give the turn to the province with the largest credit: proportions hold even in rare categories."""
        weights = {code: PROVINCE_WEIGHTS.get(code, _OTHER_PROVINCE_WEIGHT) for code in sorted(self._by_province)}
        total = sum(weights.values())
        credit = self._credit.setdefault(scenario.category, {code: self.rng.random() / 2 for code in weights})
        for code, weight in weights.items():
            credit[code] += weight / total
        turn = max(credit, key=lambda code: credit[code])
        credit[turn] -= 1
        return turn

    def _commune(self, province_code: str, scenario: Scenario) -> CommuneLite:
        communes = self._by_province[province_code]
        fitting = [commune for commune in communes if self._fits(commune, scenario.setting)] or communes
        weights = [
            (_WARD_WEIGHT if _is_ward(commune) else 1.0) / (1 + rank) ** 0.4 for rank, commune in enumerate(fitting)
        ]
        return self.rng.choices(fitting, weights)[0]

    def _fits(self, commune: CommuneLite, setting: str) -> bool:
        match setting:
            case "urban":
                return _is_ward(commune)
            case "rural":
                return not _is_ward(commune)
            case "border":
                return commune.code in self.book.border_communes
            case _:
                return True

    def _village(self, commune: CommuneLite, scenario: Scenario) -> str:
        """Name a fictional village or a numbered quarter."""
        pick = self.book.pick
        if _is_ward(commune) or (scenario.setting == "urban" and happens(self.rng, 0.5)):
            return pick(self.rng, "urban-ban").format(k=self.rng.randint(1, 14))
        head, first, second = (pick(self.rng, use, key) for use, key in _VILLAGE_PARTS)
        return f"{head} {first} {second}"

    def _slots(self, *, ban: str, xa: str, tinh: str, is_ward: bool = False) -> dict[str, str]:
        rng = self.rng
        drawn = {use: self.book.pick(rng, use) for use in ("moc", "dem", "ngay", "xe", "nhom", "mang")}
        return drawn | {
            "ban": ban,
            "xa": xa,
            "cax": self.book.pick(rng, "commune-police", "ward" if is_ward else "commune"),
            "tinh": tinh,
            "n": str(rng.randint(3, 9)),
            "tien": self._sum_of_money(),
            "tien_it": self.book.pick(rng, "small-money"),
            "tuoi": str(rng.randint(14, 19)),
            "tuoi_be": str(rng.randint(5, 9)),
            "tuoi_lon": str(rng.randint(20, 36)),
            "tuoi_gia": str(rng.randint(62, 86)),
            "sdt": f"0900 000 {rng.randrange(1000):03d}",
        }

    def _sum_of_money(self) -> str:
        millions = max(2, round(self.rng.lognormvariate(2.6, 0.9)))
        return self.book.pick(self.rng, "money").format(m=millions, k=self.rng.randint(1, 9))


def _is_ward(commune: CommuneLite) -> bool:
    return commune.name_full.lower().startswith("phường")
