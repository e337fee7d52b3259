"""Signing in: attempts are counted before the password is looked at, and people are told how long to wait."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.adapters.passwords import hash_password, needs_rehash, verify_password
from forum.adapters.secrets import Secrets
from forum.domain.errors import DomainError
from forum.models import Account, Throttle
from forum.models.access_log import NOBODY, AccessAction
from forum.services.access_log import record
from forum.services.accounts import find_account
from forum.services.work import Work

FREE_FAILURES = 5
"""So many failures cost nothing; each further one doubles the wait."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
DEVICE_TOKEN_BYTES = 16


class TooManyTries(DomainError):
    """The name is blocked for a while, whatever the password."""

    message = "Too many wrong tries. Please wait %(minutes)s minutes and try again."

    def __init__(self, until: datetime, now: datetime) -> None:
        self.seconds = max(1, int((until - now).total_seconds()))
        super().__init__(minutes=-(-self.seconds // 60))


class WrongPassword(DomainError):
    """Name and password do not belong together; which of them is wrong is not said."""

    message = "The sign-in name or the password is wrong. Please look at both again."


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try that has been counted as a failure already; `settle` takes that back if it succeeds."""

    username: str
    digest: bytes
    account_id: int | None
    password_hash: str | None


def begin_attempt(work: Work, username: str, *, device: str | None = None) -> Attempt:
    """Count a try and return what to check the password against; raise TooManyTries while the name waits.

    Counting comes first, so that a thousand tries at once cannot all pass before the first has failed. A device on
    which this very name has signed in before is counted apart: whoever guesses at a name from elsewhere cannot keep
    its owner out. A name that does not exist is counted like any other.
    """
    digest = throttle_digest(work.secrets, "sign-in", username, device)
    count_try(work, digest)
    account = find_account(work.session, username)
    is_known = account is not None and account.is_active
    return Attempt(
        username, digest, account.id if account else None, account.password_hash if account and is_known else None
    )


def settle(work: Work, attempt: Attempt, *, is_right: bool, password: str) -> Account | None:
    """Write down how a try ended: the row of the access log, and on success an empty count; return the account then."""
    account = work.session.get(Account, attempt.account_id or NOBODY)  # asked for whether the name exists or not
    is_current = account is not None and account.is_active and account.password_hash == attempt.password_hash
    if account is None or not is_right or not is_current:
        record(work, AccessAction.SIGN_IN_FAILED, account_id=attempt.account_id)
        return None
    forget_tries(work, attempt.digest)
    if needs_rehash(account.password_hash):
        account.password_hash = hash_password(password)
    record(work, AccessAction.PASSWORD_ACCEPTED, account_id=account.id)
    return account


def count_try(work: Work, digest: bytes) -> None:
    """Count a try of what the digest stands for, before it is looked at; raise TooManyTries while it waits."""
    row = _locked(work, digest)
    if row.since <= work.now - FORGOTTEN_AFTER:
        row.failures, row.since = 0, work.now
    if row.blocked_until is not None and row.blocked_until > work.now:
        raise TooManyTries(row.blocked_until, work.now)
    row.failures += 1
    row.blocked_until = work.now + _wait_after(row.failures)


def forget_tries(work: Work, digest: bytes) -> None:
    """Begin to count anew after a success."""
    work.session.execute(delete(Throttle).where(Throttle.digest == digest))


def is_right(attempt: Attempt, password: str) -> bool:
    """Check the password, in the same time whether the name exists or not; call it outside of any transaction."""
    return verify_password(attempt.password_hash, password)


def refuse(work: Work, username: str) -> None:
    """Leave a row for a try that was turned away unseen."""
    account = find_account(work.session, username)
    record(work, AccessAction.SIGN_IN_FAILED, account_id=account.id if account else None, data={"throttled": True})


def new_device(holder: Secrets, username: str) -> str:
    """Return the mark of a device on which this name has signed in; it opens nothing, it is only counted apart."""
    token = secrets.token_hex(DEVICE_TOKEN_BYTES)
    return f"{token}.{_device_mac(holder, username, token)}"


def is_known_device(holder: Secrets, username: str, device: str | None) -> bool:
    """Whether the mark was made here, for this name."""
    token, _, mac = (device or "").partition(".")
    return bool(token) and hmac.compare_digest(mac.encode(), _device_mac(holder, username, token).encode())


def throttle_digest(holder: Secrets, what: str, username: str, device: str | None) -> bytes:
    """Return what tries of a kind are counted under, for a name and, where it is known, a device."""
    counted = f"{what}|{username}"
    if is_known_device(holder, username, device):
        counted += f"|{(device or '').partition('.')[0]}"
    return hmac.digest(holder.throttle_key(), counted.encode(), "sha256")


def forget_old_tries(session: Session, now: datetime) -> None:
    """Remove counts that no longer matter."""
    session.execute(delete(Throttle).where(Throttle.blocked_until < now - FORGOTTEN_AFTER))


def _wait_after(failures: int) -> timedelta:
    """Return how long a name waits after so many failures in a day: nothing, then 30 s, 1, 2, 4, 8, 15 minutes."""
    if failures < FREE_FAILURES:
        return timedelta()
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _locked(work: Work, digest: bytes) -> Throttle:
    forget_old_tries(work.session, work.now)
    insert = sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = insert(Throttle).values(digest=digest, failures=0, since=work.now, blocked_until=None)
    work.session.execute(fresh.on_conflict_do_nothing())
    return work.session.scalars(select(Throttle).where(Throttle.digest == digest).with_for_update()).one()


def _device_mac(holder: Secrets, username: str, token: str) -> str:
    return hmac.digest(holder.throttle_key(), f"device|{username}|{token}".encode(), "sha256").hex()
