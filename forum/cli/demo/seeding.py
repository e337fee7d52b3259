"""Fills an empty forum: the shipped tables, the people, and 26 months of tips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

import click
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from forum.adapters import shipped
from forum.cli.demo.corpus import generate
from forum.cli.demo.course import CommuneLite
from forum.cli.demo.custodians import begin_custody, give_passphrases
from forum.cli.demo.people import make_people
from forum.cli.demo.player import Act, Player, acts_of
from forum.cli.demo.seasons import months_before
from forum.domain.lifecycle import Status
from forum.extensions import transaction, unit_of_work
from forum.models import Tip
from forum.services import facts, outbox
from forum.services.notices import NOTICE
from forum.services.organisation import load_shipped
from forum.services.work import Work

MONTHS = 26
SEED = 20261124
BATCH = 2000
"""Acts in one transaction, so that tips are seldom read anew; an interruption starts over whatever it had written."""
WORTH_FOLLOWING = (Status.WAITING, Status.IN_PROGRESS, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What only the seeding knows: passwords, what opens identities, some receipts, how many courses did not fit."""

    passwords: dict[str, str]
    passphrases: dict[str, str]
    recovery: str
    receipts: dict[Status, str]
    left_standing: int


def seed(*, tips: int, until: datetime) -> Seeded:
    """Fill the forum of the present application with what would have happened up to `until`."""
    start = months_before(until, MONTHS + 1)
    with transaction() as session:
        load_shipped(session, start)
    with unit_of_work() as work:
        begun = replace(work, now=start)
        passwords, recovery = make_people(begun), begin_custody(begun)
        passphrases = give_passphrases(begun, recovery)
        player = Player.for_work(work)
    click.echo("Writing the tips ...")
    acts = acts_of(generate(tips, until=until, months=MONTHS, communes=communes(), seed=SEED))
    with click.progressbar(length=len(acts), label="Playing 26 months") as bar:
        for batch in _batches(acts):
            with unit_of_work() as work, _kept(work.session):
                for act in batch:
                    player.play(work, act)
                _forget_notices(replace(work, now=batch[-1].at))
            bar.update(len(batch))
    _count_days(until)
    return Seeded(passwords, passphrases, recovery, _receipts(player), player.left_standing.total())


@contextmanager
def _kept(session: Session) -> Iterator[None]:
    """Keep what a session has read until the block ends: nobody else writes while a demo is made."""
    rows: list[object] = []

    def keep(_session: Session, row: object) -> None:
        rows.append(row)

    event.listen(session, "loaded_as_persistent", keep)
    yield


def _forget_notices(work: Work) -> None:
    """Take what a worker would have sent by now for sent: nobody reads mail at the addresses of the demo."""
    for job in outbox.take_jobs(work, {NOTICE}, at_most=BATCH):
        outbox.finish(work, job)


def _count_days(until: datetime) -> None:
    """Build the facts of statistics for every day that has ended, at one go: so no history is read twice."""
    click.echo("Counting the days ...")
    with unit_of_work() as work:
        then = replace(work, now=until)
        days = facts.due_days(then)
        if days:
            facts.rebuild_range(then, days[0], days[-1])


def communes() -> list[CommuneLite]:
    """Return the communes of the cluster, in the order of their table."""
    provinces = {entry.code: entry for entry in shipped.provinces() if entry.is_in_cluster}
    return [
        CommuneLite(c.code, c.province_code, c.name, c.name_full, provinces[c.province_code].name)
        for c in shipped.communes()
        if c.province_code in provinces
    ]


def _batches(acts: Sequence[Act]) -> Iterator[list[Act]]:
    remaining = iter(acts)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _receipts(player: Player) -> dict[Status, str]:
    """Return the receipt of the newest tip in each state that is worth following."""
    numbers = {player.stage.numbers[number]: receipt for number, receipt in player.receipts.items()}
    with transaction() as session:
        rows = session.execute(
            select(Tip.status, Tip.number).where(Tip.number.in_(numbers)).order_by(Tip.received_at)
        ).all()
    newest = {status: numbers[number] for status, number in rows}
    return {status: newest[status] for status in WORTH_FOLLOWING if status in newest}
