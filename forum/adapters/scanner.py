"""A ClamAV daemon beside the forum, asked about one file at a time; whatever is not a plain "OK" is no clean file."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

SECONDS = 60
"""For each step of the conversation: clamd reads all of a file before it says anything."""
LONGEST_REPLY = 1_024
MOST_READS = 16
_STREAM_HEAD, _STREAM_TAIL = b"stream: ", b" FOUND"


class ScanFailed(Exception):
    """The scanner is away, refused the file or said what is not understood: nothing is known of the file."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where clamd listens: a socket of this machine, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0
    is_unprotected: bool = False

    @classmethod
    def at(cls, address: str) -> Scanner:
        """Understand `unix:PATH`, `tcp:HOST:PORT` (this machine only) or `tcp-unprotected:HOST:PORT`.

        clamd asks nobody who they are, and anybody on the way may read or answer: raise ValueError with a sentence.
        """
        scheme, _, rest = address.partition(":")
        if scheme == "unix" and rest.startswith("/"):
            return cls(path=rest)
        host, _, port = rest.rpartition(":")
        if scheme not in {"tcp", "tcp-unprotected"} or not host or not port.isdecimal():
            raise ValueError("FORUM_CLAMD must be unix:/PATH or tcp:HOST:PORT.")
        host = host.strip("[]")
        if scheme == "tcp" and not _is_this_machine(host):
            raise ValueError("FORUM_CLAMD leads to another machine, unprotected; write tcp-unprotected: if it must.")
        return cls(host=host, port=int(port), is_unprotected=scheme == "tcp-unprotected")

    def answers(self) -> bool:
        """Say whether a scanner is there."""
        try:
            return self._ask(b"zPING\0", ()) == b"PONG"
        except ScanFailed:
            return False

    def is_clean(self, pieces: Iterable[bytes]) -> bool:
        """Say whether the scanner finds nothing in a file; raise ScanFailed when it does not say."""
        reply = self._ask(b"zINSTREAM\0", pieces)
        if reply == _STREAM_HEAD + b"OK":
            return True
        if reply.startswith(_STREAM_HEAD) and reply.endswith(_STREAM_TAIL):
            return False
        raise ScanFailed

    def _ask(self, command: bytes, pieces: Iterable[bytes]) -> bytes:
        try:
            with self._connected() as link:
                # Over its limit the scanner says so and stops listening: its word comes before our fault.
                with suppress(BrokenPipeError, ConnectionResetError):
                    link.sendall(command)
                    for piece in pieces:
                        link.sendall(len(piece).to_bytes(4, "big") + piece)
                    if command == b"zINSTREAM\0":
                        link.sendall(bytes(4))
                return _reply(link)
        except OSError as error:
            raise ScanFailed from error

    def _connected(self) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), SECONDS)
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(SECONDS)
        try:
            link.connect(self.path)
        except OSError:
            link.close()
            raise
        return link


def _reply(link: socket.socket) -> bytes:
    """Read one word up to its end; a cut one is none."""
    said = b""
    for _ in range(MOST_READS):
        part = link.recv(LONGEST_REPLY)
        said += part
        if said.find(b"\0") == len(said) - 1 >= 0:
            return said[:-1]
        if not part or len(said) > LONGEST_REPLY:
            break
    raise ScanFailed


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
