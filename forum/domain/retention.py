"""How long a tip is kept once it has ended, and for which reasons it may be erased; a person decides, never a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from forum.domain.vocabulary import Kind
from forum.domain.working_time import day_of, end_of


class ErasureReason(StrEnum):
    """Why a tip was erased."""

    RETENTION = "retention"
    """The time for which its kind is kept has run out."""
    ORDER = "order"
    """A court or another authority has ordered it."""
    REQUEST = "request"
    """The sender has asked for it."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """For how many years a kind of tip is kept after it has ended, and who says so."""

    kind: Kind
    years: int
    source: str
    is_verified: bool


def runs_out_on(ended_at: datetime, rule: RetentionRule) -> date:
    """Return the first day (Viet Nam) on which a tip may be erased for its age."""
    ended_on = day_of(ended_at)
    try:
        return ended_on.replace(year=ended_on.year + rule.years)
    except ValueError:  # the 29th of February
        return date(ended_on.year + rule.years, 3, 1)


def ended_before(rule: RetentionRule, now: datetime) -> datetime:
    """Return the instant before which a tip must have ended for its time to have run out."""
    today = day_of(now)
    try:
        latest = today.replace(year=today.year - rule.years)
    except ValueError:
        latest = date(today.year - rule.years, 2, 28)
    return end_of(latest)
