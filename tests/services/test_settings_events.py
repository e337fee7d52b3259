"""Every change of settings leaves one event that holds what differs, and never a secret."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forum.models import SettingEvent
from forum.services.rulebook import is_current
from forum.services.setting_events import Subject, record
from tests.conftest import fresh_work
from tests.factories import make_actor


def test_an_event_keeps_only_what_differs_when_a_change_is_recorded(work):
    before = {"name_vi": "Cũ", "sort": 1, "gone": True}
    seq = record(work, None, subject=Subject.TAG, key="x", before=before, after={"name_vi": "Mới", "sort": 1})
    row = work.session.scalars(select(SettingEvent)).one()
    assert (row.seq, seq, row.account_id) == (1, 1, None)
    assert row.data == {"before": {"name_vi": "Cũ", "gone": True}, "after": {"name_vi": "Mới"}}


def test_no_event_is_left_when_nothing_differs(work):
    assert record(work, None, subject=Subject.TAG, key="x", before={"sort": 1}, after={"sort": 1}) is None
    assert work.session.scalars(select(SettingEvent)).all() == []


@pytest.mark.parametrize("name", ["password", "password_hash", "wrapped_key_sealed", "token"])
def test_a_secret_is_refused_when_somebody_would_record_it(work, name):
    with pytest.raises(ValueError, match="never belongs"):
        record(work, None, subject=Subject.ACCOUNT, key="x", after={name: "s3cret"})


def test_the_rules_in_memory_are_read_anew_when_settings_change_or_a_day_begins(app, clock):
    with fresh_work() as work:
        first = work.rulebook
        record(work, make_actor(work), subject=Subject.TAG, key="x", after={"sort": 1})
    with fresh_work() as work:
        assert work.rulebook is not first
        second = work.rulebook
        assert is_current(second, work.session, work.now)
    with fresh_work() as work:
        assert work.rulebook is second
    clock.advance(days=1)
    with fresh_work() as work:
        assert work.rulebook is not second
        assert work.rulebook.version == second.version
