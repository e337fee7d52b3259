"""The facts of days added up to months, one row for each thing that a page shows."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.scopes import Level
from forum.models.base import Base
from forum.models.enum_type import by_value
from forum.models.measured import Measured


class Facet(StrEnum):
    """By what a rollup is divided besides its level: not at all, by category or by kind."""

    ALL = "all"
    CATEGORY = "category"
    KIND = "kind"


NO_TEAM = 0


class MonthFact(Measured, Base):
    """Counts of the closed days of one month, at one level and facet.

    At the level of the cluster `province_code` is empty and `team_id` is NO_TEAM, at that of a province the team
    alone; `value` is the category or kind of the facet. So a page reads dozens of rows, however many tips.
    """

    __tablename__ = "month_fact"

    level: Mapped[Level] = mapped_column(by_value(Level), primary_key=True)
    facet: Mapped[Facet] = mapped_column(by_value(Facet), primary_key=True)
    team_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    province_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[str] = mapped_column(String(30), primary_key=True)
    granted: Mapped[str] = mapped_column(String(200), primary_key=True)
