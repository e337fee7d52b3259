"""What an account may do in which team."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.vocabulary import Role
from forum.models.base import Base, UtcDateTime
from forum.models.enum_type import by_value


class Membership(Base):
    """A role in a team, from its granting to its end; ended ones stay for the record."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_current",
            "account_id",
            "team_id",
            "role",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    role: Mapped[Role] = mapped_column(by_value(Role))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
