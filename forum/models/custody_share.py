"""The private half of a province's key, sealed to one custodian."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class CustodyShare(Base):
    """One custodian's way to one key; no `admitted_by` stands for the recovery key."""

    __tablename__ = "custody_share"

    key_id: Mapped[int] = mapped_column(ForeignKey("custody_key.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False, index=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)
    admitted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
