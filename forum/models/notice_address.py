"""Where to say "there is news"; less protected, destroyed when the tip is closed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base
from forum.models.tip import BigId


class NoticeAddress(Base):
    """A mail address for notices, sealed under a key of its own purpose."""

    __tablename__ = "notice_address"

    tip_id: Mapped[int] = mapped_column(BigId, ForeignKey("tip.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
