"""As whom the single sign-on knows an account: a link that its owner has made, and nobody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class SignOn(Base):
    """The issuer's name for somebody, as a keyed hash: who reads the database does not learn it."""

    __tablename__ = "sign_on"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
