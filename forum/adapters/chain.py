"""Links of the authenticated chains: each code covers the code before it and every stored part of the row."""

from __future__ import annotations

import hmac

GENESIS = bytes(32)
"""What stands before the first link of every chain."""


def link(key: bytes, before: bytes, *parts: str | bytes | int | None) -> bytes:
    """Return the 32-byte code of a row; parts are length-prefixed and typed, so no two rows spell the same."""
    mac = hmac.new(key, before, "sha256")
    for part in parts:
        if part is None:
            mac.update(b"n")
            continue
        tag, raw = _spell(part)
        mac.update(tag + len(raw).to_bytes(4, "big") + raw)
    return mac.digest()


def named(key_id: str | None) -> tuple[str, ...]:
    """Return what a row adds to its code that names its key; rows from before there were several add nothing."""
    return () if key_id is None else (key_id,)


def _spell(part: str | bytes | int) -> tuple[bytes, bytes]:
    if isinstance(part, bytes):
        return b"b", part
    if isinstance(part, int):
        return b"i", str(part).encode()
    return b"s", part.encode()
