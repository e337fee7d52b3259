"""A right that opens much, given by one administrator, until another has confirmed it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.powers import GrantOutcome
from forum.domain.vocabulary import Role
from forum.models.base import Base, UtcDateTime
from forum.models.enum_type import by_value

OPEN = text("outcome IS NULL")


class PendingGrant(Base):
    """It is no membership and gives no right; one is made when it is confirmed.

    Decided without `decided_by`: by an operator at the console, or by time.
    """

    __tablename__ = "pending_grant"
    __table_args__ = (
        CheckConstraint("proposed_by <> account_id", name="proposed_for_other"),
        CheckConstraint("decided_by <> account_id", name="decided_for_other"),
        CheckConstraint("outcome <> 'confirmed' OR decided_by <> proposed_by", name="two"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_pending_grant_open",
            "account_id",
            "team_id",
            "role",
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    role: Mapped[Role] = mapped_column(by_value(Role))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[GrantOutcome | None] = mapped_column(by_value(GrantOutcome))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
