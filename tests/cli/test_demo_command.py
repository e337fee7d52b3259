"""`forum demo`: made once and kept, started over after an interruption, and whole enough to finish any tip in."""

from __future__ import annotations

import fcntl
import io
import json
import re
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from click.testing import CliRunner
from flask import Flask
from PIL import Image
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.engine import make_url

from config import Config
from forum.adapters.passwords import verify_password
from forum.app import create_app
from forum.cli.demo import command, seeding
from forum.cli.demo.people import people
from forum.cli.demo.seeding import Seeded, seed
from forum.cli.main import cli
from forum.domain.lifecycle import Status
from forum.domain.permissions import Permission
from forum.domain.receipts import parse
from forum.domain.teams import TeamRef
from forum.domain.vocabulary import Restriction, TeamKind
from forum.extensions import db, unit_of_work
from forum.models import Account, Attachment, ClosedDay, NoticeAddress, OutboxJob, Tip, TipEventRow
from forum.services.accounts import actor_of, find_account
from forum.services.attachments import open_file
from forum.services.conversation import find_by_receipt
from forum.services.facts import due_days
from forum.services.notices import NOTICE
from forum.services.officers import may_act
from forum.services.timeline import events_of, state_of
from tests.cli.conftest import Run, Start, wait_for
from tests.conftest import ENGINES, _address, _administer

TIPS = 80
FEW = 12


@dataclass(frozen=True)
class Made:
    """A demo made once for the tests that only look at it."""

    environ: dict[str, str]
    output: str
    seeded: Seeded


@contextmanager
def opened(environ: dict[str, str]) -> Iterator[Flask]:
    application = create_app(Config.demo(environ))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


@contextmanager
def place_for_a_demo(engine: str, folder: Path) -> Iterator[dict[str, str]]:
    """An instance folder of its own; on PostgreSQL a database that is not there yet."""
    given = {"FORUM_INSTANCE": str(folder / "instance")}
    if engine == "sqlite":
        yield given
        return
    name = f"demo_{secrets.token_hex(6)}"
    yield {**given, "FORUM_DATABASE_URL": _address(name)}
    _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=ENGINES)
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    with place_for_a_demo(request.param, tmp_path) as given:
        yield given


@pytest.fixture(scope="module", params=ENGINES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    kept: list[Seeded] = []

    def remembers(**given: Any) -> Seeded:
        kept.append(seed(**given))
        return kept[-1]

    folder = tmp_path_factory.mktemp("demo")
    with place_for_a_demo(request.param, folder) as given, pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "seed", remembers)
        for name, value in given.items():
            patch.setenv(name, value)
        result = CliRunner().invoke(cli, ["demo", "--no-serve", "--tips", str(TIPS)], obj=create_app)
        assert result.exit_code == 0, result.output
        yield Made(given, result.output, kept[0])


@pytest.fixture
def instance(environ: dict[str, str]) -> Path:
    return Path(environ["FORUM_INSTANCE"])


def make(run: Run, environ: dict[str, str], *options: str) -> str:
    result = run(environ, "demo", "--no-serve", "--tips", str(FEW), *options)
    assert result.exit_code == 0, result.output
    return result.output


def passwords_in(output: str) -> dict[str, str]:
    return dict(re.findall(r"^  ([a-z-]+) +((?:[a-z]{4}-){4}[a-z]{4}) ", output, re.MULTILINE))


def numbers_in(environ: dict[str, str]) -> set[str]:
    with opened(environ), unit_of_work() as work:
        return set(work.session.scalars(select(Tip.number)))


def test_the_demo_is_kept_when_it_runs_again(run: Run, made: Made) -> None:
    numbers = numbers_in(made.environ)

    output = make(run, made.environ)

    assert len(numbers) == TIPS
    assert numbers_in(made.environ) == numbers
    assert passwords_in(output) == {}
    assert "--fresh starts over" in output


def test_the_printed_passwords_open_the_accounts(made: Made) -> None:
    passwords = passwords_in(made.output)

    with opened(made.environ), unit_of_work() as work:
        hashes = dict(work.session.execute(select(Account.username, Account.password_hash)).all())
    assert set(passwords) == {person.username for person in people()} == set(hashes)
    assert all(verify_password(hashes[name], password) for name, password in passwords.items())


