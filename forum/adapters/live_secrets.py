"""The keys of a running process: read again as soon as the keyring file is another one."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from forum.adapters.keyring import Key, Keyring, KeyringFault
from forum.adapters.secrets import Secrets

_LOG = logging.getLogger(__name__)
_State = tuple[int, int, int]


class LiveSecrets:
    """What works with keys, as of the file's present state; a unit of work takes it once, and keeps it to its end.

    A look at the state of the file costs a few microseconds. A file that cannot be read leaves the keys as they were:
    a slip of the operator stops no server that serves.
    """

    def __init__(self, path: Path) -> None:
        """Read the file; raise KeyringFault."""
        self._path = path
        self._lock = threading.Lock()
        self._seen = _state_of(path)
        self._secrets = self._read()

    def current(self) -> Secrets:
        """Return the secrets of the file as it is now."""
        if _state_of(self._path) != self._seen:
            with self._lock:
                self._refresh()
        return self._secrets

    def look_again(self, key_id: str) -> Key | None:
        """Return a key that the file has got since an earlier state of it was read; None when it has not."""
        keys = {key.id: key for key in self.current().keyring}
        return keys.get(key_id)

    def _refresh(self) -> None:
        state = _state_of(self._path)
        if state == self._seen:
            return
        try:
            self._secrets = self._read()
        except KeyringFault as fault:
            _LOG.error("%s The keys read before stay in use.", fault)
        self._seen = state

    def _read(self) -> Secrets:
        return Secrets.open(Keyring.load(self._path, look_again=self.look_again))


def _state_of(path: Path) -> _State | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - for each request; Path.stat costs twice as much
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns, found.st_size
