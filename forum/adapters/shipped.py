"""Typed readers of the tables in forum/data, each read once; the files name their sources in forum/data/README.md."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from forum.domain.place_mentions import Everyday
from forum.domain.place_words import Fold
from forum.domain.places import Commune, Gazetteer, LegacyPlace, Province, Successor
from forum.domain.vocabulary import Category, TeamKind


@dataclass(frozen=True, slots=True)
class ShippedDepartment:
    """A provincial department and the categories it usually handles."""

    code: str
    name_vi: str
    name_en: str
    kind: TeamKind
    handles: tuple[Category, ...]
    note_vi: str
    note_en: str


@dataclass(frozen=True, slots=True)
class ShippedProvinceDepartment:
    """A department of one province; which categories it handles is only the usual allotment until confirmed."""

    province_code: str
    department_code: str
    handles: tuple[Category, ...]
    source: str
    is_verified: bool
    valid_from: date


@dataclass(frozen=True, slots=True)
class ShippedCategory:
    """A category as the citizen sees it; `pictogram` is the stem of the picture file."""

    code: Category
    name_vi: str
    name_en: str
    hint_vi: str
    hint_en: str
    pictogram: str
    default_department: str
    sort: int


@dataclass(frozen=True, slots=True)
class ShippedCalendarDay:
    """A day that differs from Monday to Friday; `kind` is holiday, day-off or worked."""

    day: date
    kind: str
    name_vi: str
    source: str
    is_verified: bool


def read_table(file_name: str) -> list[dict[str, str]]:
    """Return the rows of a shipped table as text."""
    text = (resources.files("forum") / "data" / file_name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def provinces() -> tuple[Province, ...]:
    """Return the 34 provinces by code."""
    return tuple(
        Province(
            row["code"],
            row["name_full"],
            row["name"],
            row["kind"],
            float(row["lat"]),
            float(row["lon"]),
            is_in_cluster=row["in_cluster"] == "1",
            valid_from=date.fromisoformat(row["valid_from"]),
        )
        for row in read_table("provinces.csv")
    )


@cache
def communes() -> tuple[Commune, ...]:
    """Return the 3,321 communes by code."""
    return tuple(
        Commune(
            row["code"],
            row["province_code"],
            row["name_full"],
            row["name"],
            row["kind"],
            float(row["lat"]),
            float(row["lon"]),
            date.fromisoformat(row["valid_from"]),
        )
        for row in read_table("communes.csv")
    )


@cache
def legacy_places() -> tuple[LegacyPlace, ...]:
    """Return the old provinces, districts and communes of the cluster, with what became of them."""
    successors: dict[str, list[Successor]] = {}
    for row in read_table("legacy_successors.csv"):
        successor = Successor(row["commune_code"], is_part=row["part"] == "part")
        successors.setdefault(row["legacy_id"], []).append(successor)
    return tuple(
        LegacyPlace(
            row["id"],
            row["level"],
            row["name_full"],
            row["name"],
            row["kind"],
            row["parent_id"] or None,
            row["province_code"],
            date.fromisoformat(row["valid_to"]),
            tuple(successors.get(row["id"], ())),
        )
        for row in read_table("legacy_places.csv")
    )


@cache
def departments() -> tuple[ShippedDepartment, ...]:
    """Return the departments that every provincial police has."""
    return tuple(
        ShippedDepartment(
            row["code"],
            row["name_vi"],
            row["name_en"],
            TeamKind(row["kind"]),
            _categories(row["handles"]),
            row["note_vi"],
            row["note_en"],
        )
        for row in read_table("departments.csv")
    )


@cache
def province_departments() -> tuple[ShippedProvinceDepartment, ...]:
    """Return one row for each department of each province of the cluster."""
    return tuple(
        ShippedProvinceDepartment(
            row["province_code"],
            row["department_code"],
            _categories(row["handles"]),
            row["source"],
            row["verified"] == "1",
            date.fromisoformat(row["valid_from"]),
        )
        for row in read_table("province_departments.csv")
    )


@cache
def categories() -> tuple[ShippedCategory, ...]:
    """Return the thirteen categories in the order shown."""
    return tuple(
        ShippedCategory(
            Category(row["code"]),
            row["name_vi"],
            row["name_en"],
            row["hint_vi"],
            row["hint_en"],
            row["pictogram"],
            row["default_department"],
            int(row["sort"]),
        )
        for row in read_table("categories.csv")
    )


@cache
def work_calendar() -> tuple[ShippedCalendarDay, ...]:
    """Return the exceptional days of 2024 to 2027 in date order."""
    return tuple(
        ShippedCalendarDay(
            date.fromisoformat(row["date"]), row["kind"], row["name_vi"], row["source"], row["verified"] == "1"
        )
        for row in read_table("work_calendar.csv")
    )


@cache
def everyday_names() -> dict[str, Everyday]:
    """Return the place names that are also ordinary words or names of persons and streets."""
    return {row["name"]: Everyday(row["when"]) for row in read_table("everyday_names.csv")}


@cache
def gazetteer(fold: Fold) -> Gazetteer:
    """Return the index over all places for one folding function, built at the first call."""
    return Gazetteer(provinces(), communes(), legacy_places(), fold=fold, everyday=everyday_names())


def _categories(words: str) -> tuple[Category, ...]:
    return tuple(Category(word) for word in words.split())
