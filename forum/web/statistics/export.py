"""The same figures as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from flask_babel import gettext

from forum.domain.figures import Figure, Totals, Unit, Value, unit_of
from forum.domain.periods import Period
from forum.reports.statistics import GroupRow
from forum.web.filters import day
from forum.web.statistics.page import Page
from forum.web.statistics.words import HOUR, NAMES

SEPARATOR = ";"
"""Excel in Viet Nam takes the comma for decimals, so its lists are separated by semicolons."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the machine."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet(page: Page) -> bytes:
    """Return CSV with one row for each group and period, and one for the whole scope."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=SEPARATOR, lineterminator="\r\n")
    writer.writerow([neutral(cell) for cell in _head()])
    for period_name, period, which in _periods(page):
        for name, totals, is_total in _groups(page, which):
            cells: list[str | float | None] = [period_name, day(period.first), day(period.last), name]
            for figure in Figure:
                value = page.total_value(figure, totals) if is_total else page.value(figure, totals)
                cells += _cells(figure, value)
            writer.writerow([neutral(cell) for cell in cells])
    return (BYTE_ORDER_MARK + target.getvalue()).encode()


def neutral(cell: str | float | None) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers with the decimal comma."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.2f}".replace(".", ",")
    if isinstance(cell, int):
        return str(cell)
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _head() -> Iterator[str]:
    yield from (gettext("Compared"), gettext("From day"), gettext("To day"), gettext("Group"))
    for figure in Figure:
        name, unit = str(NAMES[figure]), unit_of(figure)
        if unit is Unit.SHARE:
            yield from (f"{name} (%)", gettext("%(name)s: number", name=name), gettext("%(name)s: out of", name=name))
        elif unit is Unit.SCORE:
            yield from (name, gettext("%(name)s: ratings", name=name))
        elif unit in {Unit.WALL, Unit.WORKING}:
            yield from (gettext("%(name)s, hours", name=name), gettext("%(name)s: tips", name=name))
        else:
            yield name


def _cells(figure: Figure, value: Value) -> list[str | float | None]:
    unit = unit_of(figure)
    if unit is Unit.SHARE:
        return [None if value.amount is None else 100.0 * value.amount, value.part, value.whole]
    if unit is Unit.SCORE:
        return [None if value.amount is None else float(value.amount), value.whole]
    if unit in {Unit.WALL, Unit.WORKING}:
        return [None if value.amount is None else value.amount / HOUR, value.whole]
    return [value.amount]


def _periods(page: Page) -> tuple[tuple[str, Period, str], ...]:
    three = page.view.comparison
    two = ((gettext("This period"), three.now, "now"), (gettext("The period before"), three.before, "before"))
    return (*two, (gettext("A year ago"), three.year_before, "year_before")) if page.compares_twice else two


def _groups(page: Page, which: str) -> Iterator[tuple[str, Totals, bool]]:
    for named in page.rows:
        yield named.name, getattr(named.row, which), False
    total: GroupRow = page.found.total
    yield gettext("Together"), getattr(total, which), True
