"""A browser without a screen: cookies, forms with their hidden fields, uploads, over a real connection."""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode, urlsplit

from forum.adapters.one_time_codes import code_at, open_steps

TIMEOUT_SECONDS = 30
File = tuple[str, bytes]
"""A file's name and content."""


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send if nothing were typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects forms with what is filled in, links, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self._typing: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        if not self.forms:
            return
        fields, name = self.forms[-1].fields, given.get("name", "")
        if tag == "input" and name:
            self._input(fields, name, given)
        elif tag == "textarea" and name:
            self._typing = name
            fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            fields[self._select] = given.get("value", "")

    @staticmethod
    def _input(fields: dict[str, str], name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in {"radio", "checkbox"} and "checked" not in given:
            return
        if kind not in {"submit", "file", "image", "button"}:
            fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._typing = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._typing is not None:
            self.forms[-1].fields[self._typing] += data
        self.text.append(data)


@dataclass(frozen=True)
class Page:
    """An answer of the server."""

    status: int
    body: bytes
    location: str | None

    @property
    def html(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def text(self) -> str:
        """Everything that can be read, with single spaces."""
        return " ".join(" ".join(self._read().text).split())

    @property
    def links(self) -> list[str]:
        return self._read().links

    @property
    def forms(self) -> list[Form]:
        return self._read().forms

    def form(self, action: str) -> Form:
        """Return the form that posts to an address; raise LookupError when the page has none."""
        for form in self.forms:
            if form.method == "post" and urlsplit(form.action).path == action:
                return form
        raise LookupError(f"{action} not among {[form.action for form in self.forms]}: {self.text[:500]}")

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.html)
        return reader


class Visitor:
    """One caller with an address and cookies of its own; not to be shared by threads."""

    def __init__(self, port: int, *, address: str | None = None) -> None:
        self.port = port
        self.address = address or ".".join(["10", *(str(secrets.randbelow(250) + 1) for _ in range(3))])
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)

    def get(self, path: str) -> Page:
        """Fetch a page; once more, as browsers do, when the server has closed the connection for being idle."""
        try:
            return self._send("GET", path, b"", {})
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()
            return self._send("GET", path, b"", {})

    def post(self, path: str, fields: Mapping[str, str], files: Sequence[tuple[str, File]] = ()) -> Page:
        """Send a form; files are given as (field, (name, content))."""
        if not files:
            return self._send("POST", path, *urlencoded(fields))
        return self._send("POST", path, *multipart(fields, files))

    def submit(self, page: Page, action: str, files: Sequence[tuple[str, File]] = (), **typed: str) -> Page:
        """Fill in a form of a page and send it."""
        return self.post(action, {**page.form(action).fields, **typed}, files)

    def follow(self, page: Page) -> Page:
        """Go where a redirect leads, and on until a page comes."""
        while page.location is not None:
            parts = urlsplit(page.location)
            page = self.get(parts.path + (f"?{parts.query}" if parts.query else ""))
        return page

    def sign_in(self, username: str, password: str, app_secret: str) -> Page:
        """Sign in with both factors; raise LookupError with what the page says when that fails."""
        asked = self.submit(self.get("/sign-in"), "/sign-in", username=username, password=password)
        if asked.location is None:
            raise LookupError(asked.text)
        code = code_at(app_secret, open_steps(datetime.now(UTC), after=None)[0])
        entered = self.submit(self.follow(asked), "/sign-in/code", **{"proof-code": code})
        if entered.location is None:
            raise LookupError(entered.text)
        return entered

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def headers(self) -> dict[str, str]:
        """Return what every request of this visitor carries."""
        spelled = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"X-Forwarded-For": self.address, **({"Cookie": spelled} if spelled else {})}

    def _send(self, method: str, path: str, body: bytes, extra: Mapping[str, str]) -> Page:
        try:
            self._connection.request(method, path, body or None, {**self.headers(), **extra})
            answer = self._connection.getresponse()
        except http.client.RemoteDisconnected:
            if method != "GET":
                raise
            # The server has closed a connection that was idle for long; browsers ask again by another one.
            self._connection.close()
            self._connection.request(method, path, None, {**self.headers(), **extra})
            answer = self._connection.getresponse()
        content = answer.read()
        for header in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return Page(answer.status, content, answer.headers.get("Location"))


def urlencoded(fields: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """Spell a form without files; return the body and its headers."""
    return urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def multipart(fields: Mapping[str, str], files: Sequence[tuple[str, File]]) -> tuple[bytes, dict[str, str]]:
    """Spell a form with files as a browser does; return the body and its headers."""
    boundary = f"----forum{secrets.token_hex(12)}".encode()
    parts = [
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (boundary, name.encode(), value.encode())
        for name, value in fields.items()
    ]
    parts += [
        b'--%b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n%b\r\n" % (boundary, name.encode(), file_name.encode(), content)
        for name, (file_name, content) in files
    ]
    body = b"".join(parts) + b"--%b--\r\n" % boundary
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary.decode()}"}
