"""When people write: the seasons of the north-west, festive days, days of the week and hours of the day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from forum.cli.demo.phrases import Scenario
from forum.domain.vocabulary import Category, Channel
from forum.domain.working_time import VN

_TET = tuple(
    date.fromisoformat(day)
    for day in [
        "2022-02-01",
        "2023-01-22",
        "2024-02-10",
        "2025-01-29",
        "2026-02-17",
        "2027-02-06",
        "2028-01-26",
        "2029-02-13",
        "2030-02-03",
        "2031-01-23",
        "2032-02-11",
    ]
)
"""The first day of the lunar year; beyond the list there is simply no season of Tết."""

_SATURDAY = 5
_TET_HOLIDAY, _TET_VISITS, _TET_AT_HOME = range(-2, 5), range(-8, 9), range(-1, 4)
_FIXED_HOLIDAYS = frozenset({(1, 1), (4, 30), (5, 1), (9, 2)})
_MONTH_FACTORS = {
    "dry": {1: 1.2, 2: 3.0, 3: 3.4, 4: 2.6, 5: 1.0},
    "flood": {6: 1.3, 7: 3.2, 8: 3.6, 9: 3.2, 10: 1.0},
    "winter": {11: 1.8, 12: 2.2, 1: 2.4, 2: 2.0, 3: 1.4},
}
_TET_WINDOWS = {
    "tet": (-12, 10, 6.0, 0.35),
    "before-tet": (-45, 0, 3.2, 0.65),
    "after-tet": (0, 40, 2.6, 0.85),
    "fireworks": (-60, 4, 4.5, 0.3),
}
"""First and last day from Tết, weight inside, weight outside."""

_WEEKDAY_FACTORS = (1.12, 1.05, 1.0, 1.0, 1.03, 0.95, 0.85)
_HOUR_WEIGHTS = (4, 2, 1, 1, 1, 3, 9, 14, 15, 13, 11, 13, 13, 10, 11, 11, 12, 13, 15, 20, 23, 20, 13, 7)
_DESK_HOUR_WEIGHTS = (0,) * 7 + (5, 14, 14, 12, 3, 0, 6, 13, 14, 9) + (0,) * 7
_DESK_CHANNELS = frozenset({Channel.LETTER, Channel.IN_PERSON})


def days_from_tet(day: date) -> int:
    """Return the days since the nearest Tết, negative before it."""
    return min(((day - tet).days for tet in _TET), key=abs)


def is_day_off(day: date) -> bool:
    """Whether offices are closed, as far as a demo needs to know it."""
    return day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED_HOLIDAYS or days_from_tet(day) in _TET_HOLIDAY


def _is_festive(day: date) -> bool:
    near_fixed = any(
        abs((day - date(day.year, month, number)).days) <= 1 for month, number in (*_FIXED_HOLIDAYS, (12, 24))
    )
    return near_fixed or (day.month, day.day) == (12, 31) or days_from_tet(day) in _TET_VISITS


def season_factor(season: str, day: date) -> float:
    """Return how much more or less often a seasonal story is told on this day."""
    if season in _MONTH_FACTORS:
        return _MONTH_FACTORS[season].get(day.month, 0.3)
    if season in _TET_WINDOWS:
        first, last, inside, outside = _TET_WINDOWS[season]
        return inside if first <= days_from_tet(day) <= last else outside
    if season == "festival":
        return 2.6 if _is_festive(day) else 0.85
    return 1.0


def story_weight(scenario: Scenario, day: date, *, progress: float) -> float:
    """Return the weight of one story on one day; `progress` runs from 0 (oldest day) to 1: online fraud grows."""
    growth = 0.6 + 0.9 * progress if scenario.category is Category.ONLINE else 1.0
    return scenario.weight * season_factor(scenario.season, day) * growth


def day_factor(day: date, *, progress: float) -> float:
    """Return how busy a day is as such: the forum becomes known, Mondays are full, the days of Tết are quiet."""
    quiet = 0.5 if days_from_tet(day) in _TET_AT_HOME else 1.0
    return (0.75 + 0.5 * progress) * _WEEKDAY_FACTORS[day.weekday()] * quiet


def moment_of(day: date, channel: Channel, rng: Random) -> datetime:
    """Draw a natural moment of this day in Vietnam, as aware UTC."""
    weights = _DESK_HOUR_WEIGHTS if channel in _DESK_CHANNELS else _HOUR_WEIGHTS
    hour = rng.choices(range(24), weights)[0]
    local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), tzinfo=VN)
    return local.astimezone(ZoneInfo("UTC"))


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same hour of the same day `months` earlier; days after the 28th count as the 28th."""
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=years, month=month + 1, day=min(moment.day, 28))


def days_between(start: datetime, until: datetime) -> list[date]:
    """List the days in Vietnam from `start` to `until`, both included."""
    first = start.astimezone(VN).date()
    return [first + timedelta(n) for n in range((until.astimezone(VN).date() - first).days + 1)]
