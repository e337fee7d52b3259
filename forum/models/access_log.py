"""Who read what: one chained row for each tip, file or identity opened, list shown, refusal and sign-in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, CanonicalJson, UtcDateTime
from forum.models.enum_type import by_value
from forum.models.tip import BigId

NOBODY = 0
"""The chain of what is done by nobody who has signed in."""
PROGRAM = -1
"""The chain of what the program itself records: the results of verifications, and nothing else."""


class AccessAction(StrEnum):
    """What was done or tried."""

    TIP_OPENED = "tip-opened"
    LIST_SHOWN = "list-shown"
    SEARCHED = "searched"
    FILE_OPENED = "file-opened"
    IDENTITY_OPENED = "identity-opened"
    STATISTICS_SHOWN = "statistics-shown"
    EXPORTED = "exported"
    LOG_READ = "log-read"
    PASSWORD_ACCEPTED = "password-accepted"  # noqa: S105 - the name of an action, not a secret
    SIGN_ON_ACCEPTED = "sign-on-accepted"
    SIGNED_IN = "signed-in"
    CONFIRMED = "confirmed"
    SIGNED_OUT = "signed-out"
    SIGN_IN_FAILED = "sign-in-failed"
    FACTORS_CHANGED = "factors-changed"
    REFUSED = "refused"


class AccessRow(Base):
    """One access. Each account has its own chain (or NOBODY, PROGRAM), so that readers do not queue for one lock."""

    __tablename__ = "access_log"
    __table_args__ = (UniqueConstraint("chain", "seq"), Index(None, "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chain: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[AccessAction] = mapped_column(by_value(AccessAction))
    tip_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """Of a tip, or of one that was erased since."""
    data: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    chain_key_id: Mapped[str | None] = mapped_column(String(40))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
