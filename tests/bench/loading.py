"""Databases of a wanted size: the smallest is played through the services, the others grow from it by COPY."""

from __future__ import annotations

import os
import secrets
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import psycopg
from sqlalchemy.engine import make_url

from config import Config
from forum.adapters import one_time_codes
from forum.adapters.keyring import Keyring
from forum.adapters.secrets import Secrets
from forum.app import create_app
from forum.cli.demo.corpus import generate
from forum.cli.demo.player import submission_of
from forum.cli.demo.seeding import communes, seed
from forum.cli.migrate import upgrade
from forum.domain.vocabulary import Role
from forum.extensions import db, unit_of_work
from forum.services import accounts, factors, facts
from forum.services.submission import submit
from tests.bench import bare
from tests.bench.cloning import Batch, Cloner, add_bare, read_models, untied
from tests.serving import SECRET

ROOT = Path(__file__).parent.parent.parent
BATCH = 1_000
PEOPLE = 8
"""So many officers and supervisors share the load, as the record of readings is a chain for each account."""
PROVINCE = "14"
WAITING = 60
"""Tips that wait at the desk of the province: more than a page holds."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A database with both applications' tables in it."""

    server: str
    url: str
    folder: Path
    keyring: Path
    files: Path
    password: str
    now: datetime
    app_secret: str
    """What the apps of all people know, whose codes are the second step of signing in."""

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url)

    def drop(self) -> None:
        _administer(self.server, f'DROP DATABASE IF EXISTS "{make_url(self.url).database}" WITH (FORCE)')


def server_address() -> str:
    """Return the address of a PostgreSQL of the project's own, starting it where it does not run."""
    given = os.environ.get("FORUM_TEST_POSTGRES")
    if given:
        return given
    started = subprocess.run([ROOT / ".ci" / "postgres"], check=True, capture_output=True, text=True, cwd="/")
    return started.stdout.strip()


def load_played(server: str, folder: Path, size: int) -> Loaded:
    """Play the demo's tips through the services, and make the people whom the load is driven by."""
    loaded = Loaded(
        server, _create(server), folder, folder / "keyring.json", folder / "files", accounts.new_password(),
        datetime.now(UTC), one_time_codes.new_secret(),
    )  # fmt: skip
    Keyring.create(loaded.keyring)
    upgrade(loaded.url)
    app = create_app(_config(loaded))
    with app.app_context():
        seed(tips=size, until=loaded.now)
        _make_people(loaded)
        _fill_the_desk(loaded.now)
        db.session.remove()
        db.engine.dispose()
    with loaded.connect() as connection:
        connection.execute(bare.TABLES)
        plain = Batch()
        for model in read_models(connection, _keys(loaded)):
            add_bare(plain, model, model.tip, timedelta())
        plain.write(connection)
        connection.execute(bare.INDEXES)
    _settle(loaded)
    return loaded


def enlarge(played: Loaded, size: int) -> Loaded:
    """Return a copy of a played database that has grown to `size` tips by clones."""
    larger = replace(played, url=_create(played.server, template=str(make_url(played.url).database)))
    keys = _keys(larger)
    with larger.connect() as connection:
        models = read_models(connection, keys)
        present, last_id = len(models), max(model.tip["id"] for model in models)
        connection.execute("DROP INDEX ix_bare_words")
        cloner = Cloner(untied(models), keys, larger.now)
        with click.progressbar(range(0, size - present, BATCH), label=f"Copying {size} tips") as starts:
            for start in starts:
                cloner.batch(last_id + 1 + start, min(BATCH, size - present - start)).write(connection)
        connection.execute("CREATE INDEX ix_bare_words ON bare_tip USING gin (words)")
    _count_days(larger)
    _settle(larger)
    return larger


def _make_people(loaded: Loaded) -> None:
    with unit_of_work() as work:
        desk, cluster = work.rulebook.teams.desk(PROVINCE), work.rulebook.teams.cluster_desk
        for number in range(PEOPLE):
            for name, team, role in (("desk", desk, Role.INTAKE), ("figures", cluster, Role.SUPERVISOR)):
                account = accounts.create_account(
                    work,
                    None,
                    username=f"{name}-{number}",
                    display_name=f"{name} {number}",
                    password=loaded.password,
                    must_change_password=False,
                )
                accounts.grant(work, None, account, team_id=team.id, role=role)
                factors.give_app(work, account, loaded.app_secret)


def _fill_the_desk(now: datetime) -> None:
    """Hand in tips that nobody has looked at yet: a list of few rows would be no measure for one of many."""
    with unit_of_work() as work:
        recent = generate(4 * WAITING, until=now, months=1, communes=communes(), seed=3)
        plain = [submission_of(tip) for tip in recent if tip.about_police is None][:WAITING]
        for minutes, submission in enumerate(plain):
            sent = replace(work, now=now - timedelta(minutes=minutes))
            submit(sent, replace(submission, province_code=PROVINCE, commune_code=None, place=""))


def _count_days(loaded: Loaded) -> None:
    """Count the days anew, month by month."""
    app = create_app(_config(loaded))
    with app.app_context():
        with unit_of_work() as work:
            first, last = facts.first_day(work.session), facts.closed_through(work.session)
        day = first
        while day <= last:
            until = min(day + timedelta(days=facts.MOST_DAYS_AT_ONCE - 1), last)
            with unit_of_work() as work:
                facts.rebuild_range(work, day, until, horizon=last)
            day = until + timedelta(days=1)
        db.session.remove()
        db.engine.dispose()


def _settle(loaded: Loaded) -> None:
    """Move the counters past what was copied, and let the planner know the sizes."""
    with psycopg.connect(loaded.url, autocommit=True) as connection:
        connection.execute("SELECT setval('tip_id_seq', (SELECT max(id) FROM tip))")
        connection.execute("SELECT setval('bare_tip_id_seq', (SELECT max(id) FROM bare_tip))")
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _keys(loaded: Loaded) -> Secrets:
    return Secrets.open(Keyring.load(loaded.keyring))


def _config(loaded: Loaded) -> Config:
    return Config(
        mode="test",
        secret_key=SECRET,
        database_url=loaded.url,
        keyring_path=loaded.keyring,
        files_path=loaded.files,
        base_url="http://localhost",
    )


def _create(server: str, *, template: str = "template0") -> str:
    name = f"bench_{secrets.token_hex(4)}"
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
