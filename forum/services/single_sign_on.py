"""Single sign-on: it stands for the password of an account that its owner has linked, and for nothing else.

No account is made by it, and none is found by a name or a mail address: the issuer's own name for a person counts,
together with the issuer.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import delete, select

from forum.adapters.openid.issuer import Known
from forum.adapters.secrets import Secrets
from forum.domain.errors import InvalidInput
from forum.models import Account, SignOn
from forum.models.access_log import AccessAction
from forum.services import factors
from forum.services.access_log import record
from forum.services.work import Work

BY = "single-sign-on"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An account whose owner has come by single sign-on; `is_proved` where that counts as the second factor, too."""

    account: Account
    is_proved: bool


def accept(work: Work, known: Known, *, trusted: frozenset[str]) -> Accepted | None:
    """Return the account that is linked to whoever signed on, None when there is none; either leaves a row.

    That the issuer has seen a second factor counts if it says so in a word that is `trusted`, and only for an account
    that has a factor here, too: it will be asked for one before what is worth it.
    """
    linked = select(Account).join(SignOn).where(SignOn.digest == _digest(work.secrets, known))
    account = work.session.scalars(linked).first()
    if account is None or not account.is_active:
        refuse(work, "not-linked" if account is None else "not-active", account.id if account else None)
        return None
    record(work, AccessAction.SIGN_ON_ACCEPTED, account_id=account.id)
    is_proved = bool(known.factors & trusted) and factors.has_factor(work.session, account.id)
    if is_proved:
        record(work, AccessAction.SIGNED_IN, account_id=account.id, data={"factor": BY})
    return Accepted(account, is_proved)


def refuse(work: Work, why: str, account_id: int | None = None) -> None:
    """Leave a row for a way that did not lead in; of whoever came, nothing is kept."""
    record(work, AccessAction.SIGN_IN_FAILED, account_id=account_id, data={"way": BY, "why": why})


def link(work: Work, account: Account, known: Known) -> None:
    """Link the account to whoever signed on, in place of any link before; raise InvalidInput for another's.

    The sessions of the account end.
    """
    digest = _digest(work.secrets, known)
    owner = work.session.scalar(select(SignOn.account_id).where(SignOn.digest == digest))
    if owner not in {None, account.id}:
        raise InvalidInput("This sign-on is linked to another account already.")
    work.session.execute(delete(SignOn).where(SignOn.account_id == account.id))
    work.session.add(SignOn(account_id=account.id, digest=digest, linked_at=work.now))
    _changed(work, account, "single-sign-on-linked")


def unlink(work: Work, account: Account) -> None:
    """Take the link away; raise InvalidInput when there is none. The sessions of the account end."""
    gone = delete(SignOn).where(SignOn.account_id == account.id).returning(SignOn.account_id)
    if work.session.execute(gone).first() is None:
        raise InvalidInput("No single sign-on is linked.")
    _changed(work, account, "single-sign-on-removed")


def _changed(work: Work, account: Account, what: str) -> None:
    account.session_version += 1
    record(work, AccessAction.FACTORS_CHANGED, account_id=account.id, data={"what": what})


def _digest(secrets: Secrets, known: Known) -> bytes:
    """Return what is stored of somebody; the issuer is part of it, so that another one cannot speak for its people."""
    return hmac.digest(secrets.sign_on_key(), f"{known.issuer}\n{known.subject}".encode(), "sha256")
