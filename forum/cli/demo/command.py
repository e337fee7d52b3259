"""`forum demo`: a whole forum with two years of life in it, made on the first run and kept on the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import FrameType

import click

from config import Config
from forum.adapters import clock
from forum.cli.context import running_app
from forum.cli.demo.custodians import begin_custody, give_passphrases, print_passphrases
from forum.cli.demo.instance import Instance
from forum.cli.demo.people import CODES, account_of, give_apps, people, print_people, renew_passwords
from forum.cli.demo.seeding import Seeded, seed
from forum.cli.migrate import upgrade
from forum.domain.receipts import grouped
from forum.extensions import unit_of_work
from forum.services import factors

STOP_WITHIN_SECONDS = 40


@click.group(invoke_without_command=True)
@click.option("--fresh", is_flag=True, help="Throw the present demo away and start over.")
@click.option("--new-passwords", is_flag=True, help="Draw new passwords for the demo accounts.")
@click.option("--tips", type=click.IntRange(1, 20_000), default=3000, show_default=True, help="How many to play.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="Port to listen at.")
@click.option("--no-serve", is_flag=True, help="Prepare only.")
@click.pass_context
def demo(
    context: click.Context, *, fresh: bool, new_passwords: bool, tips: int, host: str, port: int, no_serve: bool
) -> None:
    """Make the demo under instance/ (or keep it), print its accounts, and serve it."""
    if context.invoked_subcommand is not None:
        return
    environ = {**os.environ, "FORUM_MODE": "demo"}
    environ.setdefault("FORUM_BASE_URL", f"http://localhost:{port}")
    instance = Instance.open(Config.demo(environ))
    config = Config.demo(environ)  # read again: the secret is there now
    with instance.alone():
        _prepare(context, instance, config, fresh=fresh, new_passwords=new_passwords, tips=tips)
    click.echo(f"\nCitizens:  {config.base_url}/\nOfficers:  {config.base_url}/queue\n")
    if not no_serve:
        _serve(environ, bind=f"{host}:{port}")


@demo.command()
@click.argument("name")
@click.pass_context
def code(context: click.Context, name: str) -> None:
    """Print the code that the app of a demo account shows now; NAME is a sign-in name or a role."""
    config = Config.demo({**os.environ, "FORUM_MODE": "demo"})
    if not config.keyring_path.is_file():
        raise click.ClickException("There is no demo yet: `forum demo` makes one.")
    with running_app(context, config), unit_of_work() as work:
        account = account_of(work, name)
        if account is None:
            raise click.ClickException(f"Nobody in the demo is {name}: {', '.join(p.username for p in people())}.")
        found = factors.present_code(work, account)
    if found is None:
        raise click.ClickException(f"{account.username} has no code that is good now. Please wait half a minute.")
    click.echo(found)


def _prepare(
    context: click.Context, instance: Instance, config: Config, *, fresh: bool, new_passwords: bool, tips: int
) -> None:
    if fresh or not instance.is_complete():
        click.echo(f"Making the demo in {instance.root} ...")
        instance.begin()
        with running_app(context, config):
            seeded = seed(tips=tips, until=clock.now())
        instance.keep_recovery(seeded.recovery)
        instance.finish()
        print_people(seeded.passwords, config.base_url)
        print_passphrases(seeded.passphrases)
        _print_receipts(seeded)
        return
    click.echo(f"The demo in {instance.root} is kept; --fresh starts over.")
    upgrade(config.database_url)
    with running_app(context, config), unit_of_work() as work:
        if begun := begin_custody(work):
            instance.keep_recovery(begun)
        give_apps(work)
    if not new_passwords:
        click.echo("Its accounts are as they were; --new-passwords draws new passwords and prints them.")
        click.echo(CODES)
        return
    with running_app(context, config), unit_of_work() as work:
        passwords, passphrases = renew_passwords(work), give_passphrases(work, instance.recovery)
    print_people(passwords, config.base_url)
    print_passphrases(passphrases)


def _print_receipts(seeded: Seeded) -> None:
    if seeded.receipts:
        click.echo("\nReceipts of tips, to follow them as their citizens do:\n")
    for status, receipt in seeded.receipts.items():
        click.echo(f"  {grouped(receipt)}  {status.value}")


def _serve(environ: dict[str, str], *, bind: str) -> None:
    """Run server and worker as two processes, as an installation does, until one ends or we are told to stop.

    Both hold the reading end of a pipe whose writing end is ours alone: it closes when we end, whatever ends us.
    """
    program = [sys.executable, "-m", "forum.cli.demo.child"]
    lifeline, _ours = os.pipe()
    children = [
        subprocess.Popen([*program, *arguments], env=environ, stdin=lifeline)  # noqa: S603 - this very program
        for arguments in (["serve", "--bind", bind], ["worker"])
    ]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        children[0].wait()
    except KeyboardInterrupt:
        click.echo("Stopping ...")
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(STOP_WITHIN_SECONDS)
    if children[0].returncode:
        raise click.ClickException("The server has stopped with an error.")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
