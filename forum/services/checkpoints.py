"""Comparing the records with what signed checkpoints say of them, and taking the next checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from forum.adapters.checkpoints import Checkpoint, Head, Heads
from forum.models import AccessAction, AccessRow, Erasure, SettingEvent, Tip
from forum.models.access_log import PROGRAM
from forum.services.access_log import record
from forum.services.chains import Chain, Fault
from forum.services.work import Work

LATE_AFTER = timedelta(days=2)
"""One is written each day; so long after the last, the worker has failed."""
LOG = "checkpoint"
"""How the record of the program calls a checkpoint."""
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Point:
    """What one checkpoint says of one record: that it had so many rows, the last with this code."""

    length: int
    mac: bytes
    number: int
    """Of the checkpoint."""


@dataclass(slots=True)
class Points:
    """What all checkpoints say, to be compared while the records are walked; empty where there are none."""

    _of: dict[Chain, dict[str, list[Point]]] = field(default_factory=lambda: {chain: {} for chain in Chain})
    _met: dict[Chain, set[str]] = field(default_factory=lambda: {chain: set() for chain in Chain})

    @classmethod
    def of(cls, checkpoints: Sequence[Checkpoint]) -> Points:
        """Gather what holds: everything said since the last checkpoint that begins anew."""
        points = cls()
        begun = max((place for place, each in enumerate(checkpoints) if each.begins_anew), default=0)
        for checkpoint in checkpoints[begun:]:
            for chain in Chain:
                for owner, head in checkpoint.heads.get(chain, {}).items():
                    point = Point(head.length, head.mac, checkpoint.number)
                    points._of[chain].setdefault(owner, []).append(point)
        return points

    def latest(self) -> dict[Chain, dict[str, Point]]:
        """Return the last that is said of each record."""
        return {chain: {owner: points[-1] for owner, points in owned.items()} for chain, owned in self._of.items()}

    def compare(self, chain: Chain, owner: str, rows: Mapping[int, bytes]) -> Iterator[Fault]:
        """Compare a whole record, given as the code of each row by its place; one fault for the first that differs."""
        self._met[chain].add(owner)
        yield from _first(
            chain, owner, (point for point in self._of[chain].get(owner, ()) if rows.get(point.length) != point.mac)
        )

    def wanted(self, chain: Chain, owner: str) -> frozenset[int]:
        """Return the places of the rows of a record that `compare` looks at."""
        return frozenset(point.length for point in self._of[chain].get(owner, ()))

    def end(self, chain: Chain, owner: str, *, length: int, mac: bytes) -> Iterator[Fault]:
        """Compare a record that was erased as the rules say, of which only its end is known."""
        self._met[chain].add(owner)
        known = self._of[chain].get(owner, ())
        yield from _first(
            chain, owner, (p for p in known if p.length > length or (p.length == length and p.mac != mac))
        )

    def missing(self, chain: Chain) -> Iterator[Fault]:
        """Tell the records of which nothing was met at all."""
        for owner, points in self._of[chain].items():
            if owner not in self._met[chain]:
                yield from _first(chain, owner, points)


def heads_of(session: Session) -> Heads:
    """Return how each record ends now, and how those of erased tips ended; read it in one snapshot."""
    tips = session.execute(select(Tip.number, Tip.event_count, Tip.head_mac).execution_options(yield_per=_AT_ONCE))
    last = select(AccessRow.chain, func.max(AccessRow.seq).label("seq")).group_by(AccessRow.chain).subquery()
    accesses = session.execute(
        select(AccessRow.chain, AccessRow.seq, AccessRow.mac).join(
            last, and_(AccessRow.chain == last.c.chain, AccessRow.seq == last.c.seq)
        )
    )
    settings = session.execute(
        select(SettingEvent.seq, SettingEvent.mac).order_by(SettingEvent.seq.desc()).limit(1)
    ).first()
    erased = session.execute(select(Erasure.number, Erasure.event_count, Erasure.head_mac))
    erasures = session.execute(select(Erasure.seq, Erasure.mac).order_by(Erasure.seq.desc()).limit(1)).first()
    return {
        Chain.TIP: {number: Head(length, mac) for found in (tips, erased) for number, length, mac in found},
        Chain.ACCESS: {str(chain): Head(length, mac) for chain, length, mac in accesses},
        Chain.SETTING: {"": Head(settings.seq, settings.mac)} if settings else {},
        Chain.ERASURE: {"": Head(erasures.seq, erasures.mac)} if erasures else {},
    }


def grown_since(now: Heads, checkpoints: Sequence[Checkpoint]) -> tuple[Heads, list[Fault]]:
    """Return the records that have grown since the checkpoints, and those that have shrunk, changed or gone.

    Only the ends are looked at: what was changed within a record shows when it is walked.
    """
    known = Points.of(checkpoints).latest()
    grown: dict[str, dict[str, Head]] = {}
    faults: list[Fault] = []
    for chain in Chain:
        points = known[chain]
        grown[chain] = {
            owner: head
            for owner, head in now.get(chain, {}).items()
            if owner not in points or head.length > points[owner].length
        }
        for owner, point in points.items():
            head = now.get(chain, {}).get(owner)
            if head is None or head.length < point.length or (head.length == point.length and head.mac != point.mac):
                faults += _first(chain, owner, [point])
    return grown, faults


def note_checkpoint(work: Work, checkpoint: Checkpoint, digest: str) -> None:
    """Record that a checkpoint was written, so that the database misses it when it is taken away."""
    data = {"log": LOG, "number": checkpoint.number, "digest": digest}
    record(work, AccessAction.EXPORTED, account_id=PROGRAM, data=data)


@dataclass(frozen=True, slots=True)
class Noted:
    """A checkpoint as the record of the program names it."""

    at: datetime
    number: int
    digest: str


def noted_checkpoints(session: Session, *, at_most: int | None = None) -> list[Noted]:
    """Return the checkpoints that were written, the newest first."""
    query = (
        select(AccessRow.at, AccessRow.data)
        .where(AccessRow.chain == PROGRAM, AccessRow.action == AccessAction.EXPORTED)
        .order_by(AccessRow.seq.desc())
        .limit(at_most)
    )
    return [Noted(at, data["number"], data["digest"]) for at, data in session.execute(query)]


def unheld(noted: Iterable[Noted], checkpoints: Sequence[Checkpoint]) -> Iterator[Fault]:
    """Tell the checkpoints that the records name and that are not there as they were written.

    Those from before a checkpoint that begins anew are its matter. Read what is noted before what is there.
    """
    held = {checkpoint.number: checkpoint.digest for checkpoint in checkpoints}
    begun = max((each.at for each in checkpoints if each.begins_anew), default=None)
    for each in noted:
        if held.get(each.number) != each.digest and (begun is None or each.at >= begun):
            message = "Checkpoint %(number)s was written, and is not there as it was written."
            yield Fault(Chain.ACCESS, str(PROGRAM), message, {"number": each.number})


def _first(chain: Chain, owner: str, points: Iterable[Point]) -> Iterator[Fault]:
    for point in points:
        message = "Checkpoint %(number)s knows %(length)s rows that are not there, or not as they were."
        yield Fault(chain, owner, message, {"number": point.number, "length": point.length})
        return
