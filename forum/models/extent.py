"""How far the facts and the events reach, and which events may still appear among those that can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, literal_column, select
from sqlalchemy.orm import Session

from forum.models.closed_day import ClosedDay
from forum.models.tip_event import TipEventRow


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
    row = session.connection().execute(_EXTENT[session.get_bind().dialect.name]).mappings().one()
    return Extent(**row)


def _extent(next_writer: ColumnElement[int], oldest_writer: ColumnElement[int]) -> Select[Any]:
    days = select(func.max(ClosedDay.day).label("closed"), func.max(ClosedDay.built_at).label("built_at")).subquery()
    first = select(func.min(TipEventRow.at)).scalar_subquery().label("first_at")
    newest = select(func.coalesce(func.max(TipEventRow.id), 0)).scalar_subquery().label("newest_event")
    writers = next_writer.label("next_writer"), oldest_writer.label("oldest_writer")
    return select(*days.c, first, newest, *writers)


_EXTENT = {
    # There is one writer at a time: ids are committed in their order, and nothing is ever under way.
    "sqlite": _extent(literal(0), literal(0)),
    "postgresql": _extent(
        literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
        literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
    ),
}
