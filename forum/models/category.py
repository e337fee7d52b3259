"""Categories a citizen chooses from."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base


class CategoryEntry(Base):
    """How one category is shown, and which department usually handles it."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    hint_vi: Mapped[str] = mapped_column(String(200))
    hint_en: Mapped[str] = mapped_column(String(200))
    pictogram: Mapped[str] = mapped_column(String(40))
    default_department: Mapped[str | None] = mapped_column(ForeignKey("department.code"))
    sort: Mapped[int] = mapped_column(Integer)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