def test_the_printed_receipts_open_tips_in_the_states_they_are_said_to_be_in(made: Made) -> None:
    printed = re.findall(r"^  ((?:\d{4} ){5}) ([a-z-]+)$", made.output, re.MULTILINE)

    assert printed
    with opened(made.environ), unit_of_work() as work:
        for receipt, status in printed:
            assert find_by_receipt(work, parse(receipt)).status == status


def test_nothing_in_the_folder_of_the_demo_is_open_to_others(made: Made) -> None:
    folder = Path(made.environ["FORUM_INSTANCE"])

    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir() if path.stat().st_mode & 0o077 and path.name != "lock"] == []


def test_every_day_of_the_demo_that_has_ended_is_counted(made: Made) -> None:
    with opened(made.environ), unit_of_work() as work:
        assert due_days(work) == []
        assert (work.session.scalar(select(func.count()).select_from(ClosedDay)) or 0) > 600


def test_new_passwords_replace_the_printed_ones(run: Run, environ: dict[str, str]) -> None:
    old = passwords_in(make(run, environ))

    new = passwords_in(make(run, environ, "--new-passwords"))

    assert set(new) == set(old)
    assert not set(new.values()) & set(old.values())


def test_a_fresh_demo_is_another_one(run: Run, environ: dict[str, str]) -> None:
    make(run, environ)
    numbers = numbers_in(environ)

    make(run, environ, "--fresh")

    again = numbers_in(environ)
    assert len(again) == FEW
    assert not again & numbers


