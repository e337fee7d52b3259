"""The scanner for harmful programs as configured, and what workers ask it."""

from __future__ import annotations

from contextlib import closing

from config import Config, ConfigError
from forum.adapters.scanner import ScanFailed, Scanner
from forum.adapters.vault import SealBroken
from forum.domain.vocabulary import Scan
from forum.extensions import unit_of_work
from forum.services import outbox, scanning
from forum.services.attachments import SCAN_FILE
from forum.services.outbox import TakenJob

AT_ONCE = 3
"""So few that a slow scanner is done with them before their lease ends."""


def scanner_of(config: Config) -> Scanner | None:
    """Return the scanner, None where there is none; raise ConfigError."""
    if config.clamd is None:
        return None
    try:
        return Scanner.at(config.clamd)
    except ValueError as error:
        raise ConfigError([str(error)]) from error


def scan_due(scanner: Scanner | None) -> int:
    """Have a few of the files looked at that wait for it; return how many were taken."""
    if scanner is None:
        return 0
    with unit_of_work() as work:
        taken = outbox.take_jobs(work, {SCAN_FILE}, at_most=AT_ONCE)
    for job in taken:
        _scan(scanner, job)
    return len(taken)


def _scan(scanner: Scanner, job: TakenJob) -> None:
    """Stream a stored file to the scanner, unsealed in memory piece by piece; no transaction is open meanwhile."""
    uid = job.payload["file"]
    with unit_of_work() as work:
        reader = scanning.open_for_scan(work, uid)
        if reader is None:
            outbox.finish(work, job, failure="no-file")
            return
    with closing(reader):
        try:
            result = Scan.CLEAN if scanner.is_clean(reader.pieces()) else Scan.INFECTED
        except (ScanFailed, SealBroken):
            result = Scan.FAILED
    with unit_of_work() as work:
        scanning.note_scan(work, uid, result)
        if result is Scan.FAILED:
            outbox.put_off(work, job, failure="not-scanned")
        else:
            outbox.finish(work, job)
