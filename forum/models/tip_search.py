"""The blind index: codes of the syllables and pairs of a tip, and the question whether they hold a term."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE

from forum.models.base import Base
from forum.models.tip import BigId


class TipSearch(Base):
    """All codes of one tip, one after the other, under the key of its scope (province code or "cluster")."""

    __tablename__ = "tip_search"

    tip_id: Mapped[int] = mapped_column(BigId, ForeignKey("tip.id"), primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(String(10))
    key_id: Mapped[str] = mapped_column(String(40))
    codes: Mapped[bytes] = mapped_column(LargeBinary)


class holds(FunctionElement[bool]):  # noqa: N801 - read as a function in statements
    """Whether the codes of a tip hold a probe: `holds(TipSearch.codes, bindparam("probe"), TipSearch.tip_id)`."""

    type = NULLTYPE  # type: ignore[assignment]  # a Boolean is compared with 1 on SQLite
    inherit_cache = True


@compiles(holds)
def _holds(element: Any, compiler: Any, **options: Any) -> str:
    codes, probe, tip_id = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(position(substring(sha256({probe} || int8send({tip_id})) from 1 for 4) in {codes}) > 0)"


@compiles(holds, "sqlite")
def _holds_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    """The application gives SQLite this function with each connection."""
    codes, probe, tip_id = (compiler.process(clause, **options) for clause in element.clauses)
    return f"holds_term({codes}, {probe}, {tip_id})"
