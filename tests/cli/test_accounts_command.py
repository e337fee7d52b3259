"""`forum accounts`: the first administrator can sign in, and every change is recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import select

from config import Config
from forum.adapters.passwords import verify_password
from forum.domain.permissions import Permission
from forum.domain.vocabulary import Role
from forum.extensions import unit_of_work
from forum.models import Account, SettingEvent
from forum.services import settings_accounts
from forum.services.accounts import actor_of, find_account
from forum.services.work import Work
from tests.cli.conftest import Run, environ_of


@pytest.fixture
def environ(app: Flask, config: Config) -> dict[str, str]:
    return environ_of(config)


def account_named(username: str) -> Account:
    with unit_of_work() as work:
        found = find_account(work.session, username)
    assert found is not None
    return found


def test_the_first_administrator_gets_a_password_that_must_be_changed(run: Run, environ: Mapping[str, str]) -> None:
    result = run(environ, "accounts", "create", "quan-tri", "--name", "Quản trị viên")

    assert result.exit_code == 0, result.output
    account = account_named("quan-tri")
    [password] = re.findall(r"shown only here: (\S+)", result.output)
    assert verify_password(account.password_hash, password)
    assert account.must_change_password
    with unit_of_work() as work:
        assert actor_of(work.session, account).holds(Permission.ADMINISTER)


def test_granting_and_ending_a_role_changes_rights_ends_sessions_and_is_recorded(
    run: Run, environ: Mapping[str, str]
) -> None:
    run(environ, "accounts", "create", "can-bo")
    before = account_named("can-bo").session_version

    granted = run(environ, "accounts", "grant", "can-bo", "intake", "14/desk")
    again = run(environ, "accounts", "grant", "can-bo", "intake", "14/desk")
    listed = run(environ, "accounts", "list")
    ended = run(environ, "accounts", "end", "can-bo", "intake", "14/desk")

    assert [result.exit_code for result in (granted, again, listed, ended)] == [0, 0, 0, 0]
    assert "already" in again.output
    assert "can-bo  intake in 14/desk" in listed.output
    account = account_named("can-bo")
    assert account.session_version == before + 2
    with unit_of_work() as work:
        assert not actor_of(work.session, account).holds(Permission.TRIAGE)
        held = {"account": "can-bo", "team": "14/desk", "role": "intake"}
        recorded = [row.data for row in work.session.scalars(select(SettingEvent).order_by(SettingEvent.seq))]
        assert recorded[-2:] == [{"before": {}, "after": held}, {"before": held, "after": {}}]


def test_a_new_password_replaces_the_old_one_and_is_nowhere_in_the_record(run: Run, environ: Mapping[str, str]) -> None:
    first = run(environ, "accounts", "create", "can-bo").output.split()[-1]

    second = run(environ, "accounts", "new-password", "can-bo").output.split()[-1]

    stored = account_named("can-bo").password_hash
    assert (verify_password(stored, first), verify_password(stored, second)) == (False, True)
    with unit_of_work() as work:
        record = str([row.data for row in work.session.scalars(select(SettingEvent))])
    assert first not in record
    assert second not in record


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["create", "can-bo"], "This sign-in name is taken."),
        (["create", "Ông Cán"], "A sign-in name has small letters"),
        (["create", "moi", "--team", "99"], "There is no team 99."),
        (["grant", "ai-do", "lead", "14"], "There is no account ai-do."),
        (["end", "can-bo", "lead", "14"], "can-bo is not lead in 14."),
        (["new-password", "ai-do"], "There is no account ai-do."),
    ],
)
def test_a_refusal_is_one_sentence_and_changes_nothing(
    run: Run, environ: Mapping[str, str], arguments: list[str], sentence: str
) -> None:
    run(environ, "accounts", "create", "can-bo")
    before = run(environ, "accounts", "list").output

    result = run(environ, "accounts", *arguments)

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {sentence}")
    assert run(environ, "accounts", "list").output == before


def test_operator_confirms_a_right_that_waits_and_the_record_tells(run: Run, environ: Mapping[str, str]) -> None:
    run(environ, "accounts", "create", "quan-tri")
    with unit_of_work() as work:
        administrator = actor_of(work.session, named(work, "quan-tri"))
        opened = settings_accounts.open_account(work, administrator, username="can-bo", display_name="Cán bộ")
        settings_accounts.appoint(
            work, administrator, opened.account_id, team_id=work.rulebook.teams.cluster_desk.id, role=Role.AUDITOR
        )
    number = run(environ, "accounts", "pending").output.split()[0]

    result = run(environ, "accounts", "confirm", number)

    assert result.output == "can-bo has this right now.\n"
    assert run(environ, "accounts", "pending").output == ""
    assert run(environ, "accounts", "confirm", number).exit_code == 1
    with unit_of_work() as work:
        assert actor_of(work.session, named(work, "can-bo")).holds(Permission.READ_LOGS)
        last = work.session.scalars(select(SettingEvent).order_by(SettingEvent.seq.desc()).limit(2)).all()
        assert [(row.subject, row.account_id) for row in last] == [("membership", None), ("grant", None)]


def named(work: Work, username: str) -> Account:
    account = find_account(work.session, username)
    assert account is not None
    return account
