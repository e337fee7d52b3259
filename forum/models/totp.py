"""The one-time codes of an app on a telephone, one of the two kinds of second factor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class Totp(Base):
    """A secret shared with an app: sealed, confirmed by a first code, and never good twice for one time step."""

    __tablename__ = "totp"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
