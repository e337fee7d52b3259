"""How far off a deadline is, in the measure in which people say it; the words themselves are the web's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from forum.domain.working_time import WorkCalendar, day_of, last_day_of, start_of

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class DueKind(StrEnum):
    """The measure of what is left, or of the delay."""

    TODAY = "today"
    MINUTES_LEFT = "minutes-left"
    HOURS_LEFT = "hours-left"
    WORKING_DAYS_LEFT = "working-days-left"
    DAYS_LEFT = "days-left"
    OVERDUE_MINUTES = "overdue-minutes"
    OVERDUE_HOURS = "overdue-hours"
    OVERDUE_DAYS = "overdue-days"


@dataclass(frozen=True, slots=True)
class DueWords:
    """A measure and its number; `n` is 0 for today, otherwise at least 1."""

    kind: DueKind
    n: int

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline has passed."""
        return self.kind in {DueKind.OVERDUE_MINUTES, DueKind.OVERDUE_HOURS, DueKind.OVERDUE_DAYS}


def describe_due(due_at: datetime, now: datetime, *, calendar: WorkCalendar) -> DueWords:
    """Return how a deadline is said at this moment.

    A deadline at midnight is one of days; any other is said in hours once less than a day is left. What is left
    of days counts working days after today, and plain days when only days off lie between; a delay counts
    whole days of 24 hours.
    """
    if now > due_at:
        return _describe_delay(now - due_at)
    today, last_day = day_of(now), last_day_of(due_at)
    left = due_at - now
    if due_at == start_of(day_of(due_at)):
        if last_day <= today:
            return DueWords(DueKind.TODAY, 0)
    elif left < _HOUR:
        return DueWords(DueKind.MINUTES_LEFT, max(1, left // timedelta(minutes=1)))
    elif left < _DAY:
        return DueWords(DueKind.HOURS_LEFT, left // _HOUR)
    working_days = calendar.working_days_between(today, last_day)
    if working_days:
        return DueWords(DueKind.WORKING_DAYS_LEFT, working_days)
    return DueWords(DueKind.DAYS_LEFT, (last_day - today).days)


def _describe_delay(delay: timedelta) -> DueWords:
    if delay < _HOUR:
        return DueWords(DueKind.OVERDUE_MINUTES, max(1, delay // timedelta(minutes=1)))
    if delay < _DAY:
        return DueWords(DueKind.OVERDUE_HOURS, delay // _HOUR)
    return DueWords(DueKind.OVERDUE_DAYS, delay // _DAY)
