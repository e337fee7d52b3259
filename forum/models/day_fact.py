"""What happened on a closed day, by province, team, category and kind."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base
from forum.models.measured import Measured


class DayFact(Measured, Base):
    """Counts of one day (Viet Nam) under one heading, rebuilt from the events at will.

    `province_code` is empty where the province is unknown; `granted` lists the teams that may see the restricted
    tips counted here (",3,17,"), and is empty for the others: restricted tips never share a row with the rest.
    """

    __tablename__ = "day_fact"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    province_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(30), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    granted: Mapped[str] = mapped_column(String(200), primary_key=True)
