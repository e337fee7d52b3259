"""Who sent a tip, for the custodians of the province alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime
from forum.models.tip import BigId


class Identity(Base):
    """Name and way to reach the sender, sealed apart from the tip and never under the tip's key.

    Without a custody key it was kept before custodians had keys, until `forum custody begin` seals it anew.
    """

    __tablename__ = "identity"

    tip_id: Mapped[int] = mapped_column(BigId, ForeignKey("tip.id"), primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(String(10))
    custody_key_id: Mapped[int | None] = mapped_column(ForeignKey("custody_key.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
