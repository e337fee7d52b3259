"""The blind index: keyed buckets of the syllables and pairs of a tip."""

from __future__ import annotations

from sqlalchemy import ARRAY, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, CanonicalJson
from forum.models.tip import BigId


class TipSearch(Base):
    """All terms of one tip under the key of its scope (province code or "cluster").

    PostgreSQL searches the array through GIN; SQLite searches `tip_term`.
    """

    __tablename__ = "tip_search"
    __table_args__ = (Index("ix_tip_search_terms", "terms", postgresql_using="gin").ddl_if(dialect="postgresql"),)

    tip_id: Mapped[int] = mapped_column(BigId, ForeignKey("tip.id"), primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(String(10))
    key_id: Mapped[str] = mapped_column(String(40))
    terms: Mapped[list[int]] = mapped_column(ARRAY(Integer).with_variant(CanonicalJson, "sqlite"))


class TipTerm(Base):
    """One bucket of one tip; filled on SQLite only, which has no index over arrays."""

    __tablename__ = "tip_term"
    __table_args__ = ({"sqlite_with_rowid": False},)

    term: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tip_id: Mapped[int] = mapped_column(BigId, ForeignKey("tip.id"), primary_key=True, autoincrement=False, index=True)
