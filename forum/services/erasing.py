"""Erasing a tip: everything that hangs on it goes; a link in a chain of its own says that it was, and who decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from forum.adapters.chain import GENESIS, link
from forum.adapters.secrets import Secrets
from forum.domain.measures import measure_tip
from forum.domain.retention import ErasureReason
from forum.domain.tip_facts import TipFacts
from forum.models import Attachment, Base, ErasedCount, ErasedDuration, Erasure, OutboxJob, Tip
from forum.services.notices import NOTICE
from forum.services.timeline import events_of
from forum.services.work import Work

CHAIN = "erasure"
NOTE = "erasure-note"
_HANGING: tuple[tuple[Table, str], ...] = tuple(
    (table, key.parent.name)
    for table in reversed(Base.metadata.sorted_tables)
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
    if key.column is Tip.__table__.c.id
)
"""Every table whose rows belong to a tip, with the column that says so; a new one is erased without being told."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a tip is erased, who asked for it and who confirmed (sign-in names)."""

    reason: ErasureReason
    requested_by: str
    confirmed_by: str
    at: datetime
    note_sealed: bytes | None = None


def erase(work: Work, tip: Tip, decision: Decision) -> list[str]:
    """Remove a locked tip and return the storage keys of its files, to be unlinked once this is committed.

    What it counts for goes on being counted. The rules for who may and when lie with the caller.
    """
    append(work, tip_id=tip.id, number=tip.number, decision=decision, event_count=tip.event_count, head=tip.head_mac)
    keep_counts(work, facts_of(work, tip))
    return remove(work, tip)


def append(work: Work, *, tip_id: int, number: str, decision: Decision, event_count: int, head: bytes) -> Erasure:
    """Write the link that says that a tip was erased."""
    last = last_link(work)
    row = Erasure(
        seq=(last.seq if last else 0) + 1,
        tip_id=tip_id,
        number=number,
        at=decision.at,
        reason=decision.reason,
        requested_by=decision.requested_by,
        confirmed_by=decision.confirmed_by,
        event_count=event_count,
        head_mac=head,
        note_sealed=decision.note_sealed,
    )
    row.mac = erasure_mac(work.secrets, last.mac if last else GENESIS, row)
    work.session.add(row)
    work.session.flush()  # the next one of the same unit of work must find this one as its head
    return row


def last_link(work: Work) -> Erasure | None:
    """Return the newest erasure."""
    return work.session.scalars(select(Erasure).order_by(Erasure.seq.desc()).limit(1)).first()


def erasure_mac(secrets: Secrets, before: bytes, row: Any) -> bytes:
    """Return the code of an erasure, over every column as stored."""
    return link(
        secrets.chain_key(CHAIN, None),
        before,
        row.seq,
        row.tip_id,
        row.number,
        row.at.astimezone(UTC).isoformat(),
        row.reason,
        row.requested_by,
        row.confirmed_by,
        row.event_count,
        row.head_mac,
        row.note_sealed,
    )


def remove(work: Work, tip: Tip) -> list[str]:
    """Delete the tip and all that hangs on it; return the storage keys of its files."""
    session = work.session
    session.flush()
    keys = list(session.scalars(select(Attachment.storage_key).where(Attachment.tip_id == tip.id)))
    session.execute(delete(OutboxJob).where(OutboxJob.kind == NOTICE, OutboxJob.payload == {"tip_id": tip.id}))
    for table, column in _HANGING:
        session.execute(delete(table).where(table.c[column] == tip.id))
    session.execute(delete(Tip).where(Tip.id == tip.id))
    session.expunge_all()  # what was loaded of the tip must not be written again
    return keys


def facts_of(work: Work, tip: Tip) -> TipFacts:
    """Return what the tip counts for, from its events."""
    return measure_tip(events_of(work.session, tip.id), work.rulebook.calendar, until=work.now)


def keep_counts(work: Work, facts: TipFacts) -> None:
    """Let the figures go on counting the tip, added to those of others that were erased."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for count in facts.counts:
        counts[*_place(count.day, count.heading), count.measure] += count.amount
    lasted = Counter((*_place(entry.day, entry.heading), entry.span, entry.bucket) for entry in facts.durations)
    for model, names, amounts in (
        (ErasedCount, ("measure",), counts),
        (ErasedDuration, ("span", "bucket"), lasted),
    ):
        keys = ("day", "province_code", "team_id", "category", "kind", *names)
        rows = [
            dict(zip(keys, slot, strict=True)) | {"granted": facts.granted, "amount": amount}
            for slot, amount in amounts.items()
            if amount
        ]
        if rows:
            _add_up(work, model, (*keys, "granted"), rows)


def _place(day: date, heading: Any) -> tuple[Any, ...]:
    return (day, *heading)


def _add_up(work: Work, model: type[Base], keys: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    insert = sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = insert(model)
    held = model.__table__.c.amount
    added = fresh.on_conflict_do_update(index_elements=keys, set_={"amount": held + fresh.excluded.amount})
    work.session.execute(added, rows)
