"""Reading the events of many tips at once: who is touched by a span of time, and their histories in order."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, Row, Select, bindparam, exists, func, literal, select, union
from sqlalchemy.orm import Session

from forum.domain.event_codec import decode_changes
from forum.domain.events import ActorRef, TipEvent
from forum.models.among import ListOf, among
from forum.models.tip import RUNNING, Tip
from forum.models.tip_event import TipEventRow

_EVENT = TipEventRow.__table__.c
_IDS = ListOf(BigInteger)
_COLUMNS = (
    _EVENT.tip_id,
    _EVENT.seq,
    _EVENT.kind,
    _EVENT.at,
    _EVENT.actor_kind,
    _EVENT.account_id,
    _EVENT.team_id,
    _EVENT.data,
)


_LAST = select(_EVENT.tip_id, func.max(_EVENT.seq).label("seq")).group_by(_EVENT.tip_id)
_TOUCHED_SINCE = _LAST.where(_EVENT.at >= bindparam("bound", type_=_EVENT.at.type))
_TOUCHED_AFTER = _LAST.where(_EVENT.id > bindparam("bound", type_=_EVENT.id.type))


def touched_since(session: Session, start: datetime) -> dict[int, int]:
    """Return the tips to which something has happened since `start`, each with the number of its last event."""
    return _touched(session, _TOUCHED_SINCE, start)


def touched_after(session: Session, event_id: int) -> dict[int, int]:
    """Return the tips that have an event with a greater id, whenever it happened, each with the number of its last."""
    return _touched(session, _TOUCHED_AFTER, event_id)


def due_since(session: Session, start: datetime, *, until: datetime) -> set[int]:
    """Return the tips whose deadline has passed since `start`, or will before `until`, as things stand."""
    return set(session.connection().execute(_due_within(start, until)).scalars())


def these(tips: Collection[int]) -> Select[int]:
    """Return tips of a list, for `histories`."""
    return select(Tip.id).where(among(Tip.id, literal(tips, _IDS)))


def touched_between(start: datetime, end: datetime) -> CompoundSelect[int]:
    """Return the ids of all tips that can count for anything in a span of the past.

    A deadline passes silently only while the citizen's clock runs through the whole span. The row of the tip tells
    it when nothing has happened since; where something has, the tip is taken along and its events decide.
    """
    events = select(TipEventRow.tip_id).where(TipEventRow.at >= start, TipEventRow.at < end)
    later = exists().where(TipEventRow.tip_id == Tip.id, TipEventRow.at >= end)
    settled_since = select(Tip.id).where(Tip.received_at < start, Tip.settled_at >= end)
    changed_since = select(Tip.id).where(Tip.received_at < start, Tip.settled_at.is_(None), later)
    return union(events, _due_within(start, end), settled_since, changed_since)


def histories(
    session: Session,
    tips: Select[int] | CompoundSelect[int],
    *,
    until: datetime | None = None,
    batch: int | None = None,
) -> Iterator[tuple[int, list[TipEvent]]]:
    """Yield each tip with its events (before `until`), oldest first; in a transaction, `batch` bounds the rows held."""
    query = select(*_COLUMNS).where(_EVENT.tip_id.in_(select(tips.subquery()))).order_by(_EVENT.tip_id, _EVENT.seq)
    if until is not None:
        query = query.where(_EVENT.at < until)
    options = {} if batch is None else {"yield_per": batch}
    rows = session.connection().execute(query.execution_options(**options))
    for tip_id, group in groupby(rows, key=lambda row: row.tip_id):
        yield tip_id, [_as_event(row) for row in group]


def _touched(session: Session, query: Select[int, int], bound: object) -> dict[int, int]:
    return {row.tip_id: row.seq for row in session.connection().execute(query, {"bound": bound})}


def _due_within(start: datetime, end: datetime) -> Select[int]:
    return select(Tip.id).where(RUNNING, Tip.citizen_due_at >= start, Tip.citizen_due_at < end)


def _as_event(row: Row[*tuple[Any, ...]]) -> TipEvent:
    by = ActorRef(row.actor_kind, row.account_id, row.team_id)
    changes = decode_changes(row.data["changes"])
    return TipEvent(row.seq, row.kind, row.at, by, changes, row.data["details"])
