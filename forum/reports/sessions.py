"""Where an account is signed in, as its owner reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.domain.session_limits import IDLE, LONGEST
from forum.models import Account, SignInSession


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session that holds."""

    id: int
    begun_at: datetime
    seen_at: datetime


def sessions_of(session: Session, account_id: int, now: datetime) -> list[SessionRow]:
    """Return the sessions of an account that hold now, the one used last first."""
    rows = session.execute(
        select(SignInSession.id, SignInSession.begun_at, SignInSession.seen_at)
        .join(Account, (Account.id == SignInSession.account_id) & (Account.session_version == SignInSession.version))
        .where(
            SignInSession.account_id == account_id,
            SignInSession.seen_at > now - IDLE,
            SignInSession.begun_at > now - LONGEST,
        )
        .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
    )
    return [SessionRow(*row) for row in rows]
