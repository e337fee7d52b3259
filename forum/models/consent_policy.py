"""For which tips a second person must agree before a name is opened, as decided over time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class ConsentPolicy(Base):
    """One decision on a kind, category and restriction (None: any), never edited: the next one ends it.

    Without `since` it waits for a second administrator, and decides nothing; with `until` it is over, or was refused.
    """

    __tablename__ = "consent_policy"
    __table_args__ = (
        CheckConstraint(
            "needs_consent OR since IS NULL OR proposed_by IS NULL OR confirmed_by IS NOT NULL", name="two"
        ),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="other"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str | None] = mapped_column(String(30))
    category: Mapped[str | None] = mapped_column(String(30))
    restriction: Mapped[str | None] = mapped_column(String(30))
    needs_consent: Mapped[bool] = mapped_column(Boolean)
    valid_hours: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(300))
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
