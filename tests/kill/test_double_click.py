"""The same form handed in several times at the very same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from forum.extensions import db, unit_of_work
from forum.models import Tip
from forum.services.submission import submit
from tests.factories import make_submission

AT_ONCE = 6


def test_one_form_brings_one_tip_and_one_receipt_when_sent_at_the_same_moment(app):
    submission = make_submission()
    together = threading.Barrier(AT_ONCE)

    def send(_number):
        with app.app_context(), unit_of_work() as work:
            if db.engine.dialect.name == "postgresql":
                together.wait(30)  # on SQLite writers of one process queue already
            return submit(work, submission)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(AT_ONCE)))
    assert len({answer.receipt for answer in answers}) == 1
    assert [answer.is_new for answer in answers].count(True) == 1
    assert db.session.scalar(select(func.count()).select_from(Tip)) == 1
