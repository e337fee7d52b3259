"""The rows of every list of tips: their columns, what a list is narrowed to, and where its next page begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, select

from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Category, Kind, Priority, Restriction
from forum.models import Account, Commune, Province, Tip


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None asks nothing."""

    category: Category | None = None
    kind: Kind | None = None
    priority: Priority | None = None
    status: Status | None = None
    province_code: str | None = None
    commune_code: str | None = None
    team_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a tip must meet."""
        pairs = (
            (Tip.category, self.category),
            (Tip.kind, self.kind),
            (Tip.priority, self.priority),
            (Tip.status, self.status),
            (Tip.province_code, self.province_code),
            (Tip.commune_code, self.commune_code),
            (Tip.team_id, self.team_id),
        )
        return [column == value for column, value in pairs if value is not None]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: where the next one begins. It is no secret."""

    at: datetime
    id: int

    def spell(self) -> str:
        """Return it for an address."""
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def read(cls, spelled: str | None) -> Self | None:
        """Read it back; None for anything else."""
        at, _, row_id = (spelled or "").partition("~")
        try:
            cursor = cls(datetime.fromisoformat(at), int(row_id))
        except ValueError:
            return None
        return cursor if cursor.at.tzinfo is not None and 0 < cursor.id < 2**63 else None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One tip in a list."""

    id: int
    number: str
    status: Status
    kind: Kind
    category: Category
    priority: Priority
    restriction: Restriction | None
    team_id: int
    commune: str | None
    province: str | None
    assignee: str | None
    received_at: datetime
    queue_at: datetime | None
    citizen_due_at: datetime | None
    team_due_at: datetime | None
    responder_due_at: datetime | None
    settled_at: datetime | None
    is_answer_pending: bool
    reopened_count: int


def rows_of(chosen: Any, *, is_falling: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement that reads chosen tips: `chosen` is a subquery of (id, at), in whose order they come."""
    at, row_id = chosen.c.at, chosen.c.id
    return (
        select(*_COLUMNS)
        .select_from(chosen)
        .join(Tip, Tip.id == row_id)
        .outerjoin(Commune, Commune.code == Tip.commune_code)
        .outerjoin(Province, Province.code == Tip.province_code)
        .outerjoin(Account, Account.id == Tip.assignee_id)
        .order_by(*((at.desc(), row_id.desc()) if is_falling else (at, row_id)))
    )


def as_rows(found: Iterable[Any]) -> tuple[QueueRow, ...]:
    """Return what the statement gave."""
    return tuple(QueueRow(*row) for row in found)


_COLUMNS: tuple[Any, ...] = (
    Tip.id,
    Tip.number,
    Tip.status,
    Tip.kind,
    Tip.category,
    Tip.priority,
    Tip.restriction,
    Tip.team_id,
    Commune.name_full,
    Province.name,
    Account.display_name,
    Tip.received_at,
    Tip.queue_at,
    Tip.citizen_due_at,
    Tip.team_due_at,
    Tip.responder_due_at,
    Tip.settled_at,
    Tip.is_answer_pending,
    Tip.reopened_count,
)
