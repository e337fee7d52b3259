"""The append-only, chained history of each tip."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.events import ActorKind, EventKind
from forum.models.base import Base, CanonicalJson, UtcDateTime
from forum.models.enum_type import by_value
from forum.models.tip import BigId


class TipEventRow(Base):
    """One event as stored: structure readable, text sealed, `mac` chaining it to the event before.

    `chain_key_id` names the key of the chain, None the oldest one; so it does in every record.
    """

    __tablename__ = "tip_event"
    __table_args__ = (UniqueConstraint("tip_id", "seq"), Index(None, "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[EventKind] = mapped_column(by_value(EventKind))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[ActorKind] = mapped_column(by_value(ActorKind))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    data: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    folded_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    chain_key_id: Mapped[str | None] = mapped_column(String(40))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
