"""The key to which the identities of one province are sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime

_PRESENT = text("retired_at IS NULL")


class CustodyKey(Base):
    """A key pair of a province, or of the cluster. Its private half lies in the shares of custodians alone.

    `recovery_box` is one more share, for the recovery key; `renewal_due_at` is set when a custodian has left.
    """

    __tablename__ = "custody_key"
    __table_args__ = (
        Index("uq_custody_key_present", "scope", unique=True, postgresql_where=_PRESENT, sqlite_where=_PRESENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(10))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    recovery_id: Mapped[int] = mapped_column(ForeignKey("custody_recovery.id"))
    recovery_box: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    renewal_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
