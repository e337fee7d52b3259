"""The `forum` command: what operators do."""

from __future__ import annotations

import click

from forum.cli.places import places
from forum.cli.suggest import suggest


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Run and keep the forum."""


cli.add_command(places)
cli.add_command(suggest)
