"""The rows of a record in the order of their places, few in memory, whatever somebody has written there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, not_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

ROWS_AT_ONCE = 2_000
NOWHERE = -1
"""The place of a row that has lost its own: it follows none."""
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What reading a stored value raises that no program of ours has written."""

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that holds what cannot even be read."""

    chain: int
    seq: int
    mac: bytes


def rows_in_order(
    session: Session, query: Select[*tuple[Any, ...]], place: Sequence[InstrumentedAttribute[int]]
) -> Iterator[_Row | Unreadable]:
    """Yield all rows in the order of their place, a bounded number in memory."""
    mac: Any = place[0].class_.mac
    is_placed = and_(*(column.is_not(None) for column in place))
    places = select(*place, mac).where(is_placed).order_by(*place).limit(ROWS_AT_ONCE)
    after: tuple[int, ...] | None = None
    while True:
        is_later = true() if after is None else tuple_(*place) > after
        heads = session.execute(places.where(is_later)).all()
        if not heads:
            yield from (Unreadable(0, NOWHERE, b"") for _row in session.execute(select(mac).where(not_(is_placed))))
            return
        after = tuple(heads[-1][:-1])
        try:
            yield from session.execute(query.where(is_later, tuple_(*place) <= after).order_by(*place)).all()
        except UNREADABLE:
            yield from (_alone(session, query, place, head) for head in heads)


def _alone(
    session: Session, query: Select[*tuple[Any, ...]], place: Sequence[InstrumentedAttribute[int]], head: _Row
) -> _Row | Unreadable:
    """Read one row of a page in which something cannot be read."""
    *at, mac = head
    try:
        return session.execute(query.where(tuple_(*place) == tuple(at))).one()
    except UNREADABLE:
        return Unreadable(at[0], at[-1], mac)
