"""Codes on paper for the day on which every second factor is lost."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base


class RecoveryCode(Base):
    """One code, as an HMAC; the row goes when the code is used."""

    __tablename__ = "recovery_code"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
