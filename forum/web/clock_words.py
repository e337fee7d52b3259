"""A deadline as a chip: in words, with its state and its exact moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from forum.domain.due_words import describe_due
from forum.domain.lifecycle import Status
from forum.reports.tip_rows import QueueRow
from forum.services.rulebook import Rulebook
from forum.web.filters import moment, say_due
from forum.web.translations import gettext

SOON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Chip:
    """What the macro `clock_chip` shows."""

    text: str
    state: str
    exact: str
    at: str


def due_chip(due_at: datetime, rulebook: Rulebook, now: datetime) -> Chip:
    """Return the chip of a running clock."""
    words = describe_due(due_at, now, calendar=rulebook.calendar)
    state = "overdue" if words.is_overdue else "soon" if due_at - now < SOON else "ok"
    return Chip(say_due(words), state, moment(due_at), due_at.isoformat())


def paused_chip(since: datetime) -> Chip:
    """Return the chip of a clock that waits for the citizen."""
    return Chip(gettext("stopped: waiting for the sender"), "paused", moment(since), since.isoformat())


def done_chip(stopped_at: datetime, due_at: datetime | None) -> Chip:
    """Return the chip of a clock that has stopped."""
    is_late = due_at is not None and stopped_at > due_at
    text = gettext("done, after the deadline") if is_late else gettext("done in time")
    return Chip(text, "overdue" if is_late else "done", moment(stopped_at), stopped_at.isoformat())


def row_chip(row: QueueRow, rulebook: Rulebook, now: datetime) -> Chip:
    """Return the chip of the clock that decides where a tip stands in its list."""
    if row.queue_at is None or row.status is Status.ANSWERED:
        return done_chip(row.settled_at or row.received_at, row.citizen_due_at)
    if row.status is Status.WAITING:
        return paused_chip(row.queue_at)
    return due_chip(row.queue_at, rulebook, now)
