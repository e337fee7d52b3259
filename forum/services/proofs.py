"""Proving a second factor: tries are counted before anything is looked at, and nothing is good twice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import delete, select

from forum.adapters.passkeys import PasskeyRefused, RelyingParty, credential_of
from forum.domain.errors import DomainError
from forum.models import Passkey, RecoveryCode
from forum.models.access_log import AccessAction
from forum.services import factors, sessions
from forum.services.access_log import record
from forum.services.sign_in import count_try, forget_tries, throttle_digest
from forum.services.work import Work

APP_DIGITS = 6


class WrongProof(DomainError):
    """The code is wrong, has been used, or is over."""

    message = "This code is wrong or has been used. Please take the one that your app shows now."


@dataclass(frozen=True, slots=True)
class Prover:
    """Who proves, in which session."""

    account_id: int
    username: str
    session_id: int
    is_signed_in: bool
    """Whether this is the second time: before something that is worth asking again."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What was typed, or what a passkey has signed."""

    code: str = ""
    passkey: str = ""


def count_proof(work: Work, prover: Prover, *, device: str | None) -> bytes:
    """Count a try and return what it is counted under; raise TooManyTries while the account waits."""
    digest = throttle_digest(work.secrets, "second-factor", prover.username, device)
    count_try(work, digest)
    return digest


def refuse_proof(work: Work, prover: Prover) -> None:
    """Leave a row for a try that was turned away unseen."""
    record(work, AccessAction.SIGN_IN_FAILED, account_id=prover.account_id, data={"factor": "any", "throttled": True})


def settle_proof(work: Work, prover: Prover, offered: Offered, party: RelyingParty, *, digest: bytes) -> str | None:
    """Look at what was offered; return the new token of the session, or None, and write down which it was."""
    used = _used_passkey(work, prover, offered.passkey, party) if offered.passkey else _used_code(work, prover, offered)
    kind = "passkey" if offered.passkey else "code"
    if used is None:
        record(work, AccessAction.SIGN_IN_FAILED, account_id=prover.account_id, data={"factor": kind})
        return None
    token = sessions.prove(work, prover.account_id, prover.session_id)
    forget_tries(work, digest)
    action = AccessAction.CONFIRMED if prover.is_signed_in else AccessAction.SIGNED_IN
    record(work, action, account_id=prover.account_id, data={"factor": used})
    return token


def passkeys_of(work: Work, account_id: int) -> list[bytes]:
    """Return the ids of the passkeys of an account, the oldest first."""
    query = select(Passkey.credential_id).where(Passkey.account_id == account_id).order_by(Passkey.id)
    return list(work.session.scalars(query))


def _used_code(work: Work, prover: Prover, offered: Offered) -> str | None:
    digits = re.sub(r"[\s.-]", "", offered.code)
    if not re.fullmatch(r"[0-9]+", digits, re.ASCII):
        return None
    if len(digits) == APP_DIGITS:
        return "app" if factors.use_app_code(work, prover.account_id, digits) else None
    digest = factors.recovery_digest(work.secrets, prover.account_id, digits)
    gone = delete(RecoveryCode).where(RecoveryCode.digest == digest, RecoveryCode.account_id == prover.account_id)
    is_used = work.session.execute(gone.returning(RecoveryCode.digest)).first() is not None
    return "recovery-code" if is_used else None


def _used_passkey(work: Work, prover: Prover, answer: str, party: RelyingParty) -> str | None:
    """Return "passkey" for a right answer; its challenge is gone in any case."""
    challenge = sessions.take_challenge(work, prover.session_id)
    if challenge is None:
        return None
    try:
        credential_id = credential_of(answer)
        own = select(Passkey).where(Passkey.credential_id == credential_id, Passkey.account_id == prover.account_id)
        passkey = work.session.scalars(own.with_for_update()).first()
        if passkey is None:
            return None
        passkey.sign_count = party.verify(
            answer, challenge=challenge, public_key=passkey.public_key, sign_count=passkey.sign_count
        )
    except PasskeyRefused:
        return None
    passkey.used_at = work.now
    return "passkey"
