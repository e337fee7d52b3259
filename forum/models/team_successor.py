"""Which team took over from which."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base


class TeamSuccessor(Base):
    """A merged or divided team names those that follow it."""

    __tablename__ = "team_successor"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
