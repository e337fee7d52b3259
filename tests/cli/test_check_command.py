"""`forum check` and the refusals to start: each fault of an installation is one plain sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, delete, text

from config import Config
from forum.adapters.checkpoints import SigningKey
from forum.extensions import transaction, unit_of_work
from forum.models import CalendarDay
from tests.cli.conftest import Run, environ_of
from tests.factories import send_tip


@pytest.fixture
def environ(app: Flask, config: Config, tmp_path: Path) -> dict[str, str]:
    """The environment of an installation that is in order."""
    config.files_path.chmod(0o700)
    if config.database_url.startswith("sqlite"):
        Path(config.database_url.removeprefix("sqlite:///")).chmod(0o600)
    SigningKey.create(tmp_path / "checkpoint-key")
    return {
        **environ_of(config),
        "FORUM_MODE": "production",
        "FORUM_BASE_URL": "https://example.org",
        "FORUM_OPEN_NEIGHBOURS": "accepted",  # the PostgreSQL of the tests asks for no password
        "FORUM_CHECKPOINTS": str(tmp_path / "checkpoints"),
        "FORUM_CHECKPOINT_KEY": str(tmp_path / "checkpoint-key"),
    }


def test_check_finds_nothing_wrong_with_an_installation_in_order(run: Run, environ: Mapping[str, str]) -> None:
    result = run(environ, "check")

    assert result.exit_code == 0, result.output
    assert "WRONG" not in result.output
    assert "The forum can run." in result.output


def test_check_says_whether_files_are_looked_at(run: Run, environ: Mapping[str, str], clamd: str) -> None:
    without = run(environ, "check")
    assert "FORUM_CLAMD is not set: files are not checked for harmful programs." in without.output
    assert "FORUM_CLAMD" not in run({**environ, "FORUM_CLAMD": clamd}, "check").output


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"FORUM_SECRET_KEY": ""}, "FORUM_SECRET_KEY is not set."),
        ({"FORUM_SECRET_KEY": "short"}, "FORUM_SECRET_KEY is shorter than 32 characters."),
        ({"FORUM_DATABASE_URL": ""}, "FORUM_DATABASE_URL is not set."),
        ({"FORUM_KEYRING": ""}, "FORUM_KEYRING is not set."),
        ({"FORUM_FILES": ""}, "FORUM_FILES is not set."),
        ({"FORUM_BASE_URL": ""}, "FORUM_BASE_URL is not set."),
        ({"FORUM_MODE": "fast"}, "FORUM_MODE is 'fast'; it must be production, demo or test."),
        ({"FORUM_TRUSTED_PROXIES": "one"}, "FORUM_TRUSTED_PROXIES must be a whole number."),
        ({"FORUM_BASE_URL": "http://example.org"}, "FORUM_BASE_URL is not https"),
        ({"FORUM_BASE_URL": "example.org"}, "FORUM_BASE_URL must begin with https://"),
        ({"FORUM_CHECKPOINTS": ""}, "FORUM_CHECKPOINTS and FORUM_CHECKPOINT_KEY are not both set"),
        ({"FORUM_CHECKPOINT_KEY": ""}, "FORUM_CHECKPOINTS and FORUM_CHECKPOINT_KEY are not both set"),
        ({"FORUM_CHECKPOINT_KEY": "/nowhere/key"}, "The key of checkpoints at /nowhere/key cannot be read"),
        ({"FORUM_SMTP_URL": "mail.example.org"}, "FORUM_SMTP_URL must look like smtp://"),
        ({"FORUM_SMTP_URL": "smtp://mail.example.org"}, "FORUM_MAIL_FROM must be the address"),
        ({"FORUM_CLAMD": "clamd"}, "FORUM_CLAMD must be unix:/PATH or tcp:HOST:PORT."),
        ({"FORUM_CLAMD": "tcp:192.0.2.1:3310"}, "FORUM_CLAMD leads to another machine, unprotected"),
        ({"FORUM_CLAMD": "unix:/nowhere/clamd.ctl"}, "The scanner of FORUM_CLAMD does not answer"),
        ({"FORUM_KEYRING": "/nowhere/keyring.json"}, "/nowhere/keyring.json"),
        ({"FORUM_FILES": "/dev/null/files"}, "The folder for files /dev/null/files is not there and cannot be made."),
        ({"FORUM_DATABASE_URL": "sqlite:////nowhere/forum.db"}, "There is no database at /nowhere/forum.db."),
        (
            {"FORUM_DATABASE_URL": "postgresql://forum:secret-word@127.0.0.1:1/forum"},
            "The database postgresql://forum:***@127.0.0.1:1/forum cannot be reached.",
        ),
    ],
)
def test_check_says_what_is_wrong_and_fails(
    run: Run, environ: Mapping[str, str], changes: Mapping[str, str], sentence: str
) -> None:
    result = run({**environ, **changes}, "check")

    assert result.exit_code == 1
    assert f"WRONG  {sentence}" in result.output or (sentence.startswith("/") and sentence in result.output)
    assert "secret-word" not in result.output


def open_the_keyring(config: Config) -> None:
    config.keyring_path.chmod(0o640)


def open_the_files(config: Config) -> None:
    config.files_path.chmod(0o750)


def forget_the_revision(config: Config) -> None:
    engine = create_engine(config.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()


def receive_tomorrow(_config: Config) -> None:
    with unit_of_work() as work:
        send_tip(replace(work, now=datetime.now(UTC) + timedelta(days=1)))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (open_the_keyring, "is open to other users of this machine: set its mode to 0600"),
        (open_the_files, "is open to other users of this machine: set its mode to 0700"),
        (forget_the_revision, "is not at the present tables. Please run `forum migrate`."),
        (receive_tomorrow, "The clock of this machine is behind the newest event"),
    ],
)
def test_check_finds_what_was_spoiled_later(
    run: Run,
    environ: Mapping[str, str],
    config: Config,
    tmp_path: Path,
    spoil: Callable[[Config], None],
    sentence: str,
) -> None:
    own_keyring = tmp_path / "keyring.json"
    own_keyring.write_bytes(config.keyring_path.read_bytes())
    own_keyring.chmod(0o600)
    spoil(replace(config, keyring_path=own_keyring))

    result = run({**environ, "FORUM_KEYRING": str(own_keyring)}, "check")

    assert result.exit_code == 1
    assert sentence in result.output


def test_check_only_notes_that_the_calendar_runs_out(run: Run, environ: Mapping[str, str]) -> None:
    with transaction() as session:
        session.execute(delete(CalendarDay).where(CalendarDay.day > datetime.now(UTC).date()))

    result = run(environ, "check")

    assert result.exit_code == 0
    assert "note   The work calendar ends with" in result.output


def test_check_notes_that_no_checkpoint_was_written_lately_and_finds_a_key_that_lies_among_them(
    run: Run, environ: Mapping[str, str], tmp_path: Path
) -> None:
    late = "note   There is no checkpoint of the last two days"
    assert late in run(environ, "check").output
    assert run(environ, "worker", "--once").exit_code == 0
    assert late not in run(environ, "check").output
    inside = run({**environ, "FORUM_CHECKPOINTS": str(tmp_path)}, "check")
    assert "WRONG  The key of checkpoints lies among them" in inside.output


@pytest.mark.parametrize("command", [["serve"], ["worker", "--once"], ["migrate"], ["accounts", "list"]])
def test_a_command_refuses_to_start_when_secrets_keyring_and_database_are_not_named(
    run: Run, command: list[str]
) -> None:
    result = run({}, *command)

    assert result.exit_code == 1
    for name in ("FORUM_SECRET_KEY", "FORUM_DATABASE_URL", "FORUM_KEYRING"):
        assert f"{name} is not set." in result.output


def test_serving_refuses_when_the_database_is_not_migrated(
    run: Run, environ: Mapping[str, str], config: Config
) -> None:
    forget_the_revision(config)

    result = run(environ, "serve")

    assert result.exit_code == 1
    assert "Please run `forum migrate` first." in result.output


def test_making_a_keyring_keeps_the_one_that_is_there(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    made = run({}, "keyring", "create", str(path))
    content = path.read_bytes()

    again = run({}, "keyring", "create", str(path))

    assert (made.exit_code, again.exit_code) == (0, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == content
    assert "it is kept" in again.output


def test_migrating_an_empty_folder_makes_a_forum_that_is_in_order(run: Run, tmp_path: Path) -> None:
    run({}, "keyring", "create", str(tmp_path / "keyring.json"))
    environ = {
        "FORUM_SECRET_KEY": "k" * 40,
        "FORUM_DATABASE_URL": f"sqlite:///{tmp_path / 'forum.db'}",
        "FORUM_KEYRING": str(tmp_path / "keyring.json"),
        "FORUM_FILES": str(tmp_path / "files"),
        "FORUM_BASE_URL": "https://example.org",
        "FORUM_CHECKPOINTS": str(tmp_path / "checkpoints"),
        "FORUM_CHECKPOINT_KEY": str(tmp_path / "checkpoint-key"),
    }
    run({}, "audit", "new-key", environ["FORUM_CHECKPOINT_KEY"])

    steps = (("migrate",), ("migrate",), ("check",), ("custody", "begin"), ("check",))
    results = [run(environ, *step) for step in steps]

    assert [result.exit_code for result in results] == [0, 0, 1, 0, 0], results[-1].output
    assert "forum custody begin" in results[2].output
    assert "set up as shipped" in results[0].output
    assert "set up as shipped" not in results[1].output
    assert (tmp_path / "forum.db").stat().st_mode & 0o777 == 0o600
