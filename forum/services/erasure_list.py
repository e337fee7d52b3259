"""Keeping the erasure list abreast, and erasing again what a restored database has brought back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.adapters.chain import GENESIS
from forum.adapters.erasure_list import ErasureList
from forum.domain.errors import DomainError
from forum.domain.events import SYSTEM
from forum.domain.lifecycle import FINAL, Status
from forum.domain.retention import ErasureReason
from forum.models import Erasure, Tip
from forum.services import facts
from forum.services.duplicates import release_from_master
from forum.services.erasing import Decision, append, erasure_mac, facts_of, keep_counts, last_link, remove
from forum.services.work import Work

_BYTES = ("head_mac", "note_sealed", "mac")


class ListOfAnother(DomainError):
    """The list and the database do not belong together."""

    message = "The erasure list does not belong to this database: entry %(seq)s follows another one."


@dataclass(slots=True)
class Replayed:
    """What a replay has done, and what is left to do once it is committed."""

    erased: int = 0
    entries: int = 0
    storage_keys: list[str] = field(default_factory=list)
    stale: set[date] = field(default_factory=set)
    """Closed days whose facts still count a tip that had not ended in the restored database."""


def newest_erasure(session: Session) -> int:
    """Return the number of the newest erasure in the database, 0 for none."""
    return session.scalar(select(func.max(Erasure.seq))) or 0


def keep_list(session: Session, erasures: ErasureList) -> int:
    """Add to the list what the database has more; return how many entries that was. Doing it again does nothing."""
    last = erasures.last_seq()
    rows = session.scalars(select(Erasure).where(Erasure.seq > last).order_by(Erasure.seq)).all()
    return erasures.append([(row.seq, _spell(row)) for row in rows]) if rows or not last else 0


def replay(work: Work, erasures: ErasureList) -> Replayed:
    """Erase what the list names and the database still holds; raise ListBroken or ListOfAnother, and do nothing then.

    A tip that had not ended when the backup was made is taken out of the figures altogether: how it ended is not known.
    """
    facts.lock(work.session)
    done = Replayed()
    for _seq, entry in erasures.entries(after=newest_erasure(work.session)):
        row = _read(entry)
        last = last_link(work)
        before = last.mac if last else GENESIS
        if erasure_mac(work.secrets, before, row) != row.mac or row.seq != (last.seq if last else 0) + 1:
            raise ListOfAnother(seq=row.seq)
        tip = work.session.scalars(select(Tip).where(Tip.number == row.number).with_for_update()).first()
        decision = Decision(row.reason, row.requested_by, row.confirmed_by, row.at, row.note_sealed)
        append(
            work,
            tip_id=row.tip_id,
            number=row.number,
            decision=decision,
            event_count=row.event_count,
            head=row.head_mac,
        )
        if tip is not None:
            _erase_again(work, tip, done)
        done.entries += 1
    return done


def _erase_again(work: Work, tip: Tip, done: Replayed) -> None:
    found = facts_of(work, tip)
    if tip.status in FINAL:
        keep_counts(work, found)
    else:
        closed = facts.closed_through(work.session)
        done.stale |= {day for day in found.days if closed is not None and day <= closed}
    if tip.status is not Status.DUPLICATE:
        release_from_master(work, tip, SYSTEM)
    done.storage_keys += remove(work, tip)
    done.erased += 1


def _spell(row: Erasure) -> bytes:
    values = {column.key: getattr(row, column.key) for column in Erasure.__table__.columns}
    return json.dumps({name: _plain(value) for name, value in values.items()}, sort_keys=True).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else value


def _read(entry: bytes) -> Erasure:
    values = json.loads(entry)
    for name in _BYTES:
        values[name] = None if values[name] is None else bytes.fromhex(values[name])
    return Erasure(**{**values, "at": datetime.fromisoformat(values["at"]), "reason": ErasureReason(values["reason"])})
