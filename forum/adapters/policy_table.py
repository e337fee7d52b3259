"""The shipped deadline policies, approval rules, calendar and office hours, read into domain objects."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib.resources import files
from io import StringIO

from forum.domain.consent import ConsentRule
from forum.domain.sla import ApprovalRule, Policy, PolicyClock, PolicyUnit
from forum.domain.vocabulary import Category, Kind, Priority, Restriction, TeamKind
from forum.domain.working_time import DayKind, WorkCalendar


@dataclass(frozen=True, slots=True)
class ShippedDay:
    """A day that differs from Monday to Friday, with where that is written."""

    day: date
    kind: DayKind
    name_vi: str
    source: str
    is_verified: bool


@cache
def shipped_policies() -> tuple[Policy, ...]:
    """Return the deadline policies, past ones included, in the order of the file."""
    return tuple(_policy(row) for row in _rows("policies.csv"))


@cache
def shipped_approval_rules() -> tuple[ApprovalRule, ...]:
    """Return which answers a lead approves before the citizen reads them."""
    return tuple(
        ApprovalRule(
            kind=Kind(row["kind"]),
            team_kind=TeamKind(row["team_kind"]) if row["team_kind"] else None,
            needs_approval=_flag(row["needs_approval"]),
            source=row["source"],
        )
        for row in _rows("approval.csv")
    )


@cache
def shipped_consent_rules() -> tuple[ConsentRule, ...]:
    """Return for which tips a second person must agree before a name is opened."""
    return tuple(
        ConsentRule(
            kind=Kind(row["kind"]) if row["kind"] else None,
            category=Category(row["category"]) if row["category"] else None,
            restriction=Restriction(row["restriction"]) if row["restriction"] else None,
            needs_consent=_flag(row["needs_consent"]),
            valid_hours=int(row["valid_hours"]),
            source=row["source"],
        )
        for row in _rows("identity_consent.csv")
    )


@cache
def shipped_days() -> tuple[ShippedDay, ...]:
    """Return the days that differ from Monday to Friday, oldest first."""
    return tuple(
        ShippedDay(
            day=date.fromisoformat(row["date"]),
            kind=DayKind(row["kind"]),
            name_vi=row["name_vi"],
            source=row["source"],
            is_verified=_flag(row["verified"]),
        )
        for row in _rows("work_calendar.csv")
    )


@cache
def shipped_hours() -> tuple[tuple[time, time], ...]:
    """Return the pieces of a working day, in order."""
    return tuple(
        (time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])) for row in _rows("working_hours.csv")
    )


@cache
def shipped_calendar() -> WorkCalendar:
    """Return the calendar as shipped; the one in use may have been edited since."""
    return WorkCalendar({day.day: day.kind for day in shipped_days()}, shipped_hours())


def _policy(row: dict[str, str]) -> Policy:
    return Policy(
        id=int(row["id"]),
        clock=PolicyClock(row["clock"]),
        kind=Kind(row["kind"]) if row["kind"] else None,
        team_kind=TeamKind(row["team_kind"]) if row["team_kind"] else None,
        priority=Priority(row["priority"]) if row["priority"] else None,
        is_remote=_flag(row["is_remote"]) if row["is_remote"] else None,
        amount=int(row["amount"]),
        unit=PolicyUnit(row["unit"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        source=row["source"],
        is_verified=_flag(row["verified"]),
        name_vi=row["name_vi"],
        name_en=row["name_en"],
    )


def _flag(text: str) -> bool:
    return {"0": False, "1": True}[text]


def _rows(name: str) -> Iterable[dict[str, str]]:
    text = files("forum").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(StringIO(text, newline=""), strict=True)
