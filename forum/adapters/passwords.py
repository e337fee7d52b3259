"""Passwords hashed with argon2id; a name that does not exist costs the same time as one that does."""

from __future__ import annotations

import functools
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from forum.adapters.derivation import derivation

# The second choice of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash, with its own salt and costs, to be stored."""
    with derivation():
        return _HASHER.hash(_normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Say whether the password fits; pass None for an unknown name, which is refused after the same work."""
    decoy = _decoy()
    try:
        with derivation():
            _HASHER.verify(stored or decoy, _normal(password))
    except VerifyMismatchError:
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Say whether a hash was made with other costs than today's; hash anew at the next good sign-in."""
    return _HASHER.check_needs_rehash(stored)


@functools.cache
def _decoy() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def _normal(password: str) -> bytes:
    """Vietnamese keyboards compose letters or do not; the same word must give the same bytes (RFC 8265, NFC)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
