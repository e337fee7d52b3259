"""The one door through which a tip changes: event and row are written together, and chained."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.adapters.bindings import event_where
from forum.adapters.chain import GENESIS, link, named
from forum.adapters.secrets import Secrets
from forum.domain.event_codec import decode_changes, encode_changes
from forum.domain.events import ActorRef, EventKind, TipEvent
from forum.domain.lifecycle import TipState, apply
from forum.models import Tip, TipEventRow, TipGrant
from forum.models.base import canonical_json
from forum.services.work import Work

COLUMNS = tuple(f.name for f in fields(TipState) if f.name != "granted_team_ids")
CHAIN = "tip-event"
_INSERT_TIP = {
    "postgresql": postgresql.insert(Tip).on_conflict_do_nothing(index_elements=[Tip.receipt_digest]).returning(Tip.id),
    "sqlite": sqlite.insert(Tip).on_conflict_do_nothing(index_elements=[Tip.receipt_digest]).returning(Tip.id),
}
_INSERT_EVENT = insert(TipEventRow).inline()  # nobody asks for the id of the first event
_EVENTS = select(TipEventRow).where(TipEventRow.tip_id == bindparam("tip")).order_by(TipEventRow.seq)
_GRANTS = select(TipGrant.team_id).where(TipGrant.tip_id == bindparam("tip")).order_by(TipGrant.team_id)


def move(
    work: Work,
    tip: Tip,
    kind: EventKind,
    actor: ActorRef,
    *,
    changes: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    text: str | None = None,
    folded: str | None = None,
) -> TipEventRow:
    """Let `kind` happen to a locked tip; raise IllegalMove when the lifecycle forbids it.

    `text` is sealed under the tip's key, bound to the event; `folded` is its folded form, given where the words
    may be searched for.
    """
    before = state_of(work.session, tip)
    event = TipEvent(tip.event_count + 1, kind, work.now, actor, changes or {}, details or {})
    after = apply(before, event)
    _write_state(work.session, tip, before, after)
    key = open_key(work, tip)
    return _append(work, tip, event, _seal_pair(work, key, tip.number, event.seq, text=text, folded=folded))


def begin(work: Work, tip: Tip, event: TipEvent, key: bytes, *, text: str, folded: str) -> bool:
    """Write the first event of a new tip and the row that follows from it; False when its receipt is taken already.

    Both go in by plain INSERTs, as submission is the path that must survive a flood: `tip` gets its id but stays
    outside the session. Of two equal forms at the same moment the second waits here for the first.
    """
    event = replace(event, details={**event.details, "receipt": receipt_mark(tip)})
    after = apply(None, event)
    for name in COLUMNS:
        setattr(tip, name, _column_value(name, getattr(after, name)))
    tip.queue_at = after.queue_at
    tip.head_mac = GENESIS
    row = _chained(work, tip, event, _seal_pair(work, key, tip.number, event.seq, text=text, folded=folded))
    connection = work.session.connection()
    new_id = connection.execute(_INSERT_TIP[connection.dialect.name], _values(tip)).scalar()
    if new_id is None:
        return False
    row.tip_id = tip.id = new_id
    connection.execute(_INSERT_EVENT, _values(row))
    _write_grants(work.session, tip.id, (), after.granted_team_ids)
    return True


def receipt_mark(tip: Any) -> str:
    """Return what the first event says of the receipt, so that a tip given the receipt of another is found."""
    return hashlib.sha256(tip.receipt_digest + tip.receipt_key_id.encode()).hexdigest()


def state_of(session: Session, tip: Tip) -> TipState:
    """Return the state that the row holds."""
    granted: tuple[int, ...] = ()
    if tip.restriction is not None:
        granted = tuple(session.scalars(_GRANTS, {"tip": tip.id}))
    values = {name: getattr(tip, name) for name in COLUMNS}
    return TipState(**{**values, "tags": tuple(tip.tags), "granted_team_ids": granted})


def open_key(work: Work, tip: Tip) -> bytes:
    """Return the key of the tip."""
    return work.secrets.vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=tip.number)


def as_event(row: TipEventRow) -> TipEvent:
    """Return the domain's event of a stored row."""
    return TipEvent(
        seq=row.seq,
        kind=row.kind,
        at=row.at,
        actor=ActorRef(row.actor_kind, row.account_id, row.team_id),
        changes=decode_changes(row.data["changes"]),
        details=row.data["details"],
    )


def events_of(session: Session, tip_id: int) -> list[TipEvent]:
    """Return the events of a tip, oldest first."""
    return [as_event(row) for row in session.scalars(_EVENTS, {"tip": tip_id})]


def event_mac(secrets: Secrets, number: str, before: bytes, row: TipEventRow) -> bytes:
    """Return the code of a stored event, over every column as stored (texts as ciphertext)."""
    return link(
        secrets.chain_key(CHAIN, row.chain_key_id),
        before,
        number,
        row.seq,
        row.kind,
        row.at.astimezone(UTC).isoformat(),
        row.actor_kind,
        row.account_id,
        row.team_id,
        canonical_json(row.data),
        row.text_sealed,
        row.folded_sealed,
        *named(row.chain_key_id),
    )


def _seal_pair(
    work: Work, key: bytes, number: str, seq: int, *, text: str | None, folded: str | None
) -> tuple[bytes | None, bytes | None]:
    vault = work.secrets.vault
    return (
        None if text is None else vault.seal(key, text, where=event_where(number, seq, "text")),
        None if folded is None else vault.seal(key, folded, where=event_where(number, seq, "folded")),
    )


def _append(work: Work, tip: Tip, event: TipEvent, sealed: tuple[bytes | None, bytes | None]) -> TipEventRow:
    row = _chained(work, tip, event, sealed)
    row.tip_id = tip.id
    work.session.add(row)
    return row


def _chained(work: Work, tip: Tip, event: TipEvent, sealed: tuple[bytes | None, bytes | None]) -> TipEventRow:
    row = TipEventRow(
        seq=event.seq,
        kind=event.kind,
        at=event.at,
        actor_kind=event.actor.kind,
        account_id=event.actor.account_id,
        team_id=event.actor.team_id,
        data={"changes": encode_changes(event.changes), "details": dict(event.details)},
        text_sealed=sealed[0],
        folded_sealed=sealed[1],
        chain_key_id=work.secrets.chain_key_id,
    )
    row.mac = event_mac(work.secrets, tip.number, tip.head_mac, row)
    tip.head_mac = row.mac
    return row


def _values(row: Tip | TipEventRow) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"}


def _write_state(session: Session, tip: Tip, before: TipState, after: TipState) -> None:
    for name in COLUMNS:
        value = getattr(after, name)
        if value != getattr(before, name):
            setattr(tip, name, _column_value(name, value))
    tip.queue_at = after.queue_at
    _write_grants(session, tip.id, before.granted_team_ids, after.granted_team_ids)


def _column_value(name: str, value: Any) -> Any:
    return list(value) if name == "tags" else value


def _write_grants(session: Session, tip_id: int, before: tuple[int, ...], after: tuple[int, ...]) -> None:
    if set(before) == set(after):
        return
    gone = set(before) - set(after)
    if gone:
        session.execute(delete(TipGrant).where(TipGrant.tip_id == tip_id, TipGrant.team_id.in_(gone)))
    added = [{"tip_id": tip_id, "team_id": team_id} for team_id in sorted(set(after) - set(before))]
    if added:
        session.execute(insert(TipGrant), added)
