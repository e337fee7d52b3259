"""One-time codes of an app (TOTP, RFC 6238): six digits, a new code every half minute."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
STEPS_ASIDE = 1
"""A clock may be wrong by so many steps either way (RFC 6238, 5.2)."""


def new_secret() -> str:
    """Return a secret of 160 bits, spelled as apps want it."""
    return pyotp.random_base32()


def address_of(secret: str, *, account: str, issuer: str) -> str:
    """Return the address that an app reads from a QR picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, *, after: int | None) -> int | None:
    """Return the time step of a code, None for a wrong one; steps up to `after` have been used."""
    for step in open_steps(now, after=after):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def open_steps(now: datetime, *, after: int | None) -> list[int]:
    """Return the time steps whose codes are good now, the present one first."""
    present = int(now.timestamp()) // STEP_SECONDS
    steps = [present, *(present + aside for n in range(1, STEPS_ASIDE + 1) for aside in (-n, n))]
    return [step for step in steps if after is None or step > after]


def code_at(secret: str, step: int) -> str:
    """Return the code of a time step."""
    return pyotp.HOTP(secret).at(step)
