"""The second factors of an account, as its owner reads them; no secret is among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.models import Passkey, RecoveryCode, SignOn, Totp


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One passkey."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactorsView:
    """What an account can prove, and how many recovery codes are left."""

    app_since: datetime | None
    passkeys: tuple[PasskeyRow, ...]
    recovery_codes: int

    @property
    def count(self) -> int:
        """How many factors there are; recovery codes are none."""
        return len(self.passkeys) + (self.app_since is not None)


def factors_of(session: Session, account_id: int) -> FactorsView:
    """Return the factors of an account."""
    app = session.scalar(select(Totp.confirmed_at).where(Totp.account_id == account_id, Totp.confirmed_at.is_not(None)))
    passkeys = session.execute(
        select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.used_at)
        .where(Passkey.account_id == account_id)
        .order_by(Passkey.id)
    )
    left = session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id))
    return FactorsView(app, tuple(PasskeyRow(*row) for row in passkeys), left or 0)


def linked_since(session: Session, account_id: int) -> datetime | None:
    """Return when an account was linked to the single sign-on, None when it is not."""
    return session.scalar(select(SignOn.linked_at).where(SignOn.account_id == account_id))
