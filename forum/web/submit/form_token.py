"""The random token in a submission form: signed with its time, it makes a repeated sending the same tip."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from itsdangerous import BadSignature, Signer

from forum.domain.receipts import TOKEN_BYTES

LIFETIME = timedelta(hours=24)
SALT = "submission-form"
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class FormToken:
    """The bytes from which the receipt is derived, and when the form was given out."""

    token: bytes
    issued_at: datetime

    @classmethod
    def issue(cls, now: datetime) -> Self:
        """Make a new one."""
        return cls(secrets.token_bytes(TOKEN_BYTES), now.replace(microsecond=0))

    def is_fresh(self, now: datetime) -> bool:
        """Whether a form with this token may still bring a new tip."""
        return self.issued_at <= now < self.issued_at + LIFETIME

    def sign(self, secret_key: str) -> str:
        """Spell the token for the hidden field."""
        seconds = int(self.issued_at.timestamp()).to_bytes(_TIME_BYTES, "big")
        spelled = base64.urlsafe_b64encode(self.token + seconds)
        return _signer(secret_key).sign(spelled).decode("ascii")

    @classmethod
    def read(cls, spelled: str, secret_key: str) -> Self | None:
        """Return the token of a hidden field, however old; None unless this forum signed it."""
        try:
            raw = base64.urlsafe_b64decode(_signer(secret_key).unsign(spelled.encode("utf-8", "replace")))
        except (BadSignature, binascii.Error):
            return None
        seconds = int.from_bytes(raw[TOKEN_BYTES:], "big")
        return cls(raw[:TOKEN_BYTES], datetime.fromtimestamp(seconds, UTC))


def _signer(secret_key: str) -> Signer:
    return Signer(secret_key, salt=SALT, key_derivation="hmac", digest_method=hashlib.sha256)
