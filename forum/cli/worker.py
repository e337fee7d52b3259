"""`forum worker`: what happens after a commit and beside the requests."""

from __future__ import annotations

import signal
import threading
from dataclasses import astuple
from datetime import datetime, timedelta

import click
from flask_babel import force_locale, gettext

from config import Config, ConfigError
from forum.adapters.mail import Mailer, MailFailed, Notice
from forum.adapters.process import leave_no_core
from forum.adapters.scanner import Scanner
from forum.cli.checkpoints import DailyCheckpoint
from forum.cli.context import as_click, read_config, running_app
from forum.cli.mailer import mailer_of
from forum.cli.neighbours import refuse_open_neighbours
from forum.cli.recomputing import recompute_due
from forum.cli.restoring import refuse_unless_erased, refuse_unless_whole
from forum.cli.scanner import scan_due, scanner_of
from forum.extensions import db, house, unit_of_work
from forum.services import facts, jobs, outbox
from forum.services.erasure_traces import clear_traces
from forum.services.notices import NOTICE
from forum.services.outbox import TakenJob

PAUSE_SECONDS = 3
AT_ONCE = 20
CLEAN_EVERY = timedelta(hours=1)
LANGUAGE = "vi"
"""Of notices: the forum knows no language of an address, and the citizen's own is Vietnamese in most cases."""


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@click.pass_context
def worker(context: click.Context, *, once: bool) -> None:
    """Send notices, have files scanned, move deadlines, count closed days, sign the records, clean up.

    Any number of workers may run.
    """
    config = read_config()
    try:
        mailer, scanner = mailer_of(config), scanner_of(config)
    except ConfigError as error:
        raise as_click(error) from error
    if mailer is None:
        click.echo("FORUM_SMTP_URL is not set: notices wait in the outbox.", err=True)
    if scanner is None:
        click.echo("FORUM_CLAMD is not set: files are not checked for harmful programs.", err=True)
    leave_no_core()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    refuse_open_neighbours(config)
    refuse_unless_whole(config.database_url)
    with running_app(context, config):
        refuse_unless_erased(house())
        Worker(config, mailer, stop, scanner).run(once=once)


class Worker:
    """One worker; it ends between two jobs, never within one."""

    def __init__(
        self, config: Config, mailer: Mailer | None, stop: threading.Event, scanner: Scanner | None = None
    ) -> None:
        self._config = config
        self._mailer = mailer
        self._stop = stop
        self._scanner = scanner
        self._cleaned_at: datetime | None = None
        self._checkpoint = DailyCheckpoint(config)

    def run(self, *, once: bool) -> None:
        """Work until told to stop, or until nothing is due."""
        while not self._stop.is_set():
            is_idle = self.send_due() + recompute_due(self._stop) + scan_due(self._scanner) == 0
            if is_idle:
                is_idle = self._count_due() == 0
                self._clean_when_due()
                self._checkpoint.write_when_due()
            if once and is_idle:
                return
            if is_idle:
                self._stop.wait(PAUSE_SECONDS)

    def send_due(self) -> int:
        """Do the jobs of the outbox that are due, a few; return how many were taken."""
        if self._mailer is None:
            return 0
        with unit_of_work() as work:
            taken = outbox.take_jobs(work, {NOTICE}, at_most=AT_ONCE)
        for job in taken:
            self._send(self._mailer, job)
        return len(taken)

    def _send(self, mailer: Mailer, job: TakenJob) -> None:
        """Send one notice: no transaction is open meanwhile, and a kill leaves the job to its lease."""
        with unit_of_work() as work:
            address = jobs.notice_address(work, job.payload["tip_id"])
            if address is None:
                outbox.finish(work, job, failure="no-address")
                return
        failed: MailFailed | None = None
        try:
            mailer.send(self._notice(address), house().clock())
        except MailFailed as error:
            failed = error
        with unit_of_work() as work:
            if failed is not None and not failed.is_permanent:
                outbox.put_off(work, job, failure="not-sent")
            else:
                outbox.finish(work, job, failure="refused" if failed else None)

    def _notice(self, address: str) -> Notice:
        with force_locale(LANGUAGE):
            subject = gettext("There is news on what you sent")
            body = gettext(
                "Hello. There is something new on what you sent to the forum.\n"
                "Please open %(address)s and enter your receipt to read it.\n\n"
                "This message is sent by a machine; please do not answer it. We never ask for your receipt by mail.\n",
                address=f"{self._config.base_url}/follow",
            )
        return Notice(address, subject, body)

    def _count_due(self) -> int:
        """Count a month, at most, of the days that have ended; return how many days that was."""
        with unit_of_work() as work:
            return facts.build_due_days(work)

    def _clean_when_due(self) -> None:
        now = house().clock()
        if self._cleaned_at is not None and now - self._cleaned_at < CLEAN_EVERY:
            return
        self._cleaned_at = now
        with unit_of_work() as work:
            cleaned = jobs.clean_up(work)
        clear_traces(db.session(), house().files, house().erasures, ())  # what a crash after an erasure left to do
        db.session.remove()
        if any(astuple(cleaned)):
            click.echo(
                f"Removed {cleaned.orphans} orphaned files, {cleaned.spools} abandoned uploads, "
                f"{cleaned.throttles} throttles, {cleaned.sessions} sessions, {cleaned.jobs} jobs done long ago."
            )
