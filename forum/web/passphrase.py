"""Acting with an identity passphrase: tries are counted before it is looked at, and wrong ones are recorded."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TypeVar

from forum.adapters.custody import WrongPassphrase
from forum.domain.errors import InvalidInput
from forum.extensions import unit_of_work
from forum.models.access_log import AccessAction
from forum.services.access_log import record
from forum.services.sign_in import TooManyTries, count_try, forget_tries
from forum.services.work import Work
from forum.web.access import actor

Found = TypeVar("Found")


def with_passphrase(act: Callable[[Work], Found], *, field: str = "passphrase") -> Found:
    """Do what needs the passphrase; raise InvalidInput (for the field) when it is wrong, or was wrong too often.

    Only what succeeds takes a counted try back: nothing else proves that the passphrase was right.
    """
    account_id = actor().account_id
    try:
        with unit_of_work() as work:
            digest = hmac.digest(work.secrets.throttle_key(), f"identity|{account_id}".encode(), "sha256")
            count_try(work, digest)
    except TooManyTries as fault:
        raise InvalidInput(fault.message, field=field, **fault.params) from fault
    try:
        with unit_of_work() as work:
            found = act(work)
            forget_tries(work, digest)
    except WrongPassphrase as fault:
        with unit_of_work() as work:
            record(work, AccessAction.REFUSED, account_id=account_id, data={"passphrase": "wrong"})
        fault.field = field
        raise
    return found
