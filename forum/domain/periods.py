"""The spans of days that figures are asked for, and the two they are compared with."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from forum.domain.errors import InvalidInput

TWELVE_MONTHS = "12-months"
CUSTOM = "custom"
EARLIEST = date(2000, 1, 1)
_DAY = timedelta(days=1)
_LONGEST_CUSTOM = timedelta(days=366 * 5)
_MONTHS_IN_YEAR = 12
_MONTHS_IN_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def months(self) -> tuple[date, ...]:
        """The first days of all months that the period touches, in order."""
        found = [self.first.replace(day=1)]
        while (following := add_months(found[-1], 1)) <= self.last:
            found.append(following)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A period up to today at most, the one before it and the same one a year ago, each cut at the same place."""

    now: Period
    before: Period
    year_before: Period


def parse_period(token: str, today: date, *, first: date | None = None, last: date | None = None) -> Comparison:
    """Return the period that a word of the address means: "12-months", "2026", "2026-q3", "2026-07" or "custom".

    `first` and `last` count for "custom" alone. Raise InvalidInput when the word means nothing, the days are out
    of order, or the period has not begun.
    """
    if token == CUSTOM:
        return _custom(first, last, today)
    if token == TWELVE_MONTHS:
        begin, months = add_months(today.replace(day=1), 1 - _MONTHS_IN_YEAR), _MONTHS_IN_YEAR
    else:
        begin, months = _calendar_period(token)
    if not EARLIEST <= begin <= today:
        raise InvalidInput("There are no figures for this period. Please choose another one.", field="period")
    now = Period(begin, min(add_months(begin, months) - _DAY, today))
    return Comparison(now, _shifted(now, -months), _shifted(now, -_MONTHS_IN_YEAR))


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, _MONTHS_IN_YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_of_month(day: date) -> date:
    """Return the last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _shifted(period: Period, months: int) -> Period:
    last = add_months(period.last, months)
    if period.last == last_of_month(period.last):
        last = last_of_month(last)
    return Period(add_months(period.first, months), last)


def _custom(first: date | None, last: date | None, today: date) -> Comparison:
    if first is None:
        raise InvalidInput("Please say from which day.", field="first")
    if last is None:
        raise InvalidInput("Please say up to which day.", field="last")
    if first > last:
        raise InvalidInput("The first day must not be later than the last.", field="last")
    if not EARLIEST <= first <= today:
        raise InvalidInput("Please choose days between 1/1/2000 and today.", field="first")
    if last - first > _LONGEST_CUSTOM:
        raise InvalidInput("Please choose five years at most.", field="last")
    now = Period(first, min(last, today))
    length = now.last - now.first + _DAY
    year_before = Period(add_months(now.first, -_MONTHS_IN_YEAR), add_months(now.last, -_MONTHS_IN_YEAR))
    return Comparison(now, Period(now.first - length, now.last - length), year_before)


def _calendar_period(token: str) -> tuple[date, int]:
    year, _, part = token.partition("-")
    try:
        if not part:
            return date(int(year), 1, 1), _MONTHS_IN_YEAR
        if part.startswith("q"):
            return date(int(year), (int(part[1:]) - 1) * _MONTHS_IN_QUARTER + 1, 1), _MONTHS_IN_QUARTER
        return date(int(year), int(part), 1), 1
    except ValueError as error:
        raise InvalidInput("Please choose a period from the list.", field="period") from error
