"""Every change of settings: accounts, memberships, teams, departments, categories, policies, calendar, rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, CanonicalJson, UtcDateTime
from forum.models.tip import BigId


class SettingEvent(Base):
    """One change, with the fields before and after (never a password), in one chain."""

    __tablename__ = "setting_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seq: Mapped[int] = mapped_column(BigId, unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    subject: Mapped[str] = mapped_column(String(40), index=True)
    subject_key: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    chain_key_id: Mapped[str | None] = mapped_column(String(40))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
