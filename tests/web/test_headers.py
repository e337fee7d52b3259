"""What every answer tells the browser, whichever page it is, and which requests are answered at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.app import create_app
from forum.domain.vocabulary import Role
from forum.extensions import db
from tests.conftest import FreshClient, fresh_work
from tests.factories import PASSWORD, make_account
from tests.house.route_table import Route, expected_routes
from tests.web.test_matrix import Doors, doors  # noqa: F401 - a fixture

ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
ANYBODY_MAY_KEEP = {"submit.communes", "submit.urgent"}
"""Shipped tables: the same for everybody, and nothing of anybody."""
LOOSE = ("'unsafe", "http", "data:", "blob:", "*")
EMPTY_FORM = {"submit.index"}
"""The browser alone may keep it, so that going back finds what was typed."""


def answers(doors: Doors) -> Iterator[tuple[Route, Any]]:  # noqa: F811 - the fixture
    """Yield each route with its answer to somebody whom it admits."""
    for route in expected_routes():
        role = next(role for role in ("nobody", *doors.people) if role in route.roles)
        yield route, doors.client_of(role).open(doors.address(route), method=route.method)


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in policy.split(";") if part.split())}


def test_every_answer_carries_the_headers(doors: Doors) -> None:  # noqa: F811 - the fixture
    wrong = []
    for route, answer in answers(doors):
        policy = directives(answer.headers["Content-Security-Policy"])
        is_strict = policy["default-src"] == ["'none'"] and not any(
            value.startswith(("'unsafe", "http", "data:", "blob:", "*"))
            for values in policy.values()
            for value in values
        )
        if not is_strict or any(answer.headers.get(name) != value for name, value in ALWAYS.items()):
            wrong.append((route.address, dict(answer.headers)))
        answer.close()
    assert wrong == []


def test_pages_let_scripts_be_made_of_files_alone(client: FlaskClient) -> None:
    policy = directives(client.get("/").headers["Content-Security-Policy"])
    assert policy["script-src"] == ["'self'"]
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert policy["trusted-types"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]


def test_answers_are_kept_by_nobody_but_where_they_are_the_same_for_all(doors: Doors) -> None:  # noqa: F811 - as above
    kept = {}
    for route, answer in answers(doors):
        if answer.headers.get("Cache-Control") != "no-store":
            kept[route.endpoint] = answer.headers.get("Cache-Control", "")
        answer.close()
    assert set(kept) == ANYBODY_MAY_KEEP | EMPTY_FORM
    assert kept["submit.index"] == "private, no-cache"


def test_answers_that_are_files_can_do_nothing_in_a_browser(doors: Doors) -> None:  # noqa: F811 - as above
    with doors.client_of("handler").get(f"{doors.address(route_of('tips.file'))}?confirmed=1") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in directives(answer.headers["Content-Security-Policy"])


def route_of(endpoint: str) -> Route:
    return next(route for route in expected_routes() if route.endpoint == endpoint)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/css/app.css", "/healthz", "/queue"])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "127.0.0.2", "", "evil example"]
)
def test_another_host_is_refused_before_anything_else(client: FlaskClient, path: str, host: str) -> None:
    with client.get(path, headers={"Host": host}) as answer:
        assert answer.status_code == 421
        assert "Location" not in answer.headers
        assert host not in answer.text or not host


@pytest.mark.parametrize("host", ["localhost", "LocalHost:8000", "127.0.0.1:81"])
def test_the_names_of_the_own_machine_are_one_host_when_tried_out(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.fixture
def secure(config, clock) -> Iterator[FlaskClient]:
    """Return a client of the forum as it stands behind a proxy that ends TLS."""
    application = create_app(replace(config, base_url="https://dien-dan.example", trusted_proxies=1), clock=clock)
    application.test_client_class = FreshClient
    with application.app_context():
        yield application.test_client()
        db.session.remove()
        db.engine.dispose()


HOST = {"Host": "dien-dan.example", "X-Forwarded-Proto": "https"}


def test_browsers_come_by_https_alone_once_they_have_been_here(secure: FlaskClient, client: FlaskClient) -> None:
    answer = secure.get("/", headers=HOST)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_the_own_machine_is_no_host_of_the_forum_behind_https(secure: FlaskClient) -> None:
    assert secure.get("/", headers={"Host": "localhost"}).status_code == 421


def test_a_told_host_is_believed_of_nobody(secure: FlaskClient) -> None:
    answer = secure.get("/", headers={"Host": "evil.example", "X-Forwarded-Host": "dien-dan.example"})
    assert answer.status_code == 421
    answer = secure.get("/follow", headers={**HOST, "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"})
    assert answer.status_code == 200
    assert "evil" not in answer.text


def test_cookies_are_strict_behind_https_and_usable_without(secure: FlaskClient, app: Flask) -> None:
    with fresh_work() as work:
        name = make_account(work, ("14/desk", Role.INTAKE)).username
    wanted = {"username": name, "password": PASSWORD}
    set_by: dict[str, list[str]] = {}
    for title, browser, head in (("https", secure, HOST), ("http", app.test_client(), {})):
        lines = browser.post("/sign-in", data=wanted, headers=head).headers.getlist("Set-Cookie")
        lines += browser.post("/language", data={"language": "en"}, headers=head).headers.getlist("Set-Cookie")
        set_by[title] = lines
    assert {line.partition("=")[0] for line in set_by["https"]} >= {"__Host-forum", "__Host-language"}
    for line in set_by["https"]:
        assert line.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(line.split("; "))
        assert "Domain=" not in line
    assert [line for line in set_by["http"] if "Secure" in line or line.startswith("__Host-")] == []
    assert [
        line for line in set_by["http"] + set_by["https"] if "HttpOnly" not in line or "SameSite=" not in line
    ] == []
