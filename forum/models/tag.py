"""Tags that officers put on tips: a kept list, so that a tag can never carry a secret."""

from __future__ import annotations

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base


class Tag(Base):
    """One tag of the list."""

    __tablename__ = "tag"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_vi: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
