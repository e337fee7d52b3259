"""Which teams may see a restricted tip."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base


class TipGrant(Base):
    """One team on the list of a restricted tip."""

    __tablename__ = "tip_grant"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True, index=True)
