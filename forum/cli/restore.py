"""`forum restore`: a backup into an empty forum, on either engine; it ends when erased tips are gone again."""

from __future__ import annotations

from pathlib import Path

import click
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from forum.adapters.archive import archive_key, frames
from forum.adapters.erasure_list import ErasureList
from forum.cli.audit import judge, verify_all
from forum.cli.backup import ask_key
from forum.cli.context import NO_DATABASE, read_config, running_app
from forum.cli.erasures import replay_list
from forum.cli.migrate import alembic_config, upgrade
from forum.cli.restoring import begin_restoring, end_restoring
from forum.domain.errors import DomainError
from forum.extensions import House, house, transaction
from forum.services.backup_reading import BackupUnfit, Contents, put_back, refuse_unless_readable, verify_archive
from forum.services.checkpoints import Points


@click.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--erasures",
    "list_path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    required=True,
    help="The newest copy of the erasure list: the one in use, or the one beside the newest backup.",
)
@click.pass_context
def restore(context: click.Context, path: Path, list_path: Path) -> None:
    """Put a backup into the empty database and the empty folder of files that the environment names."""
    config = read_config()
    private_key = ask_key()
    try:
        key = archive_key(path, private_key)
        held = verify_archive(path, key)
        click.echo(f"The backup is whole: {sum(held.rows.values())} rows, {held.files} files, {held.head.created_at}.")
        with running_app(context, config):
            _refuse_unless_fit(config, house(), held, list_path)
        _prepare(config, held)
        with running_app(context, config), transaction() as session:
            put_back(session, house().files, frames(path, key))
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    upgrade(config.database_url)
    with running_app(context, config):
        replayed = replay_list(ErasureList(list_path, house().keys))
        click.echo(f"{replayed.entries} erasures replayed: {replayed.erased} tips erased again.")
    end_restoring(config.database_url)
    with running_app(context, config):
        judge(verify_all(Points()), [])


def _prepare(config: Config, held: Contents) -> None:
    """Make the tables of the backup's time; raise BackupUnfit where anything is there already."""
    script = ScriptDirectory.from_config(alembic_config(config.database_url))
    try:
        script.get_revision(held.head.revision)
    except CommandError as error:
        reason = f"its tables are of {held.head.revision}, later than this program knows"
        raise BackupUnfit(reason=reason) from error
    if not _is_empty(config.database_url):
        raise BackupUnfit(reason="the database is not empty, and nothing is ever restored over something")
    upgrade(config.database_url, held.head.revision)
    begin_restoring(config.database_url)


def _is_empty(database_url: str) -> bool:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return True
    engine = create_engine(database_url)
    try:
        return not inspect(engine).get_table_names()
    except SQLAlchemyError as error:
        raise click.ClickException(NO_DATABASE) from error
    finally:
        engine.dispose()


def _refuse_unless_fit(config: Config, place: House, held: Contents, list_path: Path) -> None:
    refuse_unless_readable(held.head, place.secrets.keyring)
    if not place.files.is_empty():
        raise BackupUnfit(reason=f"there are files in {config.files_path}")
    entries = sum(1 for _entry in ErasureList(list_path, place.keys).entries())
    if entries < held.head.erasures:
        raise BackupUnfit(reason="the erasure list is older than the backup")
