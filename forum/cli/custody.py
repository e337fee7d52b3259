"""`forum custody`: the recovery key of identities, kept on paper, and what it is for."""

from __future__ import annotations

import click

from forum.cli.accounts import refusals
from forum.cli.context import running_app
from forum.extensions import unit_of_work
from forum.services import accounts
from forum.services import custody as service

KEEP = """
Write it down on paper, twice, letter by letter, and keep the sheets apart in sealed envelopes, in places that few can
open. It is shown here only, and stored nowhere. Whoever has it opens every identity, together with the database and the
keyring; without it, and without any custodian's passphrase, identities are lost for good."""


@click.group()
def custody() -> None:
    """Keep the keys to who sent what."""


@custody.command()
@click.pass_context
def begin(context: click.Context) -> None:
    """Make the keys of all provinces and the recovery key, once; print the latter."""
    with running_app(context), refusals(), unit_of_work() as work:
        spelled = service.begin(work)
    _print_recovery(spelled)
    click.echo("\nTry it now: forum custody drill. Then let each first custodian choose a passphrase (on the page")
    click.echo("Identities, after signing in), and admit them: forum custody admit USERNAME.")


@custody.command()
@click.argument("username")
@click.pass_context
def admit(context: click.Context, username: str) -> None:
    """Give a custodian the keys of their provinces by the recovery key: the first one, or when all have forgotten."""
    spelled = _ask()
    with running_app(context), refusals(), unit_of_work() as work:
        account = accounts.find_account(work.session, username)
        if account is None:
            raise click.ClickException(f"There is no account {username}.")
        held = service.admit_by_recovery(work, spelled, account)
    click.echo(f"{username} holds the keys of: {', '.join(held)}.")


@custody.command()
@click.pass_context
def drill(context: click.Context) -> None:
    """Try the recovery key on every key in use, and write down that it was tried; do this every year."""
    spelled = _ask()
    with running_app(context), refusals(), unit_of_work() as work:
        opened = service.drill(work, spelled)
    click.echo(f"The recovery key opens all {opened} keys.")


@custody.command()
@click.pass_context
def renew(context: click.Context) -> None:
    """Replace the recovery key, when its paper may have been seen; print the new one."""
    spelled = _ask()
    with running_app(context), refusals(), unit_of_work() as work:
        new = service.renew_recovery(work, spelled)
    _print_recovery(new)
    click.echo("\nThe old one opens nothing of this database any more; backups made before still obey it.")


def _ask() -> str:
    typed: str = click.prompt("Recovery key", hide_input=True)
    return typed


def _print_recovery(spelled: str) -> None:
    click.echo(f"The recovery key:\n\n  {spelled}\n{KEEP}")
