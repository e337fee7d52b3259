"""Rows of a table as both engines can give and take them: one spelling for each sort of column."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    type_coerce,
)  # fmt: skip
from sqlalchemy import column as bare_column
from sqlalchemy import table as bare_table
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

CARRIERS: dict[str, Any] = {
    "bytes": LargeBinary(),
    "date": Date(),
    "flag": Boolean(),
    "instant": DateTime(timezone=True),
    "number": BigInteger(),
    "real": Float(),
    "text": Text(),
}
"""How each sort is written; text is never parsed, so that what was authenticated stays as it was spelled."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table in an archive: its columns and the sort of each."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, table: Table) -> Self:
        """Return the shape of a table."""
        return cls(table.name, tuple((column.name, _sort(column)) for column in table.columns))

    def reading(self, table: Table) -> list[ColumnElement[Any]]:
        """Return the columns to select so that every value comes as it is stored."""
        return [type_coerce(table.c[name], Text()) if sort == "text" else table.c[name] for name, sort in self.columns]

    def writing(self) -> TableClause:
        """Return the table to insert into, without any type of ours in between."""
        return bare_table(self.name, *(bare_column(name, CARRIERS[sort]) for name, sort in self.columns))

    def spell(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """Return rows as they stand in an archive."""
        return json.dumps([[_spelled(value) for value in row] for row in rows], separators=(",", ":")).encode()

    def read(self, spelled: bytes, *, is_sqlite: bool) -> list[dict[str, Any]]:
        """Return rows to be inserted; SQLite keeps instants without their zone, in UTC."""
        return [
            {
                name: _value(sort, value, is_sqlite=is_sqlite)
                for (name, sort), value in zip(self.columns, row, strict=True)
            }
            for row in json.loads(spelled)
        ]


def _sort(column: Column[Any]) -> str:
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    for sort, types in (
        ("flag", Boolean),
        ("instant", DateTime),
        ("date", Date),
        ("number", Integer),
        ("bytes", LargeBinary),
        ("real", Float),
        ("text", String),
    ):
        if isinstance(kind, types):
            return sort
    message = f"no way is known to keep {column.table.name}.{column.name}"
    raise TypeError(message)


def _spelled(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _value(sort: str, value: Any, *, is_sqlite: bool) -> Any:
    if value is None:
        return None
    if sort == "bytes":
        return base64.b64decode(value)
    if sort == "instant":
        instant = datetime.fromisoformat(value)
        return instant.replace(tzinfo=None) if is_sqlite else instant
    return date.fromisoformat(value) if sort == "date" else value
