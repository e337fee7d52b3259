"""The chart: one figure by group, beside the period before and last year."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext

from forum.adapters.bar_chart import WIDTH, Bars, draw_bars, height_of
from forum.domain.figures import Figure, Totals, Unit, unit_of
from forum.reports.statistics_view import Grouping
from forum.web.filters import number
from forum.web.statistics.page import NamedRow, Page
from forum.web.statistics.words import DAY, HOUR, NAMES

MOST_BARS = 14
MOST_MONTHS = 24
_LONGEST_LABEL = 44


def draw(page: Page, figure: Figure) -> bytes:
    """Return the SVG; of many groups those with the greatest figures are drawn."""
    rows = chosen_rows(page, figure)
    unit, divisor = _scale(page, figure, rows)
    bars = Bars(
        title=f"{NAMES[figure]} ({unit})" if unit else str(NAMES[figure]),
        labels=[_short(named.name) for named in rows],
        series={
            title: [_amount(page, figure, which(named), divisor) for named in rows] for title, which in series(page)
        },
        no_data=gettext("There is nothing here now."),
        is_lying=_is_lying(page),
    )
    return draw_bars(bars, lambda amount: number(amount, 0 if float(amount).is_integer() else 1))


def chosen_rows(page: Page, figure: Figure) -> list[NamedRow]:
    """Return the groups that are drawn: all, or the greatest of many."""
    if page.view.grouping is Grouping.MONTH:
        return page.rows[-MOST_MONTHS:]
    amounts = {named.row.key: page.value(figure, named.row.now).amount or 0 for named in page.rows}
    greatest = sorted(amounts, key=amounts.__getitem__, reverse=True)[:MOST_BARS]
    return [named for named in page.rows if named.row.key in greatest]


def series(page: Page) -> Sequence[tuple[str, Callable[[NamedRow], Totals]]]:
    """Return what is shown side by side, with its name; the year before only where it is another period."""
    now_and_before: Sequence[tuple[str, Callable[[NamedRow], Totals]]] = (
        (gettext("This period"), lambda named: named.row.now),
        (gettext("The period before"), lambda named: named.row.before),
    )
    if not page.compares_twice:
        return now_and_before
    return (*now_and_before, (gettext("A year ago"), lambda named: named.row.year_before))


def size(page: Page, rows: Sequence[NamedRow]) -> tuple[int, int]:
    """Return width and height of the picture of chosen groups in pixels."""
    return WIDTH, height_of(len(rows), is_lying=_is_lying(page))


def _short(name: str) -> str:
    """Return a name with its middle left out where it is long: both ends tell teams of two provinces apart."""
    if len(name) <= _LONGEST_LABEL:
        return name
    half = _LONGEST_LABEL // 2
    return f"{name[:half].rpartition(' ')[0]} … {name[-half:].partition(' ')[2]}"


def _is_lying(page: Page) -> bool:
    return page.view.grouping is not Grouping.MONTH


def _amount(page: Page, figure: Figure, totals: Totals, divisor: float) -> float | None:
    amount = page.value(figure, totals).amount
    return None if amount is None else amount / divisor


def _scale(page: Page, figure: Figure, rows: Sequence[NamedRow]) -> tuple[str, float]:
    """Return the unit of the axis and what amounts are divided by."""
    unit = unit_of(figure)
    if unit is Unit.SHARE:
        return "%", 0.01
    if unit not in {Unit.WALL, Unit.WORKING}:
        return "", 1
    greatest = max((page.value(figure, named.row.now).amount or 0 for named in rows), default=0)
    day = DAY if unit is Unit.WALL else page.speaker.working_day
    return (gettext("days"), day) if greatest >= day else (gettext("hours"), HOUR)
