"""The recovery key on paper, of which the forum holds the public half alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class CustodyRecovery(Base):
    """One recovery key; the present one has no end."""

    __tablename__ = "custody_recovery"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drilled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
