"""The durations of days added up to months."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.duration_buckets import Span
from forum.domain.scopes import Level
from forum.models.base import Base, CanonicalJson
from forum.models.enum_type import by_value
from forum.models.month_fact import Facet


class MonthDuration(Base):
    """The durations of the closed days of one month under a heading of `MonthFact`, all buckets in one cell."""

    __tablename__ = "month_duration"

    level: Mapped[Level] = mapped_column(by_value(Level), primary_key=True)
    facet: Mapped[Facet] = mapped_column(by_value(Facet), primary_key=True)
    team_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    province_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[str] = mapped_column(String(30), primary_key=True)
    granted: Mapped[str] = mapped_column(String(200), primary_key=True)
    span: Mapped[Span] = mapped_column(by_value(Span), primary_key=True)
    buckets: Mapped[dict[str, int]] = mapped_column(CanonicalJson)
