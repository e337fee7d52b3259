"""`forum keyring`: making the file that holds the keys."""

from __future__ import annotations

from pathlib import Path

import click

from forum.adapters.keyring import Keyring, KeyringFault


@click.group()
def keyring() -> None:
    """Keep the keys of the forum."""


@keyring.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def create(path: Path) -> None:
    """Make a new keyring at PATH, readable by this user alone; an existing one is never replaced."""
    try:
        Keyring.create(path)
    except KeyringFault as error:
        raise click.ClickException(error.message % error.params) from error
    click.echo(f"The keyring is at {path}. Without it nothing that the forum stores can be read: keep a copy of it")
    click.echo("apart from the backups of the database, in a place that few can open.")
