"""What erased tips count for in the figures, added up so that no single tip can be told."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.duration_buckets import Span
from forum.models.base import Base
from forum.models.enum_type import by_value


class ErasedHeading:
    """The headings of `DayFact`, under which what is erased goes on being counted."""

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    province_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(30), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    granted: Mapped[str] = mapped_column(String(200), primary_key=True)


class ErasedCount(ErasedHeading, Base):
    """So much of one measure on one day, from all erased tips together."""

    __tablename__ = "erased_count"

    measure: Mapped[str] = mapped_column(String(30), primary_key=True)
    amount: Mapped[int] = mapped_column(Integer)


class ErasedDuration(ErasedHeading, Base):
    """So many durations in one bucket on one day, from all erased tips together."""

    __tablename__ = "erased_duration"

    span: Mapped[Span] = mapped_column(by_value(Span), primary_key=True)
    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(Integer)
