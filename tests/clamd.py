"""A ClamAV daemon of the tests' own: one signature, one socket, an ordinary user, nothing downloaded."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forum.adapters.scanner import Scanner

PROGRAM = Path("/usr/sbin/clamd")
HARMFUL = b"this string stands for a harmful program, and is found as one"
LONGEST_STREAM = 2 * 1024 * 1024
_TRIES = 600
_SETTINGS = """
Foreground yes
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.ctl
TemporaryDirectory {folder}
StreamMaxLength {longest}
LogFile {folder}/clamd.log
"""


@contextmanager
def clamd_in(folder: Path) -> Iterator[str]:
    """Run clamd and return its address; the folder must be open to everybody, up to the root."""
    signatures = folder / "signatures"
    signatures.mkdir()
    (signatures / "own.ndb").write_text(f"Forum.Own.Test:0:*:{HARMFUL.hex()}\n", encoding="ascii")
    settings = folder / "clamd.conf"
    settings.write_text(_SETTINGS.format(folder=folder, longest=LONGEST_STREAM), encoding="ascii")
    folder.chmod(0o777)
    ordinary = {"user": "nobody", "group": "nogroup", "extra_groups": ()} if os.getuid() == 0 else {}
    process = subprocess.Popen(
        [PROGRAM, "--config-file", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **ordinary
    )
    try:
        address = f"unix:{folder / 'clamd.ctl'}"
        _wait_for(process, Scanner.at(address), folder / "clamd.log")
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], scanner: Scanner, log: Path) -> None:
    for _ in range(_TRIES):
        if scanner.answers():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())
