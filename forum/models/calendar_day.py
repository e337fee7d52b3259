"""Days that differ from Monday-to-Friday."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base


class CalendarDay(Base):
    """A holiday, a day off in exchange, or a Saturday worked for it."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name_vi: Mapped[str] = mapped_column(String(160))
    source: Mapped[str] = mapped_column(String(300))
    is_verified: Mapped[bool] = mapped_column(Boolean)
