"""Who asked to know who sent a tip, who agreed, and whether the lead has taken note: what the events say, for lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.consent import RequestState
from forum.models.base import Base, UtcDateTime
from forum.models.enum_type import by_value
from forum.models.tip import BigId

WAITING = text("state = 'waiting'")
UNSEEN = text("state = 'opened' AND seen_at IS NULL")
"""Spelled as the index is, so that the planner finds it."""


class IdentityRequest(Base):
    """One request, or one opening that needed none; written with its events, its reasons sealed in those.

    `asked_seq` is the number of the event with the reason. What was opened is for the lead to take note of.
    """

    __tablename__ = "identity_request"
    __table_args__ = (
        UniqueConstraint("tip_id", "asked_seq"),
        CheckConstraint("decided_by <> asked_by", name="other"),
        CheckConstraint("seen_by <> asked_by", name="seen_by_other"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("ix_identity_request_waiting", "expires_at", postgresql_where=WAITING, sqlite_where=WAITING),
        Index("ix_identity_request_unseen", "opened_at", postgresql_where=UNSEEN, sqlite_where=UNSEEN),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tip_id: Mapped[int] = mapped_column(BigId, ForeignKey("tip.id"))
    scope: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked_seq: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[RequestState] = mapped_column(by_value(RequestState))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
