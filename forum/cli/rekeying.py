"""The long part of a rotation of keys: one short transaction after the other, with a word on how far it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import click

from forum.adapters.keyring import Purpose
from forum.extensions import house, snapshot, unit_of_work
from forum.services.key_use import count_left
from forum.services.rekeying import STEPS, Batch, Step

MOST_ROUNDS = 20
"""A row that somebody holds comes in the next round; one held through all of them waits for the next run."""
UNMOVED = {
    Purpose.RECEIPT: "Receipts stay under the key that they were given out with; it is kept as long as they live.",
    Purpose.CHAIN: "Rows of the records name the key that chains them; new ones name the new key.",
    Purpose.SESSION_TOKEN: "What was made with the old key is valid no more.",
    Purpose.THROTTLE: "Counts of wrong tries begin anew, and devices known so far are known no more.",
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long requests get to learn of a new key, how many rows a transaction takes, and the pause after it."""

    settling: float
    at_once: int
    pause: float

    def settle(self) -> None:
        """Wait until no request is left that began without knowing the new key."""
        _wait(self.settling)

    def rest(self) -> None:
        """Let others write."""
        _wait(self.pause)


def rekey(purpose: Purpose, pace: Pace) -> None:
    """Bring all rows of a purpose under its current key; end with 1 when some are left."""
    if purpose not in STEPS:
        click.echo(UNMOVED[purpose])
        return
    moved = broken = 0
    with click.progressbar(length=_left(purpose), label=f"Bringing rows under the new key ({purpose})") as bar:
        for _ in range(MOST_ROUNDS):
            batches = [batch for step in STEPS[purpose] for batch in _walk(step, pace, bar)]
            moved += sum(batch.moved for batch in batches)
            broken = sum(batch.broken for batch in batches)
            if _left(purpose) <= broken:
                break
    left = _left(purpose)
    click.echo(f"{moved} rows were brought under {house().secrets.keyring.current(purpose).id}.")
    if left:
        message = (
            f"{left} rows are left under an old key: {broken} cannot be opened, others were held or are chained whole."
        )
        raise click.ClickException(f"{message} Run the command again; `forum audit verify` says what is damaged.")


def _walk(step: Step, pace: Pace, bar: object) -> list[Batch]:
    done: list[Batch] = []
    after: int | None = 0
    while after is not None:
        with unit_of_work() as work:
            batch = step(work, after, pace.at_once)
        done.append(batch)
        after = batch.last
        bar.update(batch.moved)  # type: ignore[attr-defined]  # click exports no type of its bars
        if after is not None:
            pace.rest()
    return done


def _left(purpose: Purpose) -> int:
    with snapshot() as session:
        return count_left(session, house().secrets.keyring, purpose)


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)