def test_an_interrupted_demo_is_started_over(
    run: Run, environ: dict[str, str], instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(seeding, "BATCH", 20)
        patch.setattr(seeding, "_count_days", power_fails)
        broken = run(environ, "demo", "--no-serve", "--tips", str(FEW))
    assert broken.exit_code != 0
    assert json.loads((instance / "demo.json").read_text())["is_complete"] is False
    numbers = numbers_in(environ)
    assert numbers

    output = make(run, environ)

    assert "started over" in output
    again = numbers_in(environ)
    assert len(again) == FEW
    assert not again & numbers


def power_fails(*_given: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("options", [[], ["--fresh"]])
def test_a_database_that_is_not_the_demos_own_is_left_alone(
    run: Run, environ: dict[str, str], tmp_path: Path, options: list[str]
) -> None:
    url = environ.get("FORUM_DATABASE_URL", f"sqlite:///{tmp_path / 'theirs.db'}")
    if url.startswith("postgresql"):
        _administer(f'CREATE DATABASE "{make_url(url).database}"')
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE precious (word TEXT)"))
        connection.execute(text("INSERT INTO precious VALUES ('kept')"))

    result = run({**environ, "FORUM_DATABASE_URL": url}, "demo", "--no-serve", "--tips", str(FEW), *options)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT word FROM precious")) == "kept"
    assert inspect(engine).get_table_names() == ["precious"]
    engine.dispose()
    assert result.exit_code == 1
    assert "the demo leaves them alone" in result.output


def test_every_course_is_played_to_where_the_corpus_leaves_it(made: Made) -> None:
    assert made.seeded.left_standing == 0
    with opened(made.environ), unit_of_work() as work:
        for tip in work.session.scalars(select(Tip)):
            events = events_of(work.session, tip.id)
            assert state_of(work.session, tip).event_count == len(events)
            assert [event.at for event in events] == sorted(event.at for event in events)
            assert events[-1].at <= work.now
        statuses = dict(work.session.execute(select(Tip.status, func.count()).group_by(Tip.status)).all())
        assert statuses[Status.CLOSED] > TIPS * 0.7
        oldest = work.session.scalar(select(func.min(TipEventRow.at)))
        assert oldest is not None
        assert 600 < (work.now - oldest).days < 810
        longest = work.session.scalar(select(func.min(Tip.queue_at)))
        assert longest is not None
        assert work.now - longest < timedelta(days=40)


def test_pictures_were_let_in_and_addresses_live_as_long_as_their_tips(made: Made) -> None:
    with opened(made.environ), unit_of_work() as work:
        held = work.session.execute(select(Tip, Attachment).join(Attachment, Attachment.tip_id == Tip.id)).all()
        assert 3 <= len(held) <= TIPS / 3
        for tip, attachment in held:
            _name, reader = open_file(work, tip, attachment)
            with reader, Image.open(io.BytesIO(reader.read())) as picture:
                assert picture.format == "JPEG"
        left = work.session.execute(select(Tip.status).join(NoticeAddress, NoticeAddress.tip_id == Tip.id)).scalars()
        assert Status.CLOSED not in set(left)
        notices = work.session.scalars(select(OutboxJob).where(OutboxJob.kind == NOTICE)).all()
        assert notices
        assert [job for job in notices if job.done_at is None] == []


def test_the_people_can_finish_a_tip_of_any_team_restricted_or_not(made: Made) -> None:
    with opened(made.environ), unit_of_work() as work:
        accounts = [find_account(work.session, person.username) for person in people()]
        actors = [actor_of(work.session, account) for account in accounts if account]
        teams = [team for team in work.rulebook.teams.current if team.kind is not TeamKind.PROVINCE]
        assert len(teams) > 502 + 70

        def can(permission: Permission, team: TeamRef, restriction: Restriction | None) -> bool:
            tip = Tip(team_id=team.id, province_code=team.province_code, restriction=restriction)
            return any(may_act(actor, tip, permission) for actor in actors)

        for team in teams:
            is_desk = team.kind in {TeamKind.INTAKE_DESK, TeamKind.CLUSTER_DESK}
            wanted = [Permission.HANDLE, Permission.APPROVE, *([Permission.TRIAGE] if is_desk else [])]
            assert all(can(permission, team, None) for permission in wanted), team.code
        keepers = [
            team
            for team in teams
            if team.kind in {TeamKind.INSPECTORATE, TeamKind.INTAKE_DESK, TeamKind.CLUSTER_DESK}
            or team.department_code == "PA02"
        ]
        assert len(keepers) == 7 * 3 + 1
        for team in keepers:
            for permission in (Permission.HANDLE, Permission.APPROVE, Permission.TRIAGE):
                assert can(permission, team, Restriction.POLICE_CONDUCT), (team.code, permission)


def test_no_account_of_the_demo_is_asked_for_many_memberships(made: Made) -> None:
    """They are read on every request."""
    with opened(made.environ), unit_of_work() as work:
        held = [
            actor_of(work.session, account) for account in work.session.scalars(select(Account).order_by(Account.id))
        ]

    assert max(len(actor.memberships) for actor in held) <= 30


def test_two_demos_are_never_prepared_in_one_folder(run: Run, environ: dict[str, str], instance: Path) -> None:
    instance.mkdir(mode=0o700)
    with (instance / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run(environ, "demo", "--no-serve")

    assert result.exit_code == 1
    assert "Another demo is being prepared" in result.output


def children_of(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]


def is_running(process: int) -> bool:
    """Tell whether a process runs; one that nobody has buried does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_demo_serves_with_a_worker_beside_and_both_stop_when_it_is_told_to(
    tmp_path: Path, start: Start, port: int
) -> None:
    demo = start({"FORUM_INSTANCE": str(tmp_path / "instance")}, "demo", "--tips", "2", "--port", str(port))
    wait_for(demo, port)
    children = children_of(demo.pid)
    commands = [Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[3] for child in children]

    demo.send_signal(signal.SIGTERM)

    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, output
    assert sorted(commands) == [b"serve", b"worker"]
    assert not any(is_running(child) for child in children)
    assert f"http://localhost:{port}/" in output


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGHUP], ids=["killed", "terminal-closed"])
def test_nothing_of_the_demo_runs_on_when_it_ends_without_a_word(
    tmp_path: Path, start: Start, port: int, end: signal.Signals
) -> None:
    demo = start({"FORUM_INSTANCE": str(tmp_path / "instance")}, "demo", "--tips", "1", "--port", str(port))
    wait_for(demo, port)
    urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60).close()  # whoever answers is there
    children = children_of(demo.pid)
    family = [*children, *(grandchild for child in children for grandchild in children_of(child))]
    assert len(family) >= 3  # the server with at least one of its own, and the worker

    demo.send_signal(end)

    assert demo.wait(10) == -end
    until = time.monotonic() + 40
    while any(is_running(process) for process in family):
        assert time.monotonic() < until, [process for process in family if is_running(process)]
        time.sleep(0.1)
