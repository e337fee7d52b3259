"""How far the facts and the events reach, and which events may still appear among those that can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal, literal_column, select
from sqlalchemy.orm import Session

from forum.models.closed_day import ClosedDay
from forum.models.tip_event import TipEventRow

# On SQLite there is one writer at a time: ids are committed in their order, and nothing is ever under way.
_WRITERS = {
    "sqlite": (literal(0).label("next_writer"), literal(0).label("oldest_writer")),
    "postgresql": (
        literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint").label("next_writer"),
        literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint").label("oldest_writer"),
    ),
}


@dataclass(frozen=True, slots=True)
class Extent:
    """What one statement has seen.

    Ids of events are given before they are committed, so that a smaller one may appear after a greater. Whoever
    writes an event has written to its tip before, and so has the number of a transaction by then: once
    `oldest_writer` of a later extent has reached the `next_writer` of this one, no event up to `newest_event` is
    missing any more.
    """

    closed: date | None
    """The last day whose facts stand."""
    built_at: datetime | None
    """Later after each count of days: another moment means other facts."""
    first_at: datetime | None
    """When the first event of all happened."""
    newest_event: int
    next_writer: int
    oldest_writer: int


def read_extent(session: Session) -> Extent:
    """Return how far facts and events reach."""
    days = select(func.max(ClosedDay.day).label("closed"), func.max(ClosedDay.built_at).label("built_at")).subquery()
    first = select(func.min(TipEventRow.at)).scalar_subquery().label("first_at")
    newest = select(func.coalesce(func.max(TipEventRow.id), 0)).scalar_subquery().label("newest_event")
    writers = _WRITERS[session.get_bind().dialect.name]
    row = session.connection().execute(select(*days.c, first, newest, *writers)).mappings().one()
    return Extent(**row)
