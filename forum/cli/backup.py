"""`forum backup`: sealed archives of database and files, verified after writing; what opens them is on paper."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from forum.adapters import custody
from forum.adapters.archive import ArchiveBroken, ArchiveWriter, archive_key
from forum.adapters.custody import WrongRecoveryKey
from forum.adapters.durable import sync_directory
from forum.adapters.file_store import FileMissing
from forum.cli.context import read_config, running_app
from forum.cli.migrate import present_revision
from forum.cli.restoring import refuse_unless_erased, refuse_unless_whole
from forum.domain.errors import DomainError
from forum.extensions import House, db, house, snapshot
from forum.services.backup import head_of, write_archive
from forum.services.backup_reading import Contents, verify_archive
from forum.services.erasure_list import keep_list, newest_erasure

TRIES = 3
NAME = re.compile(r"forum-(\d{8}T\d{6}Z)\.backup")
STAMP = "%Y%m%dT%H%M%SZ"
LIST_NAME = "erasures.list"
KEEP = """
Write it down on paper, twice, and keep the sheets apart, neither with the backups nor with the keyring. It is shown
here only, and stored nowhere. Whoever restores needs three things: a backup, this key, and the keyring."""


@click.group(invoke_without_command=True)
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to.")
@click.option("--keep", type=click.IntRange(1), metavar="DAYS", help="Remove backups in the folder that are older.")
@click.pass_context
def backup(context: click.Context, folder: Path, keep: int | None) -> None:
    """Write one sealed archive of database and files while the forum serves, read it again, and say what it holds."""
    if context.invoked_subcommand is not None:
        return
    config = read_config()
    if config.backup_key is None:
        raise click.ClickException("FORUM_BACKUP_KEY is not set: `forum backup key` makes one.")
    public_key = _public_key(config.backup_key)
    refuse_unless_whole(config.database_url)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    revision = present_revision(config.database_url) or ""
    with running_app(context, config):
        refuse_unless_erased(house())
        keep_list(db.session(), house().erasures)
        db.session.remove()
        path, held = _write(house(), folder, public_key, revision)
        _copy_list(house(), folder)
        now = house().clock()
    click.echo(f"{path}: {sum(held.rows.values())} rows of {len(held.rows)} tables and {held.files} files, verified.")
    if keep is not None:
        for old in _older(folder, now - timedelta(days=keep)):
            old.unlink()
            click.echo(f"{old} was removed: it is older than {keep} days.")


@backup.command()
def key() -> None:
    """Make the key pair of backups: the private half for paper, the public one for FORUM_BACKUP_KEY."""
    pair = custody.new_pair()
    click.echo(f"The key that opens backups:\n\n  {custody.spell(pair.private)}\n{KEEP}\n")
    click.echo(f"What seals them, and is no secret:\n\n  FORUM_BACKUP_KEY={pair.public.hex()}")


@backup.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def verify(path: Path) -> None:
    """Read a backup to its end with the key from paper, and say what it holds."""
    try:
        held = verify_archive(path, archive_key(path, ask_key()))
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Whole. Made at {held.head.created_at} on {held.head.engine}, tables of {held.head.revision}.")
    for table, rows in held.rows.items():
        click.echo(f"  {table}: {rows}")
    click.echo(f"  files: {held.files}")


def ask_key() -> bytes:
    """Ask for the private half of the backup key."""
    typed: str = click.prompt("Backup key", hide_input=True)
    try:
        return custody.read_spelled(typed)
    except WrongRecoveryKey as error:
        raise click.ClickException("This is no backup key. Please compare it with the paper.") from error


def _public_key(spelled: str) -> bytes:
    if not re.fullmatch(r"[0-9a-f]{64}", spelled):
        raise click.ClickException("FORUM_BACKUP_KEY is not what `forum backup key` prints: 64 digits of 0-9 and a-f.")
    return bytes.fromhex(spelled)


def _write(place: House, folder: Path, public_key: bytes, revision: str) -> tuple[Path, Contents]:
    """Write until no tip was erased meanwhile: what is gone by the end must not be in a new backup."""
    for _try in range(TRIES):
        now = place.clock()
        path = folder / f"forum-{now.astimezone(UTC):{STAMP}}.backup"
        partial = path.with_suffix(".partial")
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                writer = ArchiveWriter(file, public_key)
                with snapshot() as session:
                    head = head_of(session, place.secrets.keyring, revision=revision, now=now)
                    write_archive(session, place.files, writer, head)
            with snapshot() as session:
                is_current = newest_erasure(session) == head.erasures
            if is_current:
                held = verify_archive(partial, writer.key)
                partial.rename(path)
                sync_directory(folder)
                return path, held
        except FileMissing:
            pass  # its tip was erased while the files were read
        except ArchiveBroken as error:
            raise click.ClickException("What was written cannot be read again: is the disk sound?") from error
        finally:
            partial.unlink(missing_ok=True)
    raise click.ClickException("Tips were erased again and again meanwhile, or a file is missing: `forum check`.")


def _copy_list(place: House, folder: Path) -> None:
    """Put the erasure list beside the backups: whoever restores one of them needs it."""
    target = folder / LIST_NAME
    if target.resolve() == place.erasures.path.resolve():
        return
    fresh = target.with_suffix(".partial")
    fresh.write_bytes(place.erasures.path.read_bytes())
    fresh.chmod(0o600)
    fresh.replace(target)
    sync_directory(folder)


def _older(folder: Path, before: datetime) -> list[Path]:
    found = [(NAME.fullmatch(path.name), path) for path in sorted(folder.iterdir())]
    return [path for name, path in found if name and datetime.strptime(name[1], STAMP).replace(tzinfo=UTC) < before]
