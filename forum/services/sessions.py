"""Sessions of officers: begun at sign-in, seen while in use, ended one by one or all at once.

All sessions of an account end together when its `session_version` grows, as it does with every change of password,
rights or state.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from forum.adapters.passkeys import CHALLENGE_BYTES
from forum.domain.errors import NotFound
from forum.domain.session_limits import IDLE, LONGEST, MOST_AT_ONCE, SEEN_EVERY
from forum.models import Account, SignInSession
from forum.models.access_log import AccessAction
from forum.services.access_log import record
from forum.services.work import Work

TOKEN_BYTES = 32


def begin(work: Work, account: Account, *, is_proved: bool) -> str:
    """Begin a session of an account; return the token for the cookie, which is stored nowhere.

    Whoever calls this has made sure of the person, and recorded how. Unless a second factor `is_proved`, the session
    opens only the page that asks for one, or that sets one up.
    """
    _forget_others(work, account)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = SignInSession(
        digest=work.secrets.session_digest(token),
        account_id=account.id,
        version=account.session_version,
        begun_at=work.now,
        seen_at=work.now,
        proved_at=work.now if is_proved else None,
    )
    work.session.add(row)
    work.session.flush()
    return token


def prove(work: Work, account_id: int, session_id: int) -> str:
    """Note that a second factor was given now; return the new token, as the one before opens nothing any more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    own = (SignInSession.id == session_id) & (SignInSession.account_id == account_id)
    values = {"digest": work.secrets.session_digest(token), "proved_at": work.now, "seen_at": work.now}
    changed = update(SignInSession).where(own).values(challenge=None, **values).returning(SignInSession.id)
    if work.session.execute(changed).first() is None:
        raise NotFound
    return token


def new_challenge(work: Work, session_id: int) -> bytes:
    """Draw what a passkey is to sign next, in place of what was drawn before."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    work.session.execute(update(SignInSession).where(SignInSession.id == session_id).values(challenge=challenge))
    return challenge


def take_challenge(work: Work, session_id: int) -> bytes | None:
    """Return what a passkey was to sign, and forget it: no answer is looked at twice."""
    own = select(SignInSession).where(SignInSession.id == session_id).with_for_update()
    row = work.session.scalars(own).first()
    if row is None:
        return None
    challenge, row.challenge = row.challenge, None
    work.session.flush()
    return challenge


def end(work: Work, account_id: int, session_id: int, *, is_elsewhere: bool = False) -> None:
    """End one session of the account; raise NotFound when it has no such session."""
    own = (SignInSession.id == session_id) & (SignInSession.account_id == account_id)
    if work.session.execute(delete(SignInSession).where(own).returning(SignInSession.id)).first() is None:
        raise NotFound
    record(work, AccessAction.SIGNED_OUT, account_id=account_id, data={"elsewhere": True} if is_elsewhere else None)


def end_others(work: Work, account_id: int, session_id: int) -> int:
    """End all sessions of the account but one; return how many these were."""
    others = (SignInSession.account_id == account_id) & (SignInSession.id != session_id)
    ended = len(work.session.execute(delete(SignInSession).where(others).returning(SignInSession.id)).all())
    if ended:
        record(work, AccessAction.SIGNED_OUT, account_id=account_id, data={"elsewhere": True, "sessions": ended})
    return ended


def is_to_be_noted(seen_at: datetime, now: datetime) -> bool:
    """Whether it is long enough ago that a session was noted to be in use."""
    return now - seen_at >= SEEN_EVERY


def note_use(session: Session, session_id: int, now: datetime) -> None:
    """Note that a session is in use; of several requests at once, one writes."""
    stale = (SignInSession.id == session_id) & (SignInSession.seen_at <= now - SEEN_EVERY)
    session.execute(update(SignInSession).where(stale).values(seen_at=now))


def forget_ended(work: Work) -> int:
    """Remove sessions that have run out or were ended with all others of their account; return how many."""
    is_present = select(Account.id).where(
        Account.id == SignInSession.account_id, Account.session_version == SignInSession.version, Account.is_active
    )
    gone = delete(SignInSession).where(or_(_has_run_out(work.now), ~is_present.exists()))
    return len(work.session.execute(gone.returning(SignInSession.id)).all())


def _forget_others(work: Work, account: Account) -> None:
    """Remove what has ended of an account, and what would be more than it may have."""
    own = SignInSession.account_id == account.id
    is_over = or_(_has_run_out(work.now), SignInSession.version != account.session_version)
    work.session.execute(delete(SignInSession).where(and_(own, is_over)))
    newest = select(SignInSession.id).where(own).order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
    beyond = work.session.scalars(newest.offset(MOST_AT_ONCE - 1)).all()
    if beyond:
        work.session.execute(delete(SignInSession).where(SignInSession.id.in_(beyond)))


def _has_run_out(now: datetime) -> ColumnElement[bool]:
    return or_(SignInSession.seen_at <= now - IDLE, SignInSession.begun_at <= now - LONGEST)
