"""Which days have been counted for good."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class ClosedDay(Base):
    """A day (Viet Nam) whose facts stand, also when nothing happened on it; there are no gaps between such days."""

    __tablename__ = "closed_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    built_at: Mapped[datetime] = mapped_column(UtcDateTime)
