"""`forum migrate`: bring the database to the present tables."""

from __future__ import annotations

import os
from pathlib import Path

import click
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from forum.adapters import clock
from forum.cli.context import read_config, running_app
from forum.extensions import transaction, unit_of_work
from forum.services.indexing import renew_indices
from forum.services.organisation import is_set_up, load_shipped

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"


@click.command()
@click.pass_context
def migrate(context: click.Context) -> None:
    """Bring the database to the present tables, filled with the shipped ones; running it again changes nothing."""
    config = read_config()
    upgrade(config.database_url)
    with running_app(context, config), transaction() as session:
        if not is_set_up(session):
            load_shipped(session, clock.now())
            click.echo("Places, teams, policies, calendar and rules are set up as shipped.")
    with running_app(context, config):
        renewed = _renew_indices()
    if renewed:
        click.echo(f"Tips indexed anew for the search: {renewed}.")
    click.echo("The database is up to date.")


def _renew_indices() -> int:
    """Index anew, in transactions of bounded size, the tips that were indexed in an older way."""
    renewed = 0
    while True:
        with unit_of_work() as work:
            count = renew_indices(work)
        if not count:
            return renewed
        renewed += count


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run the migrations up to a revision; a new SQLite file is readable by this user alone."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        os.close(os.open(url.database, os.O_RDWR | os.O_CREAT, 0o600))
    command.upgrade(alembic_config(database_url), revision)


def present_revision(database_url: str) -> str | None:
    """Return the revision that the database is at, None for an empty one; raise SQLAlchemyError when unreachable."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def is_current(database_url: str) -> bool:
    """Whether the database is at the newest revision."""
    newest = ScriptDirectory.from_config(alembic_config(database_url)).get_current_head()
    return present_revision(database_url) == newest


def alembic_config(database_url: str) -> AlembicConfig:
    """Return Alembic's configuration for a database."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    return config
