"""Seed the shipped work calendar: statutory holidays from a development package, swap days from a list kept here."""

from __future__ import annotations

import importlib
from datetime import date
from typing import Any

import click

FIRST_YEAR, LAST_YEAR = 2024, 2027
FIELDS = ("date", "kind", "name_vi", "source", "verified")
SATURDAY = 5
PACKAGE = "PyPI holidays (VN)"
MEMORY = "from memory of the yearly announcement; the paper was not at hand"

SWAPS: tuple[tuple[date, date, bool], ...] = (
    (date(2024, 4, 29), date(2024, 5, 4), True),
    (date(2025, 5, 2), date(2025, 4, 26), True),
    (date(2026, 1, 2), date(2026, 1, 10), False),
    (date(2026, 8, 31), date(2026, 8, 22), True),
)
"""Day off, the Saturday worked instead, and whether the package names the pair too."""

ANNOUNCED_YEARS = (2024, 2025, 2026)
"""Years whose Tết and National Day were announced when the table was made; later ones are computed only."""

CULTURE_DAY = (11, 24)
"""24 November: a day off from 2026 according to the package alone, so never marked as verified."""


def generate_calendar() -> list[dict[str, str]]:
    """Return the days that differ from Monday to Friday, in date order."""
    days: dict[date, dict[str, str]] = {}
    for on, name in _statutory().items():
        if on.weekday() < SATURDAY:
            checked = on.year in ANNOUNCED_YEARS and (on.month, on.day) != CULTURE_DAY
            days[on] = _row(on, "holiday", name, source=PACKAGE, is_verified=checked)
    for off, worked, is_named in SWAPS:
        source = PACKAGE if is_named else MEMORY
        off_name = f"Nghỉ hoán đổi, làm bù ngày {worked:%d/%m/%Y}"
        worked_name = f"Làm bù cho ngày {off:%d/%m/%Y}"
        days[off] = _row(off, "day-off", off_name, source=source, is_verified=is_named)
        days[worked] = _row(worked, "worked", worked_name, source=source, is_verified=is_named)
    return [days[on] for on in sorted(days)]


def _statutory() -> dict[date, str]:
    try:
        package: Any = importlib.import_module("holidays")
    except ModuleNotFoundError:
        raise click.ClickException(
            "The package 'holidays' is missing. Install the development extra that holds it."
        ) from None
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    found: dict[date, str] = dict(package.country_holidays("VN", years=years, language="vi").items())
    return {on: name for on, name in found.items() if FIRST_YEAR <= on.year <= LAST_YEAR}


def _row(on: date, kind: str, name: str, *, source: str, is_verified: bool) -> dict[str, str]:
    values = (on.isoformat(), kind, name, source, str(int(is_verified)))
    return dict(zip(FIELDS, values, strict=True))
