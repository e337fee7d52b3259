"""`forum accounts reset-factors` and `forum demo code`: a way in for those who lost theirs, and for the demo."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Config
from forum.extensions import unit_of_work
from forum.models import SettingEvent, Totp
from forum.services import factors
from forum.services.accounts import find_account
from tests.cli.conftest import Run, environ_of
from tests.conftest import fresh_work
from tests.factories import make_account


@pytest.fixture
def environ(app: Flask, config: Config) -> dict[str, str]:
    return environ_of(config)


def test_reset_takes_the_factors_ends_the_sessions_and_is_recorded(run: Run, environ: Mapping[str, str]) -> None:
    with fresh_work() as work:
        account = make_account(work, username="can-bo")
        before = account.session_version

    result = run(environ, "accounts", "reset-factors", "can-bo")

    assert result.exit_code == 0, result.output
    with unit_of_work() as work:
        account = find_account(work.session, "can-bo")
        assert account is not None
        assert not factors.has_factor(work.session, account.id)
        assert work.session.scalar(select(func.count()).select_from(Totp)) == 0
        assert account.session_version == before + 1
        recorded = work.session.scalars(select(SettingEvent).order_by(SettingEvent.seq)).all()[-1].data
        assert recorded["before"]["second_factors"] == 1
        assert recorded["after"]["second_factors"] == 0


def test_reset_says_so_when_there_is_no_such_account(run: Run, environ: Mapping[str, str]) -> None:
    result = run(environ, "accounts", "reset-factors", "khong-co-ai")
    assert result.exit_code == 1
    assert "There is no account" in result.output


def test_demo_code_is_the_one_of_the_app_and_not_one_that_was_used(app: Flask) -> None:
    with fresh_work() as work:
        account = make_account(work)
        first = factors.present_code(work, account)
        assert first is not None
        assert factors.use_app_code(work, account.id, first)
        second = factors.present_code(work, account)
        assert second != first
        assert second is not None
        assert factors.use_app_code(work, account.id, second)
        assert factors.present_code(work, account) is None


def test_demo_code_is_refused_when_there_is_no_demo(run: Run, tmp_path, environ: Mapping[str, str]) -> None:
    result = run({"FORUM_INSTANCE": str(tmp_path / "none"), "FORUM_MODE": "demo"}, "demo", "code", "tiep-nhan")
    assert result.exit_code == 1
    assert "There is no demo yet" in result.output
