"""Days, deadlines and working time in Viet Nam, counted over a calendar that is data."""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

VN = ZoneInfo("Asia/Ho_Chi_Minh")

_SECOND = 1_000_000
_DAY = timedelta(days=1)
_WEEK_DAYS = 7
_WORKED_WEEK_DAYS = 5


class DayKind(StrEnum):
    """Why a day differs from the ordinary week, Monday to Friday."""

    HOLIDAY = "holiday"
    DAY_OFF = "day-off"
    WORKED = "worked"


def day_of(instant: datetime) -> date:
    """Return the day in Viet Nam on which an instant falls."""
    return instant.astimezone(VN).date()


def month_of(instant: datetime) -> date:
    """Return the first day of the month in Viet Nam in which an instant falls."""
    return day_of(instant).replace(day=1)


def start_of(day: date) -> datetime:
    """Return the instant (UTC) at which a day begins in Viet Nam."""
    return datetime.combine(day, time(), VN).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the instant (UTC) at which a day ends in Viet Nam: its 24:00, the midnight that follows."""
    return start_of(day + _DAY)


def last_day_of(deadline: datetime) -> date:
    """Return the last day on which a deadline can be kept; one at midnight belongs to the day that it ends."""
    return day_of(deadline - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days and hours of the forum.

    `exceptions` names only the days that differ from Monday to Friday; `hours` are the pieces of a working
    day, in order. Counting needs no horizon: whole weeks are arithmetic, exceptions are summed once.
    """

    exceptions: Mapping[date, DayKind]
    hours: tuple[tuple[time, time], ...]
    _pieces: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False)
    _full_day: int = field(init=False, repr=False, compare=False)
    _changed: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _shifts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pieces = tuple((_since_midnight(opens), _since_midnight(closes)) for opens, closes in self.hours)
        bounds = [bound for piece in pieces for bound in piece]
        if not bounds or any(earlier >= later for earlier, later in pairwise(bounds)):
            raise ValueError("The pieces of a working day must be given, in order, and must not touch.")
        changed = sorted(self.exceptions)
        shifts = [self.is_working_day(day) - _is_week_day(day) for day in changed]
        object.__setattr__(self, "_pieces", pieces)
        object.__setattr__(self, "_full_day", sum(closes - opens for opens, closes in pieces))
        object.__setattr__(self, "_changed", tuple(day.toordinal() for day in changed))
        object.__setattr__(self, "_shifts", tuple(accumulate(shifts, initial=0)))

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day."""
        kind = self.exceptions.get(day)
        return _is_week_day(day) if kind is None else kind is DayKind.WORKED

    def working_days_between(self, after: date, until: date) -> int:
        """Count the working days later than `after`, up to and including `until`; negative when they are swapped."""
        return self._working_days_before(until.toordinal() + 1) - self._working_days_before(after.toordinal() + 1)

    def working_seconds(self, begin: datetime, end: datetime) -> int:
        """Return the working time between two instants, in whole seconds; negative when they are swapped."""
        return self._worked_until(end) // _SECOND - self._worked_until(begin) // _SECOND

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Return the end of the `days`-th working day after that of `start` (Civil Code 2015, art. 147 and 148)."""
        day = day_of(start)
        while days > 0:
            day += _DAY
            days -= self.is_working_day(day)
        return end_of(day)

    def add_calendar_days(self, start: datetime, days: int) -> datetime:
        """Return the end of the `days`-th day after that of `start`, or of the next working day if that one is off."""
        return self._end_of_last_day(day_of(start) + timedelta(days=days))

    def add_months(self, start: datetime, months: int) -> datetime:
        """Return the end of the same day `months` later, or of the month's last, moved off days off (art. 148)."""
        day = day_of(start)
        years, month = divmod(day.month - 1 + months, 12)
        year, month = day.year + years, month + 1
        return self._end_of_last_day(date(year, month, min(day.day, monthrange(year, month)[1])))

    def add_hours(self, start: datetime, hours: int) -> datetime:
        """Return the instant `hours` later, by night and on days off as well."""
        return start.astimezone(UTC) + timedelta(hours=hours)

    def add_working_hours(self, start: datetime, hours: int) -> datetime:
        """Return the first instant by which `hours` of working time have passed since `start`."""
        return self.add_working_seconds(start, hours * 3600)

    def add_working_seconds(self, start: datetime, seconds: int) -> datetime:
        """Return the first instant by which `seconds` of working time have passed since `start`."""
        if seconds <= 0:
            return start.astimezone(UTC)
        local = start.astimezone(VN)
        day = local.date()
        wanted = self._worked_within(day, local.time()) + seconds * _SECOND
        while wanted > (worked := self._full_day * self.is_working_day(day)):
            wanted -= worked
            day += _DAY
        return start_of(day) + timedelta(microseconds=self._moment_of(wanted))

    def _end_of_last_day(self, day: date) -> datetime:
        while not self.is_working_day(day):
            day += _DAY
        return end_of(day)

    def _working_days_before(self, ordinal: int) -> int:
        # Ordinal 1, the first of January of year 1, is a Monday.
        weeks, rest = divmod(ordinal - 1, _WEEK_DAYS)
        ordinary = weeks * _WORKED_WEEK_DAYS + min(rest, _WORKED_WEEK_DAYS)
        return ordinary + self._shifts[bisect_left(self._changed, ordinal)]

    def _worked_until(self, instant: datetime) -> int:
        local = instant.astimezone(VN)
        day = local.date()
        return self._working_days_before(day.toordinal()) * self._full_day + self._worked_within(day, local.time())

    def _worked_within(self, day: date, moment: time) -> int:
        if not self.is_working_day(day):
            return 0
        at = _since_midnight(moment)
        return sum(min(at, closes) - opens for opens, closes in self._pieces if at > opens)

    def _moment_of(self, worked: int) -> int:
        for opens, closes in self._pieces:
            if worked <= closes - opens:
                return opens + worked
            worked -= closes - opens
        raise ValueError("There is more working time than the day holds.")


def _is_week_day(day: date) -> bool:
    return day.weekday() < _WORKED_WEEK_DAYS


def _since_midnight(moment: time) -> int:
    """Return the microseconds since midnight."""
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * _SECOND + moment.microsecond
