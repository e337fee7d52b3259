"""Which answers a lead approves before the citizen reads them."""

from __future__ import annotations

from sqlalchemy import Boolean, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base


class ApprovalPolicy(Base):
    """One kind of tip in one kind of team (None: any)."""

    __tablename__ = "approval_policy"
    __table_args__ = (UniqueConstraint("kind", "team_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    team_kind: Mapped[str | None] = mapped_column(String(30))
    needs_approval: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str] = mapped_column(String(300))
