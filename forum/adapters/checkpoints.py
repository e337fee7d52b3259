"""Checkpoints: how long each record was and how it ended, signed, one small file a day outside the database.

A file is one line of JSON and one line with the public key and the Ed25519 signature over the first. Each names the
digest of the file before it, so that none can be taken out, and lists only the records that have grown since.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from forum.adapters.durable import sync_directory
from forum.domain.errors import DomainError
from forum.domain.working_time import day_of

SUFFIX = ".checkpoint"
FORMAT = 1
MODE = 0o640
_CONTEXT = b"forum checkpoint\n"
"""Stands before what is signed, so that no signature of ours for something else can pass for one of these."""


class CheckpointFault(DomainError):
    """A checkpoint or its key cannot be used as it is; the message tells the operator why."""

    message = "The checkpoints cannot be used."


@dataclass(frozen=True, slots=True)
class Head:
    """How many rows a record has, and the code of its last one."""

    length: int
    mac: bytes


Heads = Mapping[str, Mapping[str, Head]]
"""The records of each chain by their owner: tips by number, accesses by account, one of the settings."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What stood at an instant: the records that have grown since the checkpoint before, all of them in a first one."""

    number: int
    at: datetime
    heads: Heads
    before: str = ""
    """The digest of the checkpoint before; empty in the first."""
    begins_anew: str = ""
    """Why the records need not fit earlier checkpoints, such as a restored backup; nearly always empty."""
    digest: str = field(default="", compare=False)
    """The digest of its own file; empty until it is written."""

    @property
    def day(self) -> date:
        """The day in Viet Nam."""
        return day_of(self.at)


class SigningKey:
    """The key that signs, in a file of its own: the keyring is copied for its keepers, this never needs to be."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new key in a file that this user alone can read; raise CheckpointFault when there is one."""
        private = Ed25519PrivateKey.generate()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise CheckpointFault("There is a key already at %(path)s; it is kept.", path=path) from error
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(private.private_bytes_raw().hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        sync_directory(path.parent)
        return cls(private)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key; raise CheckpointFault when it is missing, readable by others, or damaged."""
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                content = file.read(1024)
        except OSError as error:
            reason = error.strerror or "unknown"
            raise CheckpointFault(
                "The key of checkpoints at %(path)s cannot be read: %(reason)s.", path=path, reason=reason
            ) from error
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CheckpointFault(
                "The key of checkpoints at %(path)s is open to others: set its mode to 0600.", path=path
            )
        try:
            return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content.decode("ascii").strip())))
        except ValueError:
            # The cause is cut off: its text could quote a part of the key into a log.
            raise CheckpointFault("The key of checkpoints at %(path)s is damaged.", path=path) from None

    @property
    def public(self) -> str:
        """The public key, as `read_folder` is given it."""
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, content: bytes) -> str:
        """Return the signature."""
        return self._private.sign(_CONTEXT + content).hex()


def read_folder(path: Path, trusted: Collection[str]) -> tuple[list[Checkpoint], list[CheckpointFault]]:
    """Return the checkpoints signed by a trusted key, in order, and what is wrong with the folder.

    The first must be number 1, or one that begins anew; each further one must name the one before.
    """
    found: list[Checkpoint] = []
    faults: list[CheckpointFault] = []
    for name, content in _contents(path):
        try:
            checkpoint = _opened(name, content, trusted)
        except CheckpointFault as fault:
            faults.append(fault)
            continue
        faults += _misplaced(name, checkpoint, found[-1] if found else None)
        found.append(checkpoint)
    return found, faults


def next_after(last: Checkpoint | None, *, at: datetime, heads: Heads, begins_anew: str = "") -> Checkpoint:
    """Return the checkpoint that follows."""
    return Checkpoint((last.number if last else 0) + 1, at, heads, last.digest if last else "", begins_anew)


def append(path: Path, checkpoint: Checkpoint, key: SigningKey) -> str:
    """Write a checkpoint whole or not at all and return its digest; raise CheckpointFault when its number is taken."""
    body = _spell(checkpoint)
    content = body + f"{key.public} {key.sign(body)}\n".encode("ascii")
    target = path / f"{checkpoint.number:08d}{SUFFIX}"
    descriptor, staged = tempfile.mkstemp(prefix=".staged-", dir=path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), MODE)
        os.link(staged, target)  # fails where a rename would overwrite: of two workers, one wins whole
    except FileExistsError as error:
        raise CheckpointFault("Checkpoint %(number)s has been written already.", number=checkpoint.number) from error
    finally:
        Path(staged).unlink()
    sync_directory(path)
    return _digest(content)


def _contents(path: Path) -> Iterable[tuple[str, bytes]]:
    try:
        for file in sorted(path.glob(f"*{SUFFIX}")):
            yield file.name, file.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown"
        raise CheckpointFault(
            "The checkpoints in %(path)s cannot be read: %(reason)s.", path=path, reason=reason
        ) from error


def _opened(name: str, content: bytes, trusted: Collection[str]) -> Checkpoint:
    body, _, last = content.removesuffix(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        public, signature = last.decode("ascii").split(" ")
        if public not in trusted:
            raise CheckpointFault("Checkpoint %(name)s is signed with an unknown key.", name=name)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), _CONTEXT + body)
    except (ValueError, InvalidSignature) as error:
        raise CheckpointFault("Checkpoint %(name)s has been changed: its signature does not fit.", name=name) from error
    return _read(json.loads(body), _digest(content))


def _misplaced(name: str, checkpoint: Checkpoint, last: Checkpoint | None) -> Iterable[CheckpointFault]:
    if name != f"{checkpoint.number:08d}{SUFFIX}":
        yield CheckpointFault("Checkpoint %(name)s bears another number.", name=name)
    elif last is None and checkpoint.number != 1 and not checkpoint.begins_anew:
        yield CheckpointFault("The checkpoints before %(name)s are missing.", name=name)
    elif last is not None and (checkpoint.number != last.number + 1 or checkpoint.before != last.digest):
        yield CheckpointFault("Checkpoint %(name)s does not follow the one before: some are missing.", name=name)


def _spell(checkpoint: Checkpoint) -> bytes:
    document = {
        "format": FORMAT,
        "number": checkpoint.number,
        "day": checkpoint.day.isoformat(),
        "at": checkpoint.at.isoformat(),
        "before": checkpoint.before,
        "begins_anew": checkpoint.begins_anew,
        "heads": {
            chain: {owner: [head.length, head.mac.hex()] for owner, head in heads.items()}
            for chain, heads in checkpoint.heads.items()
        },
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _read(document: dict[str, Any], digest: str) -> Checkpoint:
    heads = {
        chain: {owner: Head(length, bytes.fromhex(mac)) for owner, (length, mac) in entries.items()}
        for chain, entries in document["heads"].items()
    }
    at = datetime.fromisoformat(document["at"])
    return Checkpoint(document["number"], at, heads, document["before"], document["begins_anew"], digest)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
