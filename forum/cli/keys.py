"""`forum keys`: which keys the server has, replacing them while it serves, and taking old ones away."""

from __future__ import annotations

from datetime import datetime

import click

from forum.adapters import keyring_edit
from forum.adapters.keyring import KeyState, KeyUnknown, Purpose
from forum.cli.accounts import refusals
from forum.cli.context import running_app
from forum.cli.rekeying import Pace, rekey
from forum.extensions import house, snapshot, unit_of_work
from forum.services import keys as service
from forum.services.key_use import count_left, count_use
from forum.services.rekeying import STEPS

STATES = {KeyState.STAGED: "waits to be used", KeyState.SEALING: "in use", KeyState.OPENING: "opens what it sealed"}
UNCOUNTED = {Purpose.SESSION_TOKEN, Purpose.THROTTLE}
"""No row names these keys: what they made is forgotten within a day, and of no use after a change of the key."""
_PURPOSE = click.Choice([purpose.value for purpose in Purpose])


@click.group()
def keys() -> None:
    """Keep the keys of the server: list, replace, take away."""


@keys.command("list")
@click.pass_context
def list_keys(context: click.Context) -> None:
    """Show every key: its id, what is done with it, its age, and how many rows need it. Never a secret."""
    with running_app(context), refusals():
        keyring = house().secrets.keyring
        with snapshot() as session:
            used = count_use(session, keyring)
        now = house().clock()
        click.echo(f"{'purpose':<14} {'id':<24} {'made on':<11} {'days':>5} {'rows':>9}  state")
        for key in keyring:
            rows = "-" if key.purpose in UNCOUNTED else used[key.id]
            made, state = f"{key.created_at:%d/%m/%Y}", STATES[keyring.state(key)]
            click.echo(f"{key.purpose:<14} {key.id:<24} {made:<11} {(now - key.created_at).days:>5} {rows:>9}  {state}")
        for key_id, rows in service.unknown_keys(used, {key.id for key in keyring}).items():
            click.echo(f"{'unknown':<14} {key_id:<24} {'':<11} {'':>5} {rows:>9}  THIS KEYRING DOES NOT HOLD IT")


@keys.command()
@click.argument("purpose", type=_PURPOSE)
@click.pass_context
def stage(context: click.Context, purpose: str) -> None:
    """Add a key that opens but does not seal yet, to be copied to every other machine before `rotate`."""
    with running_app(context), refusals():
        key = keyring_edit.stage(house().config.keyring_path, Purpose(purpose), house().clock())
    click.echo(f"{key.id} waits. Copy the keyring to every machine that serves, then: forum keys rotate {purpose}")


@keys.command()
@click.argument("purpose", type=_PURPOSE)
@click.option("--settle", default=5.0, show_default=True, help="Seconds until every request knows a new key.")
@click.option("--at-once", default=100, show_default=True, type=click.IntRange(1, 1000), help="Rows a transaction.")
@click.option("--pause", default=0.02, show_default=True, help="Seconds between two transactions.")
@click.pass_context
def rotate(context: click.Context, purpose: str, settle: float, at_once: int, pause: float) -> None:
    """Let a new key seal from now on, and bring all rows under it that can be; the forum may go on serving.

    When it was interrupted, the same command goes on where it stopped.
    """
    wanted = Purpose(purpose)
    with running_app(context), refusals():
        with snapshot() as session:
            left = count_left(session, house().secrets.keyring, wanted) if wanted in STEPS else 0
        waits = keyring_edit.staged(house().secrets.keyring, wanted) is not None
        if left and not waits:
            key = house().secrets.keyring.current(wanted)
            click.echo(f"{key.id} is in use since {key.created_at:%d/%m/%Y}; {left} rows are not under it yet.")
        else:
            replace(wanted, Pace(settle, at_once, pause))
        rekey(wanted, Pace(settle, at_once, pause))


def replace(purpose: Purpose, pace: Pace) -> None:
    """Stage a key unless one waits already, give every request the time to know it, and let it seal."""
    path, old = house().config.keyring_path, house().secrets.keyring.current(purpose)
    keyring_edit.stage(path, purpose, house().clock())
    pace.settle()
    new = keyring_edit.activate(path, purpose, house().clock())
    with unit_of_work() as work:
        service.note_replaced(work, old, new)
    click.echo(f"{new.id} is in use from now on, in the place of {old.id}. Keep a copy of the keyring.")


@keys.command()
@click.argument("key_id", metavar="ID")
@click.pass_context
def retire(context: click.Context, key_id: str) -> None:
    """Take a key out of the keyring for good, when nothing is under it any more."""
    with running_app(context), refusals():
        try:
            with unit_of_work() as work:
                service.retire(work, key_id)
            keyring_edit.remove(house().config.keyring_path, key_id)
        except KeyUnknown as error:
            raise click.ClickException(f"The keyring holds no key {key_id}.") from error
        today: datetime = house().clock()
    click.echo(f"{key_id} is gone from this keyring. Take it out of those of other machines, and of all copies, except")
    click.echo(f"one that is kept with backups made before {today:%d/%m/%Y}, for as long as these are.")
