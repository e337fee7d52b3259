"""Plain arithmetic of office and waking hours for planning demo courses; the real clocks are the domain's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forum.cli.demo.seasons import is_day_off
from forum.domain.working_time import VN

UTC = ZoneInfo("UTC")
_SHIFTS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
_DAYBREAK, _BEDTIME = time(6, 30), time(22, 30)
HOURS_A_DAY = 7.5


def _shifts_from(moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the office shifts that end after `moment`, cut at it, without end."""
    day = moment.astimezone(VN).date()
    while True:
        if not is_day_off(day):
            for opens, closes in _shifts_of(day):
                if closes > moment:
                    yield max(opens, moment), closes
        day += timedelta(1)


def _shifts_of(day: date) -> list[tuple[datetime, datetime]]:
    return [
        (
            datetime.combine(day, opens, tzinfo=VN).astimezone(UTC),
            datetime.combine(day, closes, tzinfo=VN).astimezone(UTC),
        )
        for opens, closes in _SHIFTS
    ]


def add_office_hours(moment: datetime, hours: float) -> datetime:
    """Return the instant at which so many office hours have passed since `moment`; always inside a shift."""
    left = timedelta(hours=hours)
    for opens, closes in _shifts_from(moment):
        if left < closes - opens:
            return opens + left
        left -= closes - opens
    raise AssertionError  # pragma: no cover - the shifts never end


def office_hours_between(start: datetime, end: datetime) -> float:
    """Return the office hours from `start` to `end`, which is not before it."""
    total = timedelta()
    for opens, closes in _shifts_from(start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total / timedelta(hours=1)


def at_waking_hour(moment: datetime) -> datetime:
    """Move a moment between 22:30 and 6:30 in Vietnam to the next morning, keeping its minutes apart."""
    local = moment.astimezone(VN)
    if _DAYBREAK <= local.time() < _BEDTIME:
        return moment
    morning = local.date() + timedelta(local.time() >= _BEDTIME)
    woken = datetime.combine(morning, _DAYBREAK, tzinfo=VN) + timedelta(minutes=local.minute * 2, seconds=local.second)
    return woken.astimezone(UTC)
