"""The calendar on which the deadline examples of the domain are reckoned."""

from __future__ import annotations

from datetime import date, time

import pytest

from forum.domain.working_time import DayKind, WorkCalendar

HOURS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
EXCEPTIONS = {
    date(2026, 1, 1): DayKind.HOLIDAY,
    date(2026, 1, 2): DayKind.DAY_OFF,
    date(2026, 1, 10): DayKind.WORKED,
    **{date(2026, 2, day): DayKind.HOLIDAY for day in range(16, 21)},
    date(2026, 4, 27): DayKind.HOLIDAY,
    date(2026, 4, 30): DayKind.HOLIDAY,
    date(2026, 5, 1): DayKind.HOLIDAY,
    date(2026, 8, 22): DayKind.WORKED,
    date(2026, 8, 31): DayKind.DAY_OFF,
    date(2026, 9, 1): DayKind.HOLIDAY,
    date(2026, 9, 2): DayKind.HOLIDAY,
    date(2026, 11, 24): DayKind.HOLIDAY,
    # A holiday on a Sunday and a "worked" Tuesday change nothing, and must not be counted as if they did.
    date(2026, 3, 15): DayKind.HOLIDAY,
    date(2026, 3, 17): DayKind.WORKED,
}


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    return WorkCalendar(EXCEPTIONS, HOURS)
