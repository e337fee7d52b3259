"""The key pair of one custodian, locked under a passphrase that nobody stores."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class CustodianKey(Base):
    """`locked` is the private half under argon2id and AES-256-GCM; salt and costs stand in it."""

    __tablename__ = "custodian_key"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    locked: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
