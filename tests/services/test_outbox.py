"""Jobs of the outbox: taken once at a time, tried again later, lost never; and what workers clean up."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from forum.adapters.sealed_stream import SPOOL_PREFIX
from forum.extensions import house, unit_of_work
from forum.models import NoticeAddress, OutboxJob, Throttle
from forum.services import handling, jobs, outbox
from forum.services.notices import NOTICE
from forum.services.work import Work
from tests.conftest import START, FixedClock
from tests.factories import Cast, send_tip, tip_of, to_answered

KINDS = {NOTICE}


def put_jobs(count: int, *, kind: str = NOTICE) -> None:
    with unit_of_work() as work:
        for number in range(count):
            at = work.now + timedelta(seconds=number - count)
            work.session.add(OutboxJob(kind=kind, payload={"tip_id": number}, available_at=at))


def take(at_most: int = 10) -> list[outbox.TakenJob]:
    with unit_of_work() as work:
        return outbox.take_jobs(work, KINDS, at_most=at_most)


@contextmanager
def row_of(job: outbox.TakenJob) -> Iterator[OutboxJob]:
    with unit_of_work() as work:
        yield work.session.get_one(OutboxJob, job.id)


def test_taking_takes_the_oldest_due_jobs_of_the_wanted_kinds(app: Flask) -> None:
    put_jobs(3)
    put_jobs(2, kind="other")
    with unit_of_work() as work:
        work.session.add(OutboxJob(kind=NOTICE, payload={}, available_at=work.now + timedelta(seconds=1)))

    taken = take(at_most=2)

    assert [job.payload for job in taken] == [{"tip_id": 0}, {"tip_id": 1}]
    assert [job.attempts for job in taken] == [1, 1]


def test_a_taken_job_is_nobody_elses_until_its_lease_is_over(app: Flask, clock: FixedClock) -> None:
    put_jobs(1)
    first = take()
    clock.now += outbox.LEASE - timedelta(seconds=1)
    assert take() == []

    clock.advance(seconds=1)
    again = take()

    assert [job.id for job in again] == [first[0].id]
    assert again[0].attempts == 2


def test_two_workers_at_once_never_take_the_same_job(app: Flask) -> None:
    put_jobs(60)
    taken: list[int] = []
    faults: list[BaseException] = []

    def work_hard() -> None:
        try:
            with app.app_context():
                while found := take(at_most=3):
                    taken.extend(job.id for job in found)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            faults.append(error)

    threads = [threading.Thread(target=work_hard) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert len(taken) == len(set(taken)) == 60


def test_a_finished_job_is_taken_no_more(app: Flask, clock: FixedClock) -> None:
    put_jobs(1)
    [job] = take()
    with unit_of_work() as work:
        outbox.finish(work, job)
    clock.advance(days=1)

    assert take() == []


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (9, 256), (10, 360), (outbox.MOST_ATTEMPTS, 360)]
)
def test_each_delay_is_twice_the_one_before_up_to_six_hours(attempts: int, minutes: int) -> None:
    assert outbox.delay_after(attempts) == timedelta(minutes=minutes)


def test_a_job_that_failed_comes_again_after_its_delay(app: Flask, clock: FixedClock) -> None:
    put_jobs(1)
    [job] = take()
    with unit_of_work() as work:
        outbox.put_off(work, job, failure="not-sent")
    clock.advance(seconds=59)
    assert take() == []

    clock.advance(seconds=1)

    assert [again.attempts for again in take()] == [2]


def test_a_job_is_given_up_after_about_a_week(app: Flask, clock: FixedClock) -> None:
    put_jobs(1)
    for _ in range(outbox.MOST_ATTEMPTS):
        [job] = take()
        with unit_of_work() as work:
            outbox.put_off(work, job, failure="not-sent")
        clock.advance(hours=6)

    with row_of(job) as row:
        assert (row.failure, row.done_at is not None) == (outbox.GAVE_UP, True)
    assert timedelta(days=5) < clock.now - START < timedelta(days=9)
    clock.advance(days=1)
    assert take() == []


def test_an_answer_to_somebody_with_an_address_writes_one_job_that_names_no_address(work: Work) -> None:
    tip = to_answered(work, Cast(work), notice_address="ba.con@example.org")

    rows = list(work.session.scalars(select(OutboxJob)))

    assert [(row.kind, row.payload) for row in rows] == [(NOTICE, {"tip_id": tip.id})]
    assert jobs.notice_address(work, tip.id) == "ba.con@example.org"


def test_a_notice_has_no_address_when_none_was_left_or_the_tip_is_closed(work: Work) -> None:
    cast = Cast(work)
    silent = tip_of(work, send_tip(work))
    closed = to_answered(work, cast, notice_address="ba.con@example.org")
    handling.close(work, cast.lead, closed, handling.Outcome(founded=True, valuable=False, grassroots=False))

    assert jobs.notice_address(work, silent.id) is None
    assert jobs.notice_address(work, closed.id) is None
    assert work.session.get(NoticeAddress, closed.id) is None


def test_cleaning_up_removes_what_is_over_and_nothing_else(app: Flask, clock: FixedClock) -> None:
    clock.now = datetime.now(UTC)  # files carry the time of the machine
    put_jobs(2)
    done, _open = take()
    with unit_of_work() as work:
        outbox.finish(work, done)
        hour = timedelta(hours=1)
        work.session.add_all(
            [
                Throttle(digest=b"o" * 32, failures=9, since=work.now, blocked_until=work.now + 90 * 24 * hour),
                Throttle(digest=b"p" * 32, failures=9, since=work.now, blocked_until=work.now + hour),
                Throttle(digest=b"q" * 32, failures=1, since=work.now, blocked_until=None),
            ]
        )
    spool = house().files.spool_directory / f"{SPOOL_PREFIX}left"
    spool.write_bytes(b"sealed")
    orphan = spool.parent.parent / "objects" / "ab" / "cd" / ("abcd" + "0" * 28)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"sealed")
    clock.advance(days=40)
    fresh = orphan.with_name("abcd" + "1" * 28)
    fresh.write_bytes(b"sealed")
    os.utime(fresh, (clock.now.timestamp(), clock.now.timestamp()))

    with unit_of_work() as work:
        cleaned = jobs.clean_up(work)

    assert (cleaned.orphans, cleaned.spools, cleaned.throttles, cleaned.jobs) == (1, 1, 2, 1)
    assert (orphan.exists(), spool.exists(), fresh.exists()) == (False, False, True)
    with unit_of_work() as work:
        assert list(work.session.scalars(select(Throttle.digest))) == [b"o" * 32]
        assert len(list(work.session.scalars(select(OutboxJob.id)))) == 1
