"""Boxes that only a private key opens (X25519, libsodium's sealed boxes), and private keys locked under passphrases.

Nothing here touches the keyring: what is sealed to a custodian stays closed to whoever holds keyring and database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import struct
import unicodedata
from dataclasses import dataclass, field

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from forum.adapters.derivation import derivation
from forum.adapters.vault import SealBroken
from forum.domain.errors import InvalidInput, NotKept

VERSION = b"\x01"
SALT_BYTES = 16
NONCE_BYTES = 12
DIGEST_BYTES = 32
_COSTS = struct.Struct(">BHB")  # passes, MiB, lanes
CHECK_LETTERS = 4
GROUP = 4
MOST_MEBIBYTES = 1024
MISREAD = str.maketrans("018", "OIB")
"""Digits that the alphabet of recovery keys (RFC 4648, base32) has not, and the letters they are taken for."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Two halves of 32 bytes: whoever has the public one can seal, only the private one opens."""

    public: bytes
    private: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Costs:
    """What one guess at a passphrase costs (argon2id)."""

    passes: int
    mebibytes: int
    lanes: int


COSTS = Costs(passes=3, mebibytes=64, lanes=4)
"""The second recommended choice of RFC 9106, section 4."""


class WrongPassphrase(InvalidInput):
    """The passphrase does not open this key."""

    message = "The identity passphrase is wrong."


class WrongRecoveryKey(InvalidInput):
    """What was typed is no recovery key, or not the one of this forum."""

    message = "This is not the recovery key. Please compare it with the paper, letter by letter."


def new_pair() -> KeyPair:
    """Make a key pair."""
    private = PrivateKey.generate()
    return KeyPair(bytes(private.public_key), bytes(private))


def public_of(private: bytes) -> bytes:
    """Return the public half of a private key."""
    return bytes(PrivateKey(private).public_key)


def seal_to(public: bytes, plaintext: bytes, *, where: str) -> bytes:
    """Seal for the holder of the private half; the box opens at no other place than `where`."""
    try:
        return VERSION + SealedBox(PublicKey(public)).encrypt(_place(where) + plaintext)
    except Exception as error:  # as in the vault
        raise NotKept from error


def open_box(private: bytes, box: bytes, *, where: str) -> bytes:
    """Return what was sealed; raise SealBroken for another key, another place or a changed box."""
    if box[:1] != VERSION:
        raise SealBroken
    try:
        opened = SealedBox(PrivateKey(private)).decrypt(box[1:])
    except CryptoError as error:
        raise SealBroken from error
    if not hmac.compare_digest(opened[:DIGEST_BYTES], _place(where)):
        raise SealBroken
    return opened[DIGEST_BYTES:]


def lock(private: bytes, passphrase: str, *, where: str, costs: Costs = COSTS) -> bytes:
    """Encrypt a private key under a passphrase; salt and costs stand in the result."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    head = VERSION + _COSTS.pack(costs.passes, costs.mebibytes, costs.lanes) + salt
    cipher = AESGCM(_stretched(passphrase, salt, costs))
    return head + nonce + cipher.encrypt(nonce, private, head + where.encode())


def unlock(locked: bytes, passphrase: str, *, where: str) -> bytes:
    """Return the private key; raise WrongPassphrase, or SealBroken when what is stored cannot be such a key."""
    start = len(VERSION) + _COSTS.size
    head, rest = locked[: start + SALT_BYTES], locked[start + SALT_BYTES :]
    if locked[:1] != VERSION or len(rest) <= NONCE_BYTES:
        raise SealBroken
    costs = Costs(*_COSTS.unpack(head[len(VERSION) : start]))
    if not (costs.passes and costs.lanes and 0 < costs.mebibytes <= MOST_MEBIBYTES):
        raise SealBroken
    cipher = AESGCM(_stretched(passphrase, head[start:], costs))
    try:
        return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + where.encode())
    except InvalidTag as error:
        raise WrongPassphrase(field="passphrase") from error


def spell(private: bytes) -> str:
    """Return a private key as it is written on paper: groups of four letters, the last one a check."""
    return _grouped(_letters(private) + _check(private))


def read_spelled(text: str) -> bytes:
    """Return the private key that was typed from paper; raise WrongRecoveryKey for a slip."""
    typed = "".join(sign for sign in text.upper().translate(MISREAD) if sign.isalnum())
    letters = typed[:-CHECK_LETTERS]
    try:
        private = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError as error:
        raise WrongRecoveryKey(field="recovery") from error
    # Spelled again and compared, as the last letter of the key has bits to spare.
    if len(private) != PrivateKey.SIZE or not hmac.compare_digest(spell(private).encode(), _grouped(typed).encode()):
        raise WrongRecoveryKey(field="recovery")
    return private


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def _place(where: str) -> bytes:
    return hashlib.sha256(where.encode()).digest()


def _letters(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=")


def _check(private: bytes) -> str:
    return _letters(hashlib.sha256(b"recovery|" + private).digest())[:CHECK_LETTERS]


def _stretched(passphrase: str, salt: bytes, costs: Costs) -> bytes:
    """Derive a key; letters composed or not give the same one (RFC 8265, NFC)."""
    spelled = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    with derivation():
        return hash_secret_raw(
            spelled,
            salt,
            time_cost=costs.passes,
            memory_cost=costs.mebibytes * 1024,
            parallelism=costs.lanes,
            hash_len=32,
            type=Type.ID,
        )
