"""Everything that works with keys, opened once from one keyring."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Self

from forum.adapters.blind_index import BlindIndex
from forum.adapters.keyring import Key, Keyring, Purpose
from forum.adapters.vault import Vault


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keyring and what is built on it; `chain_keys` are derived for each chain."""

    keyring: Keyring
    vault: Vault
    index: BlindIndex

    @classmethod
    def open(cls, keyring: Keyring) -> Self:
        """Build the vault and the blind index on a keyring."""
        return cls(keyring, Vault(keyring), BlindIndex(keyring))

    def chain_key(self, chain: str) -> bytes:
        """Return the key that authenticates a chain: "tip-event", "access-log" or "setting-event".

        The oldest chain key of the keyring is used for good: a chain begun under it is verified under it.
        """
        return self.keyring.derive(self.keyring.all(Purpose.CHAIN)[0], f"chain|{chain}".encode())

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

    def throttle_key(self) -> bytes:
        """Return the key under which throttled names are hashed."""
        return self.keyring.current(Purpose.THROTTLE).secret
