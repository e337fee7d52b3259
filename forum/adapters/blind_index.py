"""Keyed codes that let stored words be searched without being readable; what folds words lives in the domain."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from forum.adapters.keyring import Keyring, KeyringFault, Purpose

CODE_BYTES = 4
"""So long that among a million tips of a hundred words each hardly one is a false hit."""
PLAN = "each-tip"
"""Stored with the id of the key: how the codes are made, so that rows made in another way are found and made anew."""


class BlindIndex:
    """Turns folded terms into codes that differ from tip to tip, so that stored codes show no word twice.

    A term under the key of a scope is a probe; a probe and the id of a tip give the code of that term in that tip.
    Who holds the database sees how many terms a tip has, and nothing that two tips share. The price: a search tries
    its probes on tip after tip.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self.index_key_id = index_key_id(keyring.current(Purpose.INDEX).id)

    def probes(self, scope: str, terms: Iterable[str], *, index_key_id: str | None = None) -> list[bytes]:
        """Return what finds each term in every tip of a scope, a province's code or "cluster"; pairs come first.

        Probes are secret. Raise KeyringFault when the named index is not known here.
        """
        key = self._key(self.index_key_id if index_key_id is None else index_key_id, scope)
        return [_probe(key, term) for term in sorted(set(terms), key=lambda term: (" " not in term, term))]

    def codes(self, scope: str, tip_id: int, terms: Iterable[str], *, index_key_id: str | None = None) -> bytes:
        """Return the codes of a tip's folded terms in ascending order, so that their order tells nothing."""
        probes = self.probes(scope, terms, index_key_id=index_key_id)
        return b"".join(sorted({code_of(probe, tip_id) for probe in probes}))

    def _key(self, index_key_id: str, scope: str) -> bytes:
        key_id, _, plan = index_key_id.partition(".")
        if plan != PLAN:
            raise KeyringFault("This search index is not known here.")
        return self._keyring.derive(self._keyring.by_id(key_id), f"index|{scope}".encode())


def index_key_id(key_id: str) -> str:
    """Return the name of the index under a key of the keyring."""
    return f"{key_id}.{PLAN}"


def code_of(probe: bytes, tip_id: int) -> bytes:
    """Return the code of a probe in a tip; PostgreSQL works out the same (see `holds` of the models).

    Probe and id have fixed lengths and the code is cut, so that the bare hash is a pseudo-random function here.
    """
    return sha256(probe + tip_id.to_bytes(8, "big")).digest()[:CODE_BYTES]


def holds(codes: bytes, probe: bytes, tip_id: int) -> bool:
    """Tell whether the codes of a tip hold a probe; a false yes, also across two codes, goes after unsealing."""
    return code_of(probe, tip_id) in codes


def with_added(codes: bytes, added: bytes) -> bytes:
    """Return both lists of codes as one, in ascending order."""
    both = {part[at : at + CODE_BYTES] for part in (codes, added) for at in range(0, len(part), CODE_BYTES)}
    return b"".join(sorted(both))


# The words of a region repeat themselves: most terms of a tip were met shortly before.
@lru_cache(maxsize=32_768)
def _probe(key: bytes, term: str) -> bytes:
    return hmac.digest(key, term.encode(), "sha256")
