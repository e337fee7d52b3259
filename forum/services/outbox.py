"""The outbox: jobs written with what wants them, taken by workers under a lease, done at least once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from forum.models import OutboxJob
from forum.services.work import Work

LEASE = timedelta(minutes=10)
"""How long a worker may take for a job; one that was killed leaves it to others after this."""
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
MOST_ATTEMPTS = 30
"""With the delays above, a job is tried for about a week."""
KEPT = timedelta(days=30)
GAVE_UP = "gave-up"


@dataclass(frozen=True, slots=True)
class TakenJob:
    """A job under lease; `attempts` counts this one."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


def take_jobs(work: Work, kinds: Collection[str], *, at_most: int) -> list[TakenJob]:
    """Take the jobs that are due, oldest first; the lease counts once the transaction is committed.

    On PostgreSQL workers skip what others are taking at the moment; on SQLite only one takes at a time.
    """
    query = (
        select(OutboxJob)
        .where(OutboxJob.done_at.is_(None), OutboxJob.available_at <= work.now, OutboxJob.kind.in_(kinds))
        .order_by(OutboxJob.available_at, OutboxJob.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for row in work.session.scalars(query):
        row.attempts += 1
        row.available_at = work.now + LEASE
        taken.append(TakenJob(row.id, row.kind, row.payload, row.attempts))
    return taken


def finish(work: Work, job: TakenJob, *, failure: str | None = None) -> None:
    """Note that the job is done, or (with a word for why) that it never will be."""
    row = work.session.get_one(OutboxJob, job.id)
    row.done_at, row.failure = work.now, failure


def put_off(work: Work, job: TakenJob, *, failure: str) -> None:
    """Try the job again later, each time later; give up in the end."""
    if job.attempts >= MOST_ATTEMPTS:
        finish(work, job, failure=GAVE_UP)
        return
    row = work.session.get_one(OutboxJob, job.id)
    row.available_at, row.failure = work.now + delay_after(job.attempts), failure


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to a limit."""
    doubled: int = 2 ** min(attempts - 1, 12)
    return min(FIRST_DELAY * doubled, LONGEST_DELAY)


def clear_done(work: Work, *, before: datetime) -> int:
    """Remove the jobs that were done before an instant; return how many."""
    done = work.session.execute(delete(OutboxJob).where(OutboxJob.done_at < before).returning(OutboxJob.id))
    return len(done.all())
