"""What keeps a database from serving while it is being restored, or holds tips that were erased since its backup."""

from __future__ import annotations

import click
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from forum.cli.context import NO_DATABASE
from forum.extensions import House, db
from forum.services.erasure_list import newest_erasure

MARK = "forum_restoring"
"""A table that is there from the first row of a restore to the replay of the erasure list, whatever the migration."""


def begin_restoring(database_url: str) -> None:
    """Mark the database."""
    _run(database_url, f"CREATE TABLE {MARK} (since VARCHAR(40))")


def end_restoring(database_url: str) -> None:
    """Take the mark away."""
    _run(database_url, f"DROP TABLE {MARK}")


def refuse_unless_whole(database_url: str) -> None:
    """End the command when a restore of this database has begun and not ended."""
    engine = create_engine(database_url)
    try:
        if inspect(engine).has_table(MARK):
            raise click.ClickException(
                "A restore of this database has not ended. Please empty the database and the folder of files, and run "
                "`forum restore` again."
            )
    except SQLAlchemyError as error:
        raise click.ClickException(NO_DATABASE) from error
    finally:
        engine.dispose()


def refuse_unless_erased(place: House) -> None:
    """End the command when the erasure list knows of erasures that this database does not."""
    behind = place.erasures.last_seq() - newest_erasure(db.session())
    db.session.remove()
    if behind > 0:
        raise click.ClickException(
            f"This database holds what was erased since: {behind} entries of the erasure list are to be replayed. "
            "Please run `forum erasures replay`."
        )


def _run(database_url: str, statement: str) -> None:
    engine = create_engine(database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
