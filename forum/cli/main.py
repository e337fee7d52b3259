"""The `forum` command: what operators do."""

from __future__ import annotations

import click

from forum.cli.accounts import accounts
from forum.cli.audit import audit
from forum.cli.backup import backup
from forum.cli.check import check
from forum.cli.custody import custody
from forum.cli.demo.command import demo
from forum.cli.erasures import erasures
from forum.cli.keyring import keyring
from forum.cli.keys import keys
from forum.cli.migrate import migrate
from forum.cli.places import places
from forum.cli.restore import restore
from forum.cli.serve import serve
from forum.cli.stats import stats
from forum.cli.suggest import suggest
from forum.cli.worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Run and keep the forum."""


for command in (
    accounts, audit, backup, check, custody, demo, erasures,
    keyring, keys, migrate, places, restore, serve, stats, suggest, worker
):  # fmt: skip
    cli.add_command(command)
