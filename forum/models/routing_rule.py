"""Ordered, versioned routing rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, CanonicalJson, UtcDateTime


class RoutingRuleRow(Base):
    """One rule of one version; a version goes live as a whole, and earlier ones stay."""

    __tablename__ = "routing_rule"
    __table_args__ = (Index(None, "version", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    live_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
