"""What computes the codes of stored rows, for verifying them; a row whose key does not fit gets none."""

from __future__ import annotations

from typing import Any

from forum.adapters.keyring import KeyUnknown, Purpose
from forum.adapters.secrets import Secrets
from forum.adapters.vault import SealBroken
from forum.services import access_log, setting_events
from forum.services.chains import MacOf


def access_mac_of(secrets: Secrets) -> MacOf:
    """Return what computes the code of an access; none fits where the words searched for do not open."""

    def mac_of(before: bytes, row: Any) -> bytes:
        if row.words_sealed is not None:
            where = access_log.words_where(row.chain, row.seq)
            secrets.vault.unseal_record(Purpose.KEK, row.words_sealed, where=where)
        return access_log.access_mac(secrets, before, row)

    return in_time(secrets, mac_of)


def setting_mac_of(secrets: Secrets) -> MacOf:
    """Return what computes the code of a change of settings."""

    def mac_of(before: bytes, row: Any) -> bytes:
        return setting_events.setting_mac(secrets, before, row)

    return in_time(secrets, mac_of)


def in_time(secrets: Secrets, mac_of: MacOf) -> MacOf:
    """Let no code fit a row whose key is unknown, or had been replaced when the row is said to be written."""

    def checked(before: bytes, row: Any) -> bytes:
        try:
            return mac_of(before, row) if secrets.is_chained_in_time(row.chain_key_id, row.at) else b""
        except (KeyUnknown, SealBroken):
            return b""

    return checked
