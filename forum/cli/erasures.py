"""`forum erasures`: keeping erased tips erased, also in a database that was restored by other means."""

from __future__ import annotations

import click

from forum.adapters.erasure_list import ErasureList
from forum.cli.context import running_app
from forum.domain.errors import DomainError
from forum.extensions import db, house, unit_of_work
from forum.services import facts
from forum.services.erasure_list import Replayed, replay
from forum.services.erasure_traces import clear_traces, rewrite_tables


@click.group()
def erasures() -> None:
    """Keep erased tips erased."""


@erasures.command("replay")
@click.pass_context
def replay_command(context: click.Context) -> None:
    """Erase what the erasure list names and the database still holds, as after a restore by other means."""
    with running_app(context):
        done = replay_list(house().erasures)
    click.echo(f"{done.entries} erasures replayed: {done.erased} tips erased again.")


@erasures.command()
@click.pass_context
def rewrite(context: click.Context) -> None:
    """Let the database write its tables anew without what was deleted; PostgreSQL locks each of them meanwhile."""
    with running_app(context):
        if db.engine.dialect.name == "postgresql":
            rewrite_tables(db.session())
        else:
            clear_traces(db.session(), house().files, house().erasures, ())
    click.echo("Written anew. What lies in PostgreSQL's write-ahead log goes when its segments are used again.")


def replay_list(listed: ErasureList) -> Replayed:
    """Replay a list in one transaction, then do what follows from it; end the command when it cannot be used."""
    try:
        with unit_of_work() as work:
            done = replay(work, listed)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    if done.stale:
        with unit_of_work() as work:
            facts.rebuild_range(work, min(done.stale), max(done.stale))
    clear_traces(db.session(), house().files, house().erasures, done.storage_keys)
    db.session.remove()
    return done
