"""Writing the checkpoints of the records into their folder, and reading them back, as the configuration names it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from config import Config
from forum.adapters.checkpoints import Checkpoint, CheckpointFault, SigningKey, append, next_after, read_folder
from forum.domain.working_time import day_of
from forum.extensions import house, snapshot, unit_of_work
from forum.services.chains import Chain, Fault
from forum.services.checkpoints import grown_since, heads_of, note_checkpoint, noted_checkpoints, unheld

AGAIN_AFTER = timedelta(hours=1)
NAMES = {
    Chain.TIP: "Tip {key}",
    Chain.ACCESS: "Accesses of account {key}",
    Chain.SETTING: "Settings",
    Chain.ERASURE: "Erasure of tip {key}",
}


class RecordsDiffer(CheckpointFault):
    """The records are no continuation of what was signed before: nothing more is signed until somebody looks."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("The records differ from the checkpoints before: %(faults)s faults.", faults=len(faults))


def spell(fault: Fault) -> str:
    """Return a fault as a line for the operator."""
    return f"{NAMES[fault.chain].format(key=fault.key)}: {fault.message % fault.params}"


def held_checkpoints(
    folder: Path, trusted: Collection[str]
) -> tuple[list[Checkpoint], list[Fault], list[CheckpointFault]]:
    """Return the checkpoints of a folder, those that the records miss there, and what is wrong with the files."""
    with snapshot() as session:
        noted = noted_checkpoints(session)
    checkpoints, faults = read_folder(folder, trusted)
    return checkpoints, list(unheld(noted, checkpoints)), faults


def write_checkpoint(folder: Path, key: SigningKey, *, begins_anew: str = "") -> Checkpoint:
    """Sign how the records end now; raise RecordsDiffer or CheckpointFault when they are no continuation.

    With a reason to begin anew, all records are listed, and whether they continue is not asked.
    """
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    checkpoints, missed, faults = held_checkpoints(folder, [key.public])
    if faults and not begins_anew:
        raise faults[0]
    with snapshot() as session:
        heads = heads_of(session)
    if not begins_anew:
        heads, differing = grown_since(heads, checkpoints)
        if missed or differing:
            raise RecordsDiffer([*missed, *differing])
    last = checkpoints[-1] if checkpoints else None
    checkpoint = next_after(last, at=house().clock(), heads=heads, begins_anew=begins_anew)
    digest = append(folder, checkpoint, key)
    with unit_of_work() as work:
        note_checkpoint(work, checkpoint, digest)
    return checkpoint


class DailyCheckpoint:
    """The worker's part: one checkpoint each day, tried again every hour while it fails."""

    def __init__(self, config: Config) -> None:
        self._folder = config.checkpoints_path
        self._key = config.checkpoint_key_path
        self._through: date | None = None
        self._tried_at: datetime | None = None

    def write_when_due(self) -> None:
        """Write the checkpoint of today unless there is one."""
        now = house().clock()
        if self._folder is None or self._key is None or self._through == day_of(now):
            return
        if self._tried_at is not None and now - self._tried_at < AGAIN_AFTER:
            return
        self._tried_at = now
        try:
            key = SigningKey.load(self._key)
            if not self._is_written(self._folder, key, day_of(now)):
                checkpoint = write_checkpoint(self._folder, key)
                click.echo(f"Checkpoint {checkpoint.number} of the records is written.")
        except (CheckpointFault, OSError) as fault:
            click.echo(f"No checkpoint could be written: {fault} `forum audit verify` says more.", err=True)
        else:
            self._through = day_of(now)

    @staticmethod
    def _is_written(folder: Path, key: SigningKey, today: date) -> bool:
        checkpoints, _faults = read_folder(folder, [key.public])
        return bool(checkpoints) and checkpoints[-1].day >= today
