"""Which province leads the cluster, and which is its deputy, from when to when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base


class ClusterLead(Base):
    """One term of leadership; it hands over each year."""

    __tablename__ = "cluster_lead"

    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    valid_to: Mapped[date | None] = mapped_column(Date)
    lead_province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    deputy_province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
