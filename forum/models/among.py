"""`among`: one of a list that is a single value of the statement, however long; `IN` writes one for each member."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Dialect, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE, TypeDecorator, TypeEngine


class ListOf(TypeDecorator[list[Any]]):
    """A list as the engine takes it in one piece: an array on PostgreSQL, JSON on SQLite."""

    impl = ARRAY
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the engine's type."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.item_type))

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        """Return the list as the engine takes it."""
        members = tuple(value or ())
        return _spelled(members) if dialect.name == "sqlite" else list(members)

    @property
    def item_type(self) -> TypeEngine[Any]:
        """The type of one member."""
        found: TypeEngine[Any] = self.impl_instance.item_type  # type: ignore[attr-defined]  # that of an array
        return found


@lru_cache(maxsize=1024)
def _spelled(members: tuple[Any, ...]) -> str:
    """Return a list as JSON; one statement may hold the same list a hundred times."""
    return json.dumps(members)


class among(FunctionElement[bool]):  # noqa: N801 - read as a function in statements
    """Whether a column is one of the members of a list: `among(Tip.team_id, bindparam("teams", type_=ListOf(...)))`."""

    type = NULLTYPE  # type: ignore[assignment]  # a Boolean is compared with 1 on SQLite, and finds no index there
    inherit_cache = True


@compiles(among)
def _among(element: Any, compiler: Any, **options: Any) -> str:
    column, members = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} = ANY ({members}))"


@compiles(among, "sqlite")
def _among_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, members = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({members})))"  # noqa: S608 - what the compiler spelled
