"""Who is signed in: one row for each browser, without a word about where or what it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from forum.models.base import Base, UtcDateTime


class SignInSession(Base):
    """One session; `digest` is an HMAC of the token in the browser's cookie.

    It holds while `version` is the account's: whatever changes the account's rights ends it in the same transaction.
    `proved_at` is when a second factor was last given: until then it opens nothing but the page that asks for one.
    `challenge` is what a passkey is to sign next.
    """

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary(32))
