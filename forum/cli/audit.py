"""`forum audit`: proving that nobody has touched the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from sqlalchemy import select

from config import Config
from forum.adapters.checkpoints import Checkpoint, CheckpointFault, SigningKey
from forum.cli.checkpoints import RecordsDiffer, held_checkpoints, spell, write_checkpoint
from forum.cli.context import read_config, running_app
from forum.extensions import house, snapshot, unit_of_work
from forum.models import Tip
from forum.services import audit as records
from forum.services.audit_erasures import erasure_faults
from forum.services.chains import Chain, Fault
from forum.services.checkpoints import Points
from forum.services.verification import Verified, keep_result

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
UNKNOWN_KEY = "Please give the public key of the checkpoints: --public-key, as `forum audit new-key` printed it."


@click.group()
def audit() -> None:
    """Look after the records of what happened."""


@audit.command("new-key")
@click.argument("path", type=FILE)
def new_key(path: Path) -> None:
    """Make the key that signs checkpoints at PATH, readable by this user alone."""
    try:
        key = SigningKey.create(path)
    except CheckpointFault as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The key is at {path}; no copy of it is needed. Whoever verifies needs the public key alone:")
    click.echo(key.public)


@audit.command()
@click.option(
    "--begin-anew", metavar="REASON", default="", help="Sign the records as they are, such as after a restore."
)
@click.pass_context
def checkpoint(context: click.Context, begin_anew: str) -> None:
    """Sign how the records end now, into the folder of checkpoints; the worker does so each day."""
    config = read_config()
    if config.checkpoints_path is None or config.checkpoint_key_path is None:
        raise click.ClickException("FORUM_CHECKPOINTS and FORUM_CHECKPOINT_KEY are not both set.")
    with running_app(context, config):
        try:
            key = SigningKey.load(config.checkpoint_key_path)
            written = write_checkpoint(config.checkpoints_path, key, begins_anew=begin_anew.strip())
        except CheckpointFault as error:
            for fault in error.faults if isinstance(error, RecordsDiffer) else ():
                click.echo(spell(fault), err=True)
            raise click.ClickException(str(error)) from error
    click.echo(f"Checkpoint {written.number} is in {config.checkpoints_path}. Its public key: {key.public}")


@audit.command()
@click.option("--tip", "number", metavar="NUMBER", help="Verify this tip alone.")
@click.option("--checkpoints", "folder", type=FOLDER, help="Compare with these instead of the configured folder.")
@click.option("--public-key", "public_keys", metavar="KEY", multiple=True, help="Whose checkpoints are believed.")
@click.pass_context
def verify(context: click.Context, number: str | None, folder: Path | None, public_keys: tuple[str, ...]) -> None:
    """Walk every chain of the records and say each fault; end with 1 when there is any.

    The forum may go on serving. With checkpoints, also what was cut off the end of a record before the last of them
    is found: best with a copy of them that was kept on another machine.
    """
    config = read_config()
    folder = folder or config.checkpoints_path
    with running_app(context, config):
        checkpoints, faults = _read_checkpoints(config, folder, public_keys) if folder else ([], 0)
        points = Points.of(checkpoints)
        if number is not None:
            faults += _say(_of_one(number, points))
        else:
            faults = verify_all(points, checkpoints=len(checkpoints), faults=faults)
    judge(faults, checkpoints)


def verify_all(points: Points, *, checkpoints: int = 0, faults: int = 0) -> int:
    """Walk every chain inside an application context and keep the result; return all faults, with those before."""
    tips, found = _tips(points)
    faults += found + _say(_others(points))
    with unit_of_work() as work:
        keep_result(work, Verified(tips=tips, faults=faults, is_full=True, checkpoints=checkpoints), by=None)
    return faults


def judge(faults: int, checkpoints: list[Checkpoint]) -> None:
    """Say that the records are whole, or end the command."""
    if faults:
        raise click.ClickException(f"{faults} faults. Keep a copy of the database as it is, and find out who could.")
    click.echo(_success(checkpoints))


def _read_checkpoints(config: Config, folder: Path, public_keys: tuple[str, ...]) -> tuple[list[Checkpoint], int]:
    """Return the checkpoints that can be believed, and how many faults there are among them."""
    try:
        trusted = [key.strip().lower() for key in public_keys] or [_own_key(config)]
        checkpoints, missed, faults = held_checkpoints(folder, trusted)
    except CheckpointFault as error:
        raise click.ClickException(str(error)) from error
    for fault in faults:
        click.echo(str(fault), err=True)
    for each in checkpoints:
        if each.begins_anew:
            click.echo(f"Checkpoint {each.number} of {each.day:%d/%m/%Y} begins anew: {each.begins_anew}", err=True)
    return checkpoints, len(faults) + _say(missed)


def _own_key(config: Config) -> str:
    if config.checkpoint_key_path is None:
        raise click.ClickException(UNKNOWN_KEY)
    return SigningKey.load(config.checkpoint_key_path).public


def _success(checkpoints: list[Checkpoint]) -> str:
    if not checkpoints:
        return "No fault: the records are whole, as far as their chains can tell. No checkpoint was compared."
    last = checkpoints[-1]
    return f"No fault: the records are whole, and hold what {len(checkpoints)} checkpoints say, to {last.day:%d/%m/%Y}."


def _of_one(number: str, points: Points) -> Iterable[Fault]:
    with snapshot() as session:
        tip_id = session.scalar(select(Tip.id).where(Tip.number == number))
        if tip_id is None:
            raise click.ClickException(f"There is no tip {number}.")
        return records.tip_faults(session, house().secrets, [tip_id], points=points)


def _tips(points: Points) -> tuple[int, int]:
    """Verify all tips; return how many there were and how many faults. Each handful is read as of one moment."""
    done = faults = last = 0
    with snapshot() as session:
        total = records.count_tips(session)
    with click.progressbar(length=total, label="Verifying tips") as bar:
        while True:
            with snapshot() as session:
                tip_ids = records.next_tip_ids(session, after=last)
                found = records.tip_faults(session, house().secrets, tip_ids, points=points) if tip_ids else []
            if not tip_ids:
                return done, faults
            if found:
                click.echo()  # leave the line of the bar
            faults += _say(found)
            done, last = done + len(tip_ids), tip_ids[-1]
            bar.update(len(tip_ids))


def _others(points: Points) -> Iterator[Fault]:
    with snapshot() as session:
        yield from records.orphan_faults(session)
        yield from records.access_faults(session, house().secrets, points=points)
        yield from records.setting_faults(session, house().secrets, points=points)
        yield from erasure_faults(session, house().secrets, points=points)
    for chain in Chain:
        yield from points.missing(chain)


def _say(faults: Iterable[Fault]) -> int:
    said = 0
    for fault in faults:
        said += 1
        click.echo(spell(fault), err=True)
    return said
