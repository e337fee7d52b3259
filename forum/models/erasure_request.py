"""Tips that one person wants erased; another decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.retention import ErasureReason
from forum.models.base import Base, UtcDateTime
from forum.models.enum_type import by_value
from forum.models.tip import BigId


class ErasureRequest(Base):
    """A proposal, until it is confirmed or withdrawn."""

    __tablename__ = "erasure_request"

    tip_id: Mapped[int] = mapped_column(BigId, ForeignKey("tip.id"), primary_key=True, autoincrement=False)
    reason: Mapped[ErasureReason] = mapped_column(by_value(ErasureReason))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    requested_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
