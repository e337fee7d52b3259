"""How often something was tried lately, under a keyed hash that names nobody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class Throttle(Base):
    """Failures counted in a window; `digest` is an HMAC of what is throttled (never an address)."""

    __tablename__ = "throttle"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
