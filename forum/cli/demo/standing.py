"""Which recent tips are still open when the demo is made, and where each stands: the work of every office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from random import Random
from typing import NamedTuple

from forum.cli.demo.course import Step, StepKind
from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Kind


class _Stand(NamedTuple):
    """So many of a thousand tips, received so many days ago, stand in a state."""

    status: Status
    each_thousand: int
    youngest: float
    oldest: float


_STANDS = (
    _Stand(Status.RECEIVED, 1, 0, 2),
    _Stand(Status.TRIAGED, 1, 0, 3),
    _Stand(Status.ROUTED, 2, 0.5, 5),
    _Stand(Status.ACCEPTED, 2, 2, 12),
    _Stand(Status.WAITING, 2, 4, 16),
    _Stand(Status.ANSWERED, 1, 4, 20),
    _Stand(Status.REOPENED, 2, 8, 24),
    _Stand(Status.IN_PROGRESS, 5, 4, 18),
    _Stand(Status.IN_PROGRESS, 2, 18, 40),
)
"""The oldest tips in progress are late by some weeks; nothing lies longer."""
STANDING_KINDS = frozenset({Kind.CRIME_REPORT, Kind.FEEDBACK, Kind.PETITION})
"""What is looked into; the rest is answered outright."""
_LAST_STEP = {
    Status.TRIAGED: StepKind.TRIAGE,
    Status.ROUTED: StepKind.ROUTE,
    Status.ACCEPTED: StepKind.ACCEPT,
    Status.WAITING: StepKind.ASK,
    Status.ANSWERED: StepKind.APPROVE,
    Status.REOPENED: StepKind.REOPEN,
}


def choose_standing(received: Sequence[datetime], until: datetime, rng: Random, *, tips: int) -> dict[int, Status]:
    """Choose which of these instants of receipt belong to tips that stay open; return their states by place."""
    chosen: dict[int, Status] = {}
    for stand in _STANDS:
        first, last = until - timedelta(days=stand.oldest), until - timedelta(days=stand.youngest)
        fitting = [place for place, at in enumerate(received) if first <= at <= last and place not in chosen]
        wanted = max(1, round(stand.each_thousand * tips / 1000))
        chosen |= dict.fromkeys(rng.sample(fitting, min(wanted, len(fitting))), stand.status)
    return chosen


def cut(steps: Sequence[Step], status: Status) -> tuple[Step, ...]:
    """Return the steps of a course up to where it stands, as far as it gets there."""
    if status is Status.RECEIVED:
        return ()
    if status is Status.IN_PROGRESS:
        return tuple(takewhile(lambda step: step.kind is not StepKind.PROPOSE_ANSWER, steps))
    kinds, last = [step.kind for step in steps], _LAST_STEP[status]
    return tuple(steps[: kinds.index(last) + 1] if last in kinds else steps)
