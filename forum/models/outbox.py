"""Work that leaves after commit, at least once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, CanonicalJson, UtcDateTime
from forum.models.tip import BigId

PENDING = text("done_at IS NULL")


class OutboxJob(Base):
    """A job written in the transaction that wants it; `payload` holds ids only, never text or addresses."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_pending", "available_at", "id", postgresql_where=PENDING, sqlite_where=PENDING),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(60))
