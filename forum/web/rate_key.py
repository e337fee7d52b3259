"""Whom a limit counts: a keyed hash of the caller's network address, under a key that lives an hour, in memory only."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from flask import request

from forum.extensions import house


@dataclass(slots=True)
class HourlyKey:
    """A random key that is forgotten at the next full hour; counts begun under it are then without meaning.

    Each process has its own, so that limits count per process: generous anyway, as a whole village may share one
    address of its carrier.
    """

    hour: datetime | None = None
    key: bytes = field(default=b"", repr=False)

    def at(self, now: datetime) -> bytes:
        """Return the key of the hour."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self.hour:
            self.hour, self.key = hour, secrets.token_bytes(32)
        return self.key


_hourly = HourlyKey()


def rate_key() -> str:
    """Return what a limit counts under; no address can be computed from it once the hour is over."""
    return hmac.digest(_hourly.at(house().clock()), _network(_caller()).encode(), "sha256").hex()


def _caller() -> str:
    """Return the address of the caller as the trusted proxies tell it, the nearest's word last."""
    hops = house().config.trusted_proxies
    told = [part.strip() for part in ",".join(request.headers.getlist("X-Forwarded-For")).split(",") if part.strip()]
    return told[-hops] if 0 < hops <= len(told) else request.remote_addr or ""


def _network(address: str) -> str:
    """Return the address, for IPv6 its /64: one household has more addresses than could ever be counted."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - the name of the protocol
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
