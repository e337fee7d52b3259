"""No address that somebody typed is ever asked for: the program speaks to its database and to nobody else."""

from __future__ import annotations

import ast
import socket
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from config import Config
from tests.fuzz.surface import doors as surface
from tests.house.route_table import expected_routes
from tests.house.source_tree import dotted, imported, modules
from tests.web.test_matrix import Doors, doors  # noqa: F401 - a fixture

LURES = (
    "http://169.254.169.254/latest/meta-data/", "https://evil.example/x.png", "//evil.example", "file:///etc/passwd",
    "ftp://evil.example/", "gopher://127.0.0.1:6379/_FLUSHALL", "a@evil.example", "tcp:evil.example:3310",
)  # fmt: skip
SPEAKS = ("socket", "urllib.request", "http.client", "smtplib", "ftplib", "requests", "httpx", "aiohttp", "urllib3",
          "asyncio", "xmlrpc", "telnetlib", "imaplib", "poplib", "nntplib")  # fmt: skip
MAY_SPEAK = {
    "forum/adapters/scanner.py",  # clamd, at the address of the configuration
    "forum/adapters/mail.py",  # the mail server, as above
    "forum/adapters/openid/fetching.py",  # the issuer, as above, and nobody that it leads to
}


def test_only_adapters_with_a_configured_address_can_speak_to_others() -> None:
    speaking = {
        path
        for path, tree in modules().items()
        if any(name == word or name.startswith(f"{word}.") for name in imported(tree) for word in SPEAKS)
    }
    assert speaking == MAY_SPEAK


def test_their_addresses_come_from_the_configuration_alone() -> None:
    """`Scanner.at` and the mailer are made in one place each, out of `Config`, and not by the web."""
    makers = {
        path
        for path, tree in modules().items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and dotted(call.func) in {"Scanner.at", "Scanner", "Mailer.at", "Mailer"}
    }
    assert makers
    assert {path for path in makers if not path.startswith(("forum/cli/", "forum/adapters/"))} == set()


def test_no_request_makes_the_program_ask_anybody(
    doors: Doors,  # noqa: F811 - the fixture
    app: Flask,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: set[object] = set()
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        asked.add(address)
        real(self, address)

    def resolve(host: Any, *_args: Any, **_kwargs: Any) -> Any:
        asked.add(host)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    known = {(door.rule.replace(" ", ""), method): door for door in surface(app) for method in door.methods}
    sent = 0
    for route in expected_routes():
        door = known[route.address, route.method]
        values = {name: LURES[number % len(LURES)] for number, name in enumerate(door.fields)}
        values |= {"url": LURES[0], "next": LURES[1], "callback": LURES[2]}
        client = doors.client_of(next(role for role in doors.people if role in route.roles))
        headers = {"Referer": LURES[1], "X-Forwarded-Host": "evil.example"}
        answer = client.open(
            doors.address(route), method=route.method, query_string=values, headers=headers,
            **({"data": values} if route.method == "POST" else {}),
        )  # fmt: skip
        assert "evil.example" not in answer.headers.get("Location", "").partition("?")[0]
        sent += 1
    own = {make_url(config.database_url).host}
    assert sent > 100
    assert {address for address in asked if (address[0] if isinstance(address, tuple) else address) not in own} == set()


def test_a_connection_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: asked.append(address))
    with socket.socket() as link:
        link.connect(("192.0.2.1", 80))
    assert asked == [("192.0.2.1", 80)]
