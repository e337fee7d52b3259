"""Moving the open deadlines after a change of the calendar: a job of the outbox, tip by tip, each by an event.

The change itself commits at once. A worker follows, so that no request and no sender of a tip waits for thousands of
deadlines; each tip is moved in a transaction of its own, with the progress of the job beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.domain.deadlines import recompute
from forum.domain.events import SYSTEM, EventKind
from forum.models import OutboxJob, Tip
from forum.models.tip import OWED
from forum.services.timeline import events_of, move
from forum.services.tips import lock_by_id
from forum.services.work import Work

RECOMPUTE = "recompute-deadlines"
SUPERSEDED = "superseded"
TIPS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the latest job is; `looked_at` and `moved` count tips."""

    asked_at: datetime
    done_at: datetime | None
    looked_at: int
    moved: int


def request_recomputing(work: Work, setting_seq: int) -> None:
    """Ask for it, for a change of settings; an earlier job that is under way is left, as the new one begins anew."""
    work.session.execute(
        update(OutboxJob)
        .where(OutboxJob.kind == RECOMPUTE, OutboxJob.done_at.is_(None))
        .values(done_at=work.now, failure=SUPERSEDED)
    )
    payload = {"setting": setting_seq, "after": 0, "looked_at": 0, "moved": 0, "asked_at": work.now.isoformat()}
    work.session.add(OutboxJob(kind=RECOMPUTE, payload=payload, available_at=work.now, attempts=0))


def next_tips(session: Session, job_id: int) -> Sequence[int]:
    """Return the tips to look at next, oldest first; empty when the job is at its end or has been superseded."""
    job = session.get(OutboxJob, job_id)
    if job is None or job.done_at is not None:
        return ()
    query = select(Tip.id).where(OWED, Tip.id > job.payload["after"]).order_by(Tip.id).limit(TIPS_AT_ONCE)
    return session.scalars(query).all()


def is_moved(work: Work, tip_id: int) -> bool:
    """Whether the calendar as it is now gives a tip another deadline than it has."""
    return bool(_moved(work, tip_id))


def move_deadlines(work: Work, job_id: int, tip_id: int) -> None:
    """Move the deadlines of one tip, and count it."""
    tip = lock_by_id(work, tip_id)
    fields = _moved(work, tip_id)
    job = work.session.get_one(OutboxJob, job_id, with_for_update=True)
    if fields:
        move(
            work,
            tip,
            EventKind.DEADLINE_RECOMPUTED,
            SYSTEM,
            changes=fields,
            details={"setting": job.payload["setting"]},
        )
        _count(job, {"moved": job.payload["moved"] + 1})


def note_progress(work: Work, job_id: int, tip_ids: Sequence[int]) -> None:
    """Note that these tips have been looked at; with none, that the job is done."""
    job = work.session.get_one(OutboxJob, job_id, with_for_update=True)
    if tip_ids:
        _count(job, {"after": tip_ids[-1], "looked_at": job.payload["looked_at"] + len(tip_ids)})
    elif job.done_at is None:
        job.done_at = work.now


def latest_progress(session: Session) -> Progress | None:
    """Return how far the latest job is, None when there was none lately."""
    job = session.scalars(select(OutboxJob).where(OutboxJob.kind == RECOMPUTE).order_by(OutboxJob.id.desc())).first()
    if job is None:
        return None
    asked_at = datetime.fromisoformat(job.payload["asked_at"])
    return Progress(asked_at, job.done_at, job.payload["looked_at"], job.payload["moved"])


def _moved(work: Work, tip_id: int) -> dict[str, Any]:
    return recompute(events_of(work.session, tip_id), work.rulebook.policies, calendar=work.rulebook.calendar)


def _count(job: OutboxJob, values: Mapping[str, object]) -> None:
    job.payload = {**job.payload, **values}
