"""The keys of the forum, kept in one file outside the database, and the sub-keys derived from them."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forum.adapters.clock import Clock, now
from forum.adapters.durable import sync_directory
from forum.domain.errors import DomainError

KEY_BYTES = 32
FORMAT_VERSION = 1


class Purpose(StrEnum):
    """What a key is for; a key never serves two purposes."""

    KEK = "kek"
    IDENTITY = "identity"
    NOTICE = "notice"
    INDEX = "index"
    RECEIPT = "receipt"
    CHAIN = "chain"
    SESSION_TOKEN = "session-token"  # noqa: S105 - the name of a purpose, not a secret
    THROTTLE = "throttle"


class KeyState(StrEnum):
    """What is done with a key at present."""

    STAGED = "staged"
    """It opens what others seal with it already, and seals nothing yet."""
    SEALING = "sealing"
    OPENING = "opening"
    """It was replaced: it still opens what it sealed."""


class KeyringFault(DomainError):
    """The keyring cannot be used as it is; the message tells the operator why."""

    message = "The keyring cannot be used."


class KeyUnknown(KeyringFault):
    """Something was sealed under a key that this keyring does not hold."""

    message = "The keyring does not hold this key."


@dataclass(frozen=True, slots=True)
class Key:
    """One secret; an inactive key still opens what it sealed, but seals nothing new.

    `replaced_at` is when another took its place; a key that waits to be used has none.
    """

    id: str
    purpose: Purpose
    secret: bytes = field(repr=False)
    created_at: datetime
    is_active: bool = True
    replaced_at: datetime | None = None

    @classmethod
    def fresh(cls, purpose: Purpose, now: datetime) -> Self:
        return cls(f"{purpose}-{secrets.token_hex(4)}", purpose, secrets.token_bytes(KEY_BYTES), now)


class Keyring:
    """Several keys for each purpose, so that each can be replaced while the old ones still open."""

    def __init__(self, keys: Iterable[Key], *, look_again: Callable[[str], Key | None] = lambda _id: None) -> None:
        """Raise KeyringFault when an id occurs twice or a purpose has no active key.

        `look_again` is asked for a key that is not here: the file may have got it a moment ago.
        """
        self._look_again = look_again
        self._keys = tuple(sorted(keys, key=lambda key: (key.created_at, key.id)))
        self._by_id = {key.id: key for key in self._keys}
        if len(self._by_id) != len(self._keys):
            raise KeyringFault("The keyring holds two keys with the same id.")
        self._current: dict[Purpose, Key] = {key.purpose: key for key in self._keys if key.is_active}
        for purpose in Purpose:
            if purpose not in self._current:
                raise KeyringFault("The keyring has no active key for %(purpose)s.", purpose=purpose.value)
        self._derived: dict[tuple[str, bytes], bytes] = {}

    @classmethod
    def fresh(cls, now: datetime) -> Self:
        """Make a keyring in memory with one new key for each purpose."""
        return cls(Key.fresh(purpose, now) for purpose in Purpose)

    @classmethod
    def create(cls, path: Path, *, clock: Clock = now) -> Self:
        """Make a new keyring file; raise KeyringFault when there is one already, since its keys would be lost."""
        keyring = cls.fresh(clock())
        staged = _write_beside(path, keyring)
        try:
            # A link fails where a rename would overwrite: of two processes that start at once, one wins whole.
            os.link(staged, path)
        except FileExistsError as error:
            raise KeyringFault("There is a keyring already at %(path)s; it is kept.", path=path) from error
        finally:
            staged.unlink()
        sync_directory(path.parent)
        return keyring

    @classmethod
    def load(cls, path: Path, *, look_again: Callable[[str], Key | None] = lambda _id: None) -> Self:
        """Read a keyring file; raise KeyringFault when it is missing, readable by others, or damaged."""
        try:
            with path.open("rb") as file:
                _refuse_exposed(os.fstat(file.fileno()).st_mode, path)
                content = file.read()
        except OSError as error:
            reason = error.strerror or "unknown"
            message = "The keyring at %(path)s cannot be read: %(reason)s."
            raise KeyringFault(message, path=path, reason=reason) from error
        try:
            document = json.loads(content)
            if document["version"] != FORMAT_VERSION:
                raise KeyringFault("The keyring has an unknown version: %(version)s.", version=document["version"])
            return cls([_key_from_entry(entry) for entry in document["keys"]], look_again=look_again)
        except (ValueError, KeyError, TypeError) as error:
            # The cause is cut off: its text could quote a part of a secret into a log.
            fault = type(error).__name__
            raise KeyringFault("The keyring at %(path)s is damaged: %(fault)s.", path=path, fault=fault) from None

    def save(self, path: Path) -> None:
        """Replace the file by this keyring, whole or not at all; its owner stays, so that the server still reads it."""
        staged = _write_beside(path, self)
        try:
            if path.exists():
                before = path.stat()
                os.chown(staged, before.st_uid, before.st_gid)
            staged.replace(path)
        except OSError as error:
            staged.unlink()
            reason = error.strerror or "unknown"
            message = "The keyring at %(path)s cannot be replaced: %(reason)s."
            raise KeyringFault(message, path=path, reason=reason) from error
        sync_directory(path.parent)

    def current(self, purpose: Purpose | str) -> Key:
        """Return the newest active key, the one to seal with."""
        return self._current[Purpose(purpose)]

    def by_id(self, key_id: str) -> Key:
        """Return the key, active or not; raise KeyUnknown."""
        key = self._by_id.get(key_id) or self._look_again(key_id)
        if key is None:
            raise KeyUnknown
        return key

    def all(self, purpose: Purpose | str) -> tuple[Key, ...]:
        """Return the keys of a purpose, active or not, oldest first."""
        return tuple(key for key in self._keys if key.purpose == purpose)

    def state(self, key: Key) -> KeyState:
        """Return what is done with a key of this keyring."""
        current = self._current[key.purpose]
        if key == current:
            return KeyState.SEALING
        is_new = not key.is_active and key.replaced_at is None and self._keys.index(key) > self._keys.index(current)
        return KeyState.STAGED if is_new else KeyState.OPENING

    def __iter__(self) -> Iterator[Key]:
        """Yield every key, those of a purpose together, oldest first."""
        return (key for purpose in Purpose for key in self.all(purpose))

    def derive(self, key: Key, info: bytes) -> bytes:
        """Return the 32-byte sub-key for a scope, such as `b"index|14"` (HKDF-SHA256, RFC 5869)."""
        slot = (key.id, info)
        if slot not in self._derived:
            hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info)
            self._derived[slot] = hkdf.derive(key.secret)
        return self._derived[slot]


def _write_beside(path: Path, keyring: Keyring) -> Path:
    entries = [_entry_from_key(key) for key in keyring]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".keyring-", dir=path.parent)  # mkstemp makes it 0600
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump({"version": FORMAT_VERSION, "keys": entries}, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _refuse_exposed(mode: int, path: Path) -> None:
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = "The keyring at %(path)s is open to other users of this machine: set its mode to 0600."
        raise KeyringFault(message, path=path)


def _entry_from_key(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "purpose": key.purpose.value,
        "secret": base64.b64encode(key.secret).decode("ascii"),
        "created_at": key.created_at.isoformat(),
        "is_active": key.is_active,
        "replaced_at": key.replaced_at.isoformat() if key.replaced_at else None,
    }


def _key_from_entry(entry: dict[str, Any]) -> Key:
    secret = base64.b64decode(entry["secret"], validate=True)
    created_at = datetime.fromisoformat(entry["created_at"])
    spelled = entry.get("replaced_at")  # absent in files from before keys were replaced
    replaced_at = datetime.fromisoformat(spelled) if spelled else None
    is_dated = created_at.tzinfo is not None and (replaced_at is None or replaced_at.tzinfo is not None)
    if len(secret) != KEY_BYTES or not is_dated or not isinstance(entry["is_active"], bool):
        raise ValueError(entry["id"])
    return Key(entry["id"], Purpose(entry["purpose"]), secret, created_at, entry["is_active"], replaced_at)
