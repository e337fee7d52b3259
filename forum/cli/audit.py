"""`forum audit`: proving that nobody has touched the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click
from sqlalchemy import select

from forum.cli.context import running_app
from forum.extensions import house, snapshot, unit_of_work
from forum.models import Tip
from forum.services import audit as chains
from forum.services.audit import Chain, Fault
from forum.services.verification import Verified, keep_result

NAMES = {Chain.TIP: "Tip {key}", Chain.ACCESS: "Accesses of account {key}", Chain.SETTING: "Settings"}


@click.group()
def audit() -> None:
    """Look after the records of what happened."""


@audit.command()
@click.option("--tip", "number", metavar="NUMBER", help="Verify this tip alone.")
@click.pass_context
def verify(context: click.Context, number: str | None) -> None:
    """Walk every chain of the records and say each fault; end with 1 when there is any.

    The forum may go on serving. What the last rows of a record were is known only from a copy kept elsewhere: that
    such rows are gone, nothing here can tell.
    """
    with running_app(context):
        if number is not None:
            faults = _say(_of_one(number))
        else:
            tips, faults = _tips()
            faults += _say(_others())
            with unit_of_work() as work:
                keep_result(work, Verified(tips=tips, faults=faults, is_full=True), by=None)
    if faults:
        raise click.ClickException(f"{faults} faults. Keep a copy of the database as it is, and find out who could.")
    click.echo("No fault: the records are whole, as far as their chains can tell.")


def _of_one(number: str) -> Iterable[Fault]:
    with snapshot() as session:
        tip_id = session.scalar(select(Tip.id).where(Tip.number == number))
        if tip_id is None:
            raise click.ClickException(f"There is no tip {number}.")
        return chains.tip_faults(session, house().secrets, [tip_id])


def _tips() -> tuple[int, int]:
    """Verify all tips; return how many there were and how many faults. Each handful is read as of one moment."""
    done = faults = last = 0
    with snapshot() as session:
        total = chains.count_tips(session)
    with click.progressbar(length=total, label="Verifying tips") as bar:
        while True:
            with snapshot() as session:
                tip_ids = chains.next_tip_ids(session, after=last)
                found = chains.tip_faults(session, house().secrets, tip_ids) if tip_ids else []
            if not tip_ids:
                return done, faults
            if found:
                click.echo()  # leave the line of the bar
            faults += _say(found)
            done, last = done + len(tip_ids), tip_ids[-1]
            bar.update(len(tip_ids))


def _others() -> Iterator[Fault]:
    with snapshot() as session:
        yield from chains.access_faults(session, house().secrets)
        yield from chains.setting_faults(session, house().secrets)


def _say(faults: Iterable[Fault]) -> int:
    said = 0
    for fault in faults:
        said += 1
        click.echo(f"{NAMES[fault.chain].format(key=fault.key)}: {fault.message % fault.params}", err=True)
    return said
