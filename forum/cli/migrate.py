"""`forum migrate`: bring the database to the present tables."""

from __future__ import annotations

from pathlib import Path

import click
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from forum.cli.context import read_config

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"


@click.command()
def migrate() -> None:
    """Bring the database to the present tables; running it again changes nothing."""
    upgrade(read_config().database_url)
    click.echo("The database is up to date.")


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run the migrations up to a revision."""
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
