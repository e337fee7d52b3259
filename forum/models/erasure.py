"""What is left of an erased tip: that it was, and who decided; nothing of its sender or its matter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.retention import ErasureReason
from forum.models.base import Base, UtcDateTime
from forum.models.enum_type import by_value
from forum.models.tip import BigId


class Erasure(Base):
    """One erased tip, in a chain of its own.

    `event_count` and `head_mac` are those of the history that was erased: they tell the records which tip is gone
    rightly, and let a copy kept elsewhere be recognised. `note_sealed` names the order, never the tip's matter. The two
    persons stand with their sign-in names: an id would mean another account in a database that was restored.
    """

    __tablename__ = "erasure"
    __table_args__ = (CheckConstraint("requested_by != confirmed_by", name="two_persons"),)

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    tip_id: Mapped[int] = mapped_column(BigId, unique=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[ErasureReason] = mapped_column(by_value(ErasureReason))
    requested_by: Mapped[str] = mapped_column(String(60))
    confirmed_by: Mapped[str] = mapped_column(String(60))
    event_count: Mapped[int] = mapped_column(Integer)
    head_mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
