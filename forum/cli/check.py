"""`forum check`: says plainly what is wrong with a configuration, and what is only worth knowing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import Connection, create_engine, exists, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from config import Config, ConfigError
from forum.adapters import clock
from forum.adapters.checkpoints import CheckpointFault, SigningKey, read_folder
from forum.adapters.keyring import Keyring, KeyringFault
from forum.cli.check_keys import key_findings
from forum.cli.check_openid import openid_findings
from forum.cli.mailer import mailer_of
from forum.cli.migrate import is_current, present_revision
from forum.cli.neighbours import open_neighbours
from forum.cli.scanner import scanner_of
from forum.domain.vocabulary import Role
from forum.domain.working_time import day_of
from forum.models import CalendarDay, CustodyKey, CustodyRecovery, CustodyShare, Membership, Province, TipEventRow
from forum.services.checkpoints import LATE_AFTER

TOLERATED = timedelta(seconds=5)
DRILL_EVERY = timedelta(days=366)
CALENDAR_AHEAD = timedelta(days=60)
"""The longest legal deadlines reach about so far."""
GROUP_AND_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about the configuration; a fault keeps the forum from running as it must."""

    text: str
    is_fault: bool = True


@click.command()
def check() -> None:
    """Say what is wrong with the configuration; end with 1 when something is."""
    try:
        config = Config.from_env(os.environ)
    except ConfigError as error:
        findings = [Finding(problem) for problem in error.problems]
    else:
        findings = [finding for look in CHECKS for finding in look(config)]
    for finding in findings:
        click.echo(f"{'WRONG' if finding.is_fault else 'note '}  {finding.text}")
    if any(finding.is_fault for finding in findings):
        raise click.exceptions.Exit(1)
    click.echo("The forum can run.")


def _keyring(config: Config) -> Iterator[Finding]:
    try:
        Keyring.load(config.keyring_path)
    except KeyringFault as error:
        yield Finding(str(error))
    if config.keyring_path.is_relative_to(config.files_path):
        yield Finding("The keyring lies among the files: whoever copies those would take the keys along.")


def _keys(config: Config) -> Iterator[Finding]:
    for text, is_fault in key_findings(config):
        yield Finding(text, is_fault=is_fault)


