"""The worker's part in a change of the calendar: moving open deadlines, one short transaction a tip."""

from __future__ import annotations

import threading

from forum.extensions import snapshot, unit_of_work, work_in
from forum.services import outbox
from forum.services.recomputing import RECOMPUTE, is_moved, move_deadlines, next_tips, note_progress


def recompute_due(stop: threading.Event) -> int:
    """Do the job that is due, if any; return how many there were. One that is stopped goes on after its lease."""
    with unit_of_work() as work:
        taken = outbox.take_jobs(work, {RECOMPUTE}, at_most=1)
    for job in taken:
        _recompute(job.id, stop)
    return len(taken)


def _recompute(job_id: int, stop: threading.Event) -> None:
    while not stop.is_set():
        with snapshot() as session:
            work = work_in(session)
            tip_ids = next_tips(session, job_id)
            moving = [tip_id for tip_id in tip_ids if is_moved(work, tip_id)]
        for tip_id in moving:
            with unit_of_work() as work:
                move_deadlines(work, job_id, tip_id)
        with unit_of_work() as work:
            note_progress(work, job_id, tip_ids)
        if not tip_ids:
            return
