"""The erasure list: a file apart from the database that remembers, sealed, which tips no backup may bring back."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from forum.adapters.durable import sync_directory
from forum.adapters.live_secrets import LiveSecrets
from forum.adapters.secrets import Secrets
from forum.adapters.vault import SealBroken
from forum.domain.errors import DomainError

PURPOSE = "erasure-list"
LONGEST_LINE = 4096


class ListBroken(DomainError):
    """The erasure list is missing, or is not what was written."""

    message = "The erasure list at %(path)s cannot be used: %(reason)s."


@dataclass(frozen=True, slots=True)
class ErasureList:
    """Lines of a number and a sealed entry, appended durably, one writer at a time on all machines that share the file.

    They are sealed under a key that stays for good, so that no rotation of keys makes the list unreadable.
    """

    path: Path
    keys: LiveSecrets

    def last_seq(self) -> int:
        """Return the number of the last entry, 0 where there is no list yet."""
        try:
            with self.path.open("rb") as file:
                return self._last(file)
        except FileNotFoundError:
            return 0

    def append(self, entries: Sequence[tuple[int, bytes]]) -> int:
        """Add the entries that are not there yet, in order of their numbers; return how many, once they are durable."""
        with self._locked() as file:
            last = self._last(file)
            fresh = [(seq, entry) for seq, entry in entries if seq > last]
            if fresh and fresh[0][0] != last + 1:
                raise self._broken(f"entry {last + 1} is missing")
            self._drop_torn(file)
            file.write(b"".join(self._spell(seq, entry) for seq, entry in fresh))
            file.flush()
            os.fsync(file.fileno())
        sync_directory(self.path.parent)
        return len(fresh)

    def entries(self, *, after: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield the entries with greater numbers; raise ListBroken for a gap, a changed line or a missing list."""
        expected = 1
        try:
            with self.path.open("rb") as file:
                for line in file:
                    if not line.endswith(b"\n"):
                        return  # torn by a crash; the next writer writes it again
                    seq, entry = self._read(line)
                    if seq != expected:
                        raise self._broken(f"entry {expected} is missing")
                    if seq > after:
                        yield seq, entry
                    expected += 1
        except FileNotFoundError as error:
            raise self._broken("it is not there") from error

    def _spell(self, seq: int, entry: bytes) -> bytes:
        sealed = self._secrets.vault.seal(self._key, entry, where=f"{PURPOSE}/{seq}")
        return b"%d %s\n" % (seq, base64.b64encode(sealed))

    def _read(self, line: bytes) -> tuple[int, bytes]:
        number, _, spelled = line.strip().partition(b" ")
        try:
            seq = int(number)
            sealed = base64.b64decode(spelled, validate=True)
            return seq, self._secrets.vault.unseal(self._key, sealed, where=f"{PURPOSE}/{seq}")
        except (ValueError, binascii.Error, SealBroken) as error:
            raise self._broken("a line of it has been changed, or was sealed by another forum") from error

    def _last(self, file: BinaryIO) -> int:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2 * LONGEST_LINE))
        whole = file.read().rpartition(b"\n")[0]
        return self._read(whole.rpartition(b"\n")[2])[0] if whole else 0

    def _drop_torn(self, file: BinaryIO) -> None:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - LONGEST_LINE))
        file.truncate(start + file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed
            yield file

    def _broken(self, reason: str) -> ListBroken:
        return ListBroken(path=self.path, reason=reason)

    @property
    def _key(self) -> bytes:
        return self._secrets.chain_key(PURPOSE, None)

    @property
    def _secrets(self) -> Secrets:
        return self.keys.current()