def _files(config: Config) -> Iterator[Finding]:
    path = config.files_path
    if not path.is_dir():
        nearest = next(place for place in path.absolute().parents if place.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
            yield Finding(f"The folder for files {path} is not there and cannot be made.")
        return
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError:
        yield Finding(f"The folder for files {path} cannot be written to.")
    if path.stat().st_mode & GROUP_AND_OTHERS:
        yield Finding(f"The folder for files {path} is open to other users of this machine: set its mode to 0700.")


def _database(config: Config) -> Iterator[Finding]:
    url = make_url(config.database_url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if not path.is_file():
            yield Finding(f"There is no database at {path}. Please run `forum migrate`.")
            return
        if path.stat().st_mode & GROUP_AND_OTHERS:
            yield Finding(f"The database {path} can be read by other users of this machine: set its mode to 0600.")
    try:
        if present_revision(config.database_url) is None:
            yield Finding(f"The database {shown} is empty. Please run `forum migrate`.")
        elif not is_current(config.database_url):
            yield Finding(f"The database {shown} is not at the present tables. Please run `forum migrate`.")
        else:
            yield from _contents(config.database_url)
    except SQLAlchemyError:
        yield Finding(f"The database {shown} cannot be reached.")


def _contents(database_url: str) -> Iterator[Finding]:
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            if not connection.scalar(select(exists().where(Province.code.is_not(None)))):
                yield Finding("The shipped tables are not in the database. Please run `forum migrate`.")
            administers = Membership.role == Role.ADMINISTRATOR
            if not connection.scalar(select(exists().where(administers, Membership.ended_at.is_(None)))):
                yield Finding("There is no administrator yet: `forum accounts create` makes one.", is_fault=False)
            yield from _custody(connection)
            yield from _time(connection)
    finally:
        engine.dispose()


def _custody(connection: Connection) -> Iterator[Finding]:
    """Look whether names that citizens leave can be opened by somebody, and by nobody else."""
    recovery = connection.execute(
        select(CustodyRecovery.drilled_at).where(CustodyRecovery.retired_at.is_(None))
    ).first()
    if recovery is None:
        yield Finding("There are no keys for identities: names are refused. Please run `forum custody begin`.")
        return
    if recovery.drilled_at is None or recovery.drilled_at < clock.now() - DRILL_EVERY:
        yield Finding("The recovery key was not tried within a year: `forum custody drill`.", is_fault=False)
    held = exists().where(CustodyShare.key_id == CustodyKey.id)
    without = connection.scalars(
        select(CustodyKey.scope).where(CustodyKey.retired_at.is_(None), ~held).order_by(CustodyKey.scope)
    ).all()
    if without:
        yield Finding(f"Nobody but the recovery key opens identities of: {', '.join(without)}.", is_fault=False)


def _time(connection: Connection) -> Iterator[Finding]:
    """Compare the clock of this machine with what the database knows of time."""
    now = clock.now()
    newest = connection.scalar(select(func.max(TipEventRow.at)))
    if newest is not None and newest > now + TOLERATED:
        yield Finding(f"The clock of this machine is behind the newest event, of {newest:%d/%m/%Y %H:%M}Z.")
    if connection.dialect.name == "postgresql":
        apart = abs((connection.scalar(select(func.clock_timestamp())) or now) - now)
        if apart > TOLERATED:
            yield Finding(f"The clocks of this machine and of the database are {apart.total_seconds():.0f} s apart.")
    last = connection.scalar(select(func.max(CalendarDay.day)))
    if last is None or last - day_of(now) < CALENDAR_AHEAD:
        yield Finding(f"The work calendar ends with {last}: the days off after it are not known.", is_fault=False)


def _address(config: Config) -> Iterator[Finding]:
    if not config.base_url.startswith(("https://", "http://")):
        yield Finding("FORUM_BASE_URL must begin with https://.")
    elif not config.is_https:
        yield Finding(
            "FORUM_BASE_URL is not https: what citizens write can be read on the way.",
            is_fault=config.mode == "production",
        )
    if config.is_https and not config.trusted_proxies:
        yield Finding(
            "FORUM_TRUSTED_PROXIES is 0: behind a proxy that ends TLS it must be the number of proxies.",
            is_fault=False,
        )


def _mail(config: Config) -> Iterator[Finding]:
    try:
        mailer = mailer_of(config)
    except ConfigError as error:
        yield from (Finding(problem) for problem in error.problems)
        return
    if mailer is None:
        yield Finding("FORUM_SMTP_URL is not set: notices by mail wait in the outbox.", is_fault=False)


def _checkpoints(config: Config) -> Iterator[Finding]:
    """Look whether somebody who cuts off the newest records would be found out."""
    folder, key = config.checkpoints_path, config.checkpoint_key_path
    if folder is None or key is None:
        yield Finding(
            "FORUM_CHECKPOINTS and FORUM_CHECKPOINT_KEY are not both set: that the newest records are gone would not "
            "be found. `forum audit new-key` makes the key.",
            is_fault=config.mode == "production",
        )
        return
    if key.absolute().is_relative_to(folder.absolute()):
        yield Finding("The key of checkpoints lies among them: whoever copies those could sign others.")
    try:
        checkpoints, faults = read_folder(folder, [SigningKey.load(key).public])
    except CheckpointFault as error:
        yield Finding(str(error))
        return
    yield from (Finding(str(fault)) for fault in faults)
    newest = checkpoints[-1].at if checkpoints else None
    if newest is None or newest < clock.now() - LATE_AFTER:
        yield Finding("There is no checkpoint of the last two days: is a worker running?", is_fault=False)


def _scanner(config: Config) -> Iterator[Finding]:
    try:
        scanner = scanner_of(config)
    except ConfigError as error:
        yield from (Finding(problem) for problem in error.problems)
        return
    if scanner is None:
        yield Finding("FORUM_CLAMD is not set: files are not checked for harmful programs.", is_fault=False)
    elif not scanner.answers():
        yield Finding("The scanner of FORUM_CLAMD does not answer: files stay unchecked until it does.")
    elif scanner.is_unprotected:
        yield Finding("The way to FORUM_CLAMD is unprotected: who listens there reads files.", is_fault=False)


def _neighbours(config: Config) -> Iterator[Finding]:
    is_fault = config.mode == "production" and not config.accepts_open_neighbours
    yield from (Finding(text, is_fault=is_fault) for text in open_neighbours(config))


def _openid(config: Config) -> Iterator[Finding]:
    yield from (Finding(text) for text in openid_findings(config))


def _limits(config: Config) -> Iterator[Finding]:
    if config.rate_storage.startswith("memory:"):
        yield Finding("FORUM_RATE_STORAGE is memory: each process counts requests for itself.", is_fault=False)


CHECKS: tuple[Callable[[Config], Iterator[Finding]], ...] = (
    _keyring, _keys, _files, _database, _address, _mail, _scanner, _neighbours, _checkpoints, _openid, _limits
)  # fmt: skip
