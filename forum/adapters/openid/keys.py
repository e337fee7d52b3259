"""The public keys of an issuer, asked for anew when a token names one that is not known; at most once a minute."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import base64_to_int

from forum.adapters.openid.faults import OpenIdFault

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384")
"""Signatures that only the issuer can make: none of "none", none with the secret that the forum has, too."""
MOST_KEYS = 20
FEWEST_RSA_BITS = 2048
ASKED_AGAIN = timedelta(minutes=1)
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


@dataclass(slots=True)
class IssuerKeys:
    """Keys by their id, as last asked for."""

    ask: Callable[[], dict[str, Any]]
    known: dict[str, RSAKey | ECKey] = field(default_factory=dict)
    asked_at: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def claims_of(self, token: str, now: datetime) -> dict[str, Any]:
        """Return what a token says if one of the keys has signed it; raise OpenIdFault."""
        try:
            return jwt.decode(token, lambda signed: self._key(signed.headers(), now), registry=_REGISTRY).claims
        except (JoseError, ValueError, TypeError, RecursionError) as fault:
            raise OpenIdFault("signature") from fault

    def _key(self, head: dict[str, Any], now: datetime) -> RSAKey | ECKey:
        kid = head.get("kid", "")
        if not isinstance(kid, str):
            raise OpenIdFault("key")
        if kid not in self.known:
            self._learn(now)
        if kid not in self.known:
            raise OpenIdFault("key")
        return self.known[kid]

    def _learn(self, now: datetime) -> None:
        with self._lock:
            if self.asked_at is not None and now - self.asked_at < ASKED_AGAIN:
                return
            self.asked_at = now
        said = self.ask().get("keys")
        found = [read for entry in (said if isinstance(said, list) else [])[:MOST_KEYS] if (read := _read(entry))]
        if found:
            self.known = dict(found)
            if len(found) == 1:
                self.known.setdefault("", found[0][1])  # a token need not name the only key there is


def _read(entry: object) -> tuple[str, RSAKey | ECKey] | None:
    """Return the id of a key and the key; None for what is no key to check signatures of the issuer with."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or not isinstance(entry.get("kid", ""), str):
        return None
    key: RSAKey | ECKey
    try:
        if entry.get("kty") == "RSA":
            if base64_to_int(entry["n"]).bit_length() < FEWEST_RSA_BITS:
                return None
            key = RSAKey.import_key(entry)
        else:
            key = ECKey.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return entry.get("kid", ""), key
