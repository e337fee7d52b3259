"""Sealing and unsealing of texts and records with AES-256-GCM; fails closed, and knows nothing of tables."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forum.adapters.keyring import KEY_BYTES, Keyring, KeyUnknown, Purpose
from forum.domain.errors import DomainError, NotKept

# Version byte, 96-bit nonce, ciphertext, 128-bit tag.
VERSION = b"\x01"
# A record whose head may be replaced: chains cover what stays. Those of the first version are chained whole.
RECORD_VERSION = b"\x02"
NONCE_BYTES = 12
TAG_BYTES = 16
RECORD_HEAD_BYTES = 2  # version byte, length of the key's id
OVERHEAD = len(VERSION) + NONCE_BYTES + TAG_BYTES
WRAPPED_BYTES = KEY_BYTES + OVERHEAD

CLUSTER_SCOPE = "cluster"


class SealBroken(DomainError):
    """What is stored was not sealed here, for this row and column, under a key at hand; nothing of it is shown."""

    message = "This cannot be opened: its seal is broken."


@dataclass(frozen=True, slots=True)
class TipKey:
    """The key of one tip: `key` lives in memory only; `wrapped` and `kek_id` are stored with the tip."""

    key: bytes = field(repr=False)
    wrapped: bytes
    kek_id: str


class Vault:
    """Seals texts under the random key of their tip, and records that have no tip under a key of their own.

    `where` names the row and column, such as "tip/4711ab/body", with the random uid of the row: a sealed
    value that is moved elsewhere does not open. Nonces are random; a tip's key seals far fewer than the
    2**32 values for which they are safe (NIST SP 800-38D, 8.3).
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._wrappers: dict[tuple[str, str], AESGCM] = {}

    def new_tip_key(self, *, ref: str) -> TipKey:
        """Make the key of a new tip; `ref` is the random uid of its row."""
        return self.wrap_tip_key(secrets.token_bytes(KEY_BYTES), ref=ref)

    def wrap_tip_key(self, key: bytes, *, ref: str) -> TipKey:
        """Wrap a tip's key under the current key-encryption key, as at its birth or after a rotation."""
        kek = self._keyring.current(Purpose.KEK)
        return TipKey(key, _encrypt(self._wrapper(kek.id, "tip-key"), key, f"tip-key/{ref}"), kek.id)

    def open_tip_key(self, wrapped: bytes, kek_id: str, *, ref: str) -> bytes:
        """Return the key of a tip; raise SealBroken."""
        return _decrypt(self._wrapper(kek_id, "tip-key"), wrapped, f"tip-key/{ref}")

    def seal(self, key: bytes, plaintext: str | bytes, *, where: str) -> bytes:
        """Return the sealed value, 29 bytes longer than the plaintext in UTF-8."""
        return _encrypt(AESGCM(key), _as_bytes(plaintext), where)

    def unseal(self, key: bytes, blob: bytes, *, where: str) -> bytes:
        """Return what was sealed; raise SealBroken."""
        return _decrypt(AESGCM(key), blob, where)

    def unseal_text(self, key: bytes, blob: bytes, *, where: str) -> str:
        """Return the text that was sealed; raise SealBroken."""
        return self.unseal(key, blob, where=where).decode()

    def seal_record(
        self, purpose: Purpose | str, plaintext: str | bytes, *, where: str, scope: str = CLUSTER_SCOPE
    ) -> bytes:
        """Seal a value that belongs to no tip under a random key, wrapped for the purpose and scope.

        The scope is a province's code where only its custodians may open the record. The blob carries the id of
        the wrapping key; a rotation replaces the head of the blob and leaves the rest.
        """
        master = self._keyring.current(purpose)
        key = secrets.token_bytes(KEY_BYTES)
        wrapped = _encrypt(self._wrapper(master.id, f"record|{scope}"), key, f"record-key/{where}")
        return record_head(master.id) + wrapped + _encrypt(AESGCM(key), _as_bytes(plaintext), where)

    def unseal_record(self, purpose: Purpose | str, blob: bytes, *, where: str, scope: str = CLUSTER_SCOPE) -> bytes:
        """Return what was sealed as a record; raise SealBroken, also for a record of another purpose or scope."""
        key, body = self._open_record(purpose, blob, where=where, scope=scope)
        return _decrypt(AESGCM(key), body, where)

    def rewrap_record(self, purpose: Purpose | str, blob: bytes, *, where: str, scope: str = CLUSTER_SCOPE) -> bytes:
        """Return the record under the current key of its purpose; its body stays as it is. Raise SealBroken."""
        key, body = self._open_record(purpose, blob, where=where, scope=scope)
        master = self._keyring.current(purpose)
        wrapped = _encrypt(self._wrapper(master.id, f"record|{scope}"), key, f"record-key/{where}")
        return record_head(master.id) + wrapped + body

    def _open_record(self, purpose: Purpose | str, blob: bytes, *, where: str, scope: str) -> tuple[bytes, bytes]:
        """Return the key of a record, and its body; a body that was not sealed under the key is not noticed here."""
        key_id, wrapped, body = _split_record(blob)
        wrapper = self._wrapper(key_id, f"record|{scope}")
        if self._keyring.by_id(key_id).purpose != purpose:
            raise SealBroken
        return _decrypt(wrapper, wrapped, f"record-key/{where}"), body

    def _wrapper(self, key_id: str, info: str) -> AESGCM:
        slot = (key_id, info)
        if slot not in self._wrappers:
            try:
                key = self._keyring.by_id(key_id)
            except KeyUnknown as error:
                raise SealBroken from error
            self._wrappers[slot] = AESGCM(self._keyring.derive(key, info.encode()))
        return self._wrappers[slot]


def lasting_part(blob: bytes | None) -> bytes | None:
    """Return what a chain covers of a sealed record: all that no change of keys replaces. Anything else comes whole."""
    if blob is None or blob[:1] != RECORD_VERSION:
        return blob
    try:
        return RECORD_VERSION + _split_record(blob)[2]
    except SealBroken:
        return blob


def record_head(key_id: str) -> bytes:
    """Return the bytes with which every record begins whose key is wrapped by this one."""
    return RECORD_VERSION + bytes([len(key_id)]) + key_id.encode("ascii")


def _split_record(blob: bytes) -> tuple[str, bytes, bytes]:
    """Return the id of the key that wraps a record's key, the wrapped key, and the body."""
    if len(blob) < RECORD_HEAD_BYTES or blob[:1] not in {VERSION, RECORD_VERSION}:
        raise SealBroken
    head = RECORD_HEAD_BYTES + blob[1]
    body = head + WRAPPED_BYTES
    return blob[RECORD_HEAD_BYTES:head].decode("ascii", "replace"), blob[head:body], blob[body:]


def _as_bytes(plaintext: str | bytes) -> bytes:
    return plaintext.encode() if isinstance(plaintext, str) else plaintext


def _encrypt(cipher: AESGCM, plaintext: bytes, where: str) -> bytes:
    try:
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + cipher.encrypt(nonce, plaintext, VERSION + where.encode())
    except Exception as error:  # whatever it was: what cannot be sealed is not kept
        raise NotKept from error


def _decrypt(cipher: AESGCM, blob: bytes, where: str) -> bytes:
    if len(blob) < OVERHEAD or blob[:1] != VERSION:
        raise SealBroken
    nonce = blob[1 : 1 + NONCE_BYTES]
    try:
        return cipher.decrypt(nonce, blob[1 + NONCE_BYTES :], VERSION + where.encode())
    except InvalidTag as error:
        raise SealBroken from error
