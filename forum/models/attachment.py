"""Files that came with a tip or an answer; the bytes lie sealed in the file store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.vocabulary import Scan
from forum.models.base import Base, UtcDateTime
from forum.models.enum_type import by_value
from forum.models.tip import BigId


class Attachment(Base):
    """A file: its key wrapped under the tip's key, its name sealed; `event_seq` says with which event it came."""

    __tablename__ = "attachment"
    __table_args__ = (CheckConstraint("(scan = 'not-scanned') = (scanned_at IS NULL)", name="scanned_with_time"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    event_seq: Mapped[int] = mapped_column(Integer)
    storage_key: Mapped[str] = mapped_column(String(80), unique=True)
    file_key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(60))
    size_bytes: Mapped[int] = mapped_column(Integer)
    is_public: Mapped[bool] = mapped_column(Boolean)
    is_cleaned: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Whether it was made anew on its way in; otherwise it is as its sender had it, with all that it may tell."""
    scan: Mapped[Scan] = mapped_column(by_value(Scan), default=Scan.NOT_SCANNED, server_default=Scan.NOT_SCANNED.value)
    scanned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
