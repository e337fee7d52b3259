"""Teams: the tree cluster → province → department or commune police."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.vocabulary import TeamKind
from forum.models.base import Base
from forum.models.enum_type import by_value


class Team(Base):
    """A unit that can be accountable for a tip; never renamed or deleted in place, but succeeded.

    `code` is unique for all time: "cluster", "15", "15/desk", "15/PC04", "15/TT", "15/02761".
    """

    __tablename__ = "team"
    __table_args__ = (Index(None, "province_code", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[TeamKind] = mapped_column(by_value(TeamKind))
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    province_code: Mapped[str | None] = mapped_column(ForeignKey("province.code"))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.code"), index=True)
    department_code: Mapped[str | None] = mapped_column(ForeignKey("department.code"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
