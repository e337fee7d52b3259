"""Everything that works with keys, opened once from one keyring."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from forum.adapters.blind_index import BlindIndex
from forum.adapters.keyring import Key, Keyring, KeyUnknown, Purpose
from forum.adapters.vault import Vault

UNDER_WAY = timedelta(hours=1)
"""So long after a key was replaced, what had begun before may still seal with it; no request lasts so long."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keyring and what is built on it; the keys of chains are derived for each chain."""

    keyring: Keyring
    vault: Vault
    index: BlindIndex

    @classmethod
    def open(cls, keyring: Keyring) -> Self:
        """Build the vault and the blind index on a keyring."""
        return cls(keyring, Vault(keyring), BlindIndex(keyring))

    def chain_key(self, chain: str, key_id: str | None) -> bytes:
        """Return the key that authenticates rows of a chain: "tip-event", "access-log" or "setting-event".

        No id stands for the oldest chain key, under which rows were chained before a second one came. Raise KeyUnknown.
        """
        keyring = self.keyring
        key = keyring.all(Purpose.CHAIN)[0] if key_id is None else keyring.by_id(key_id)
        if key.purpose is not Purpose.CHAIN:
            raise KeyUnknown
        return keyring.derive(key, f"chain|{chain}".encode())

    @property
    def chain_key_id(self) -> str | None:
        """Return what a new row of any chain names as its key."""
        current = self.keyring.current(Purpose.CHAIN)
        return None if current == self.keyring.all(Purpose.CHAIN)[0] else current.id

    def is_chained_in_time(self, key_id: str | None, at: datetime) -> bool:
        """Whether a row of that time may be chained by this key: one that was replaced chains nothing later."""
        keyring = self.keyring
        key = keyring.all(Purpose.CHAIN)[0] if key_id is None else keyring.by_id(key_id)
        return key.replaced_at is None or at <= key.replaced_at + UNDER_WAY

    @property
    def receipt_keys(self) -> tuple[Key, ...]:
        """Return every receipt key, oldest first; none is retired while receipts live."""
        return self.keyring.all(Purpose.RECEIPT)

    def session_digest(self, token: str) -> bytes:
        """Return what is stored of the token of a session; a new key ends all sessions."""
        return hmac.digest(self.keyring.current(Purpose.SESSION_TOKEN).secret, token.encode(), "sha256")

    def recovery_code_key(self) -> bytes:
        """Return the key under which recovery codes are hashed: of the oldest chain key, which stays for good."""
        return self.keyring.derive(self.keyring.all(Purpose.CHAIN)[0], b"recovery-code")

    def sign_on_key(self) -> bytes:
        """Return the key under which names of a single sign-on are hashed: of the oldest chain key, as above."""
        return self.keyring.derive(self.keyring.all(Purpose.CHAIN)[0], b"single-sign-on")

    def throttle_key(self) -> bytes:
        """Return the key under which throttled names are hashed."""
        return self.keyring.current(Purpose.THROTTLE).secret
