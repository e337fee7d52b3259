"""An issuer asked over HTTP: its own origin and nowhere else, no redirect followed, bounded in size and time."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from forum.adapters.clock import stopwatch
from forum.adapters.openid.faults import IssuerAway, OpenIdFault

STEP_SECONDS = 5
"""For connecting, and for each piece that arrives."""
LONGEST_SECONDS = 10.0
LONGEST_ANSWER = 256 * 1024
PIECE = 16 * 1024
OK = 200
SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the issuer agreed, and the object that it said."""

    is_ok: bool
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what an issuer answers for."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, address: str) -> Self:
        """Return the origin of an address; raise ValueError for one that has none."""
        parts = urlsplit(address)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.password:
            raise ValueError
        return cls(parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))

    def has(self, address: object) -> bool:
        """Whether an address leads here."""
        try:
            return isinstance(address, str) and self.of(address) == self
        except ValueError:
            return False

    def ask(
        self, address: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Get an address of this origin, or post a form to it; raise IssuerAway, or OpenIdFault for another origin."""
        if not self.has(address):
            raise OpenIdFault("elsewhere")
        connection = self._connection()
        try:
            self._send(connection, address, form, headers or {})
            with connection.getresponse() as response:
                return _answer(response.status, _read(response))
        except (OSError, HTTPException, ValueError) as fault:
            raise IssuerAway("unreachable") from fault
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if self.scheme == "http":
            return HTTPConnection(self.host, self.port, timeout=STEP_SECONDS)
        return HTTPSConnection(self.host, self.port, timeout=STEP_SECONDS, context=ssl.create_default_context())

    @staticmethod
    def _send(
        connection: HTTPConnection, address: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> None:
        parts = urlsplit(address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"Accept": "application/json", **headers}
        if form is None:
            connection.request("GET", path, headers=sent)
        else:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode(form).encode("ascii"), sent)


def _read(response: HTTPResponse) -> bytes:
    seconds, said = stopwatch(), b""
    while piece := response.read1(PIECE):
        said += piece
        if len(said) > LONGEST_ANSWER or seconds() > LONGEST_SECONDS:
            raise IssuerAway("endless")
    return said


def _answer(status: int, body: bytes) -> Answer:
    """Understand an answer; one that redirects, that fails, or that is no object is none."""
    if status >= SERVER_FAULT:
        raise IssuerAway("failing")
    if status != OK and not 400 <= status < SERVER_FAULT:  # noqa: PLR2004 - the refusals of HTTP
        raise IssuerAway("redirecting")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise IssuerAway("unreadable") from fault
    if not isinstance(said, dict):
        raise IssuerAway("unreadable")
    return Answer(status == OK, said)
