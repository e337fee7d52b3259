"""Changes of the keyring file: adding a key, letting it seal, taking one away; each whole or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from forum.adapters.keyring import Key, Keyring, KeyringFault, KeyState, Purpose


def stage(path: Path, purpose: Purpose, now: datetime) -> Key:
    """Add a key that opens but does not seal yet, or return the one that waits already."""
    with _alone(path):
        keyring = Keyring.load(path)
        waiting = staged(keyring, purpose)
        if waiting is not None:
            return waiting
        # Order decides over which key is the newest, whatever the clock did meanwhile.
        born = max(now, keyring.all(purpose)[-1].created_at + timedelta(microseconds=1))
        key = replace(Key.fresh(purpose, born), is_active=False)
        Keyring([*keyring, key]).save(path)
    return key


def activate(path: Path, purpose: Purpose, now: datetime) -> Key:
    """Let the staged key seal from now on; raise KeyringFault when none waits."""
    with _alone(path):
        keyring = Keyring.load(path)
        waiting = staged(keyring, purpose)
        if waiting is None:
            raise KeyringFault("No key waits to be used for %(purpose)s.", purpose=purpose.value)
        sealing = replace(waiting, is_active=True)
        others = [_replaced(key, now) if key.purpose is purpose else key for key in keyring if key.id != waiting.id]
        Keyring([*others, sealing]).save(path)
    return sealing


def remove(path: Path, key_id: str) -> None:
    """Take a key away for good; raise KeyringFault when it is the one that seals, KeyUnknown when there is none."""
    with _alone(path):
        keyring = Keyring.load(path)
        if keyring.state(keyring.by_id(key_id)) is KeyState.SEALING:
            raise KeyringFault("A key that seals cannot be taken away: rotate it first.")
        Keyring([key for key in keyring if key.id != key_id]).save(path)


def staged(keyring: Keyring, purpose: Purpose) -> Key | None:
    """Return the key of a purpose that waits to be used, if any."""
    waiting = [key for key in keyring.all(purpose) if keyring.state(key) is KeyState.STAGED]
    return waiting[-1] if waiting else None


def _replaced(key: Key, now: datetime) -> Key:
    return replace(key, is_active=False, replaced_at=key.replaced_at or now)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time change the file: of two that read it at once, one key would be lost.

    The folder is locked, since the file itself is another one after each change.
    """
    try:
        descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        reason = error.strerror or "unknown"
        raise KeyringFault("The keyring at %(path)s cannot be read: %(reason)s.", path=path, reason=reason) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
