"""The sample of a front, running before a real forum: what callers cannot tell it, and what it does not keep."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from config import Config
from forum.domain.vocabulary import Role
from tests.conftest import fresh_work
from tests.factories import PASSWORD, make_account
from tests.front.front import BROWSER, CALLER, HOST, Front, start_forum
from tests.serving import environment
from tests.visitor import Page, multipart

SPOOLED_WITHIN_SECONDS = 60
RATE_OF_SIGN_IN = 60


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """Return a running front, with or without a forum behind it."""
    built = Front.in_folder(tmp_path)
    process = built.start()
    yield built
    process.terminate()
    process.wait(30)


@pytest.fixture
def served(app: Flask, config: Config, front: Front) -> Iterator[Front]:
    """Return the front of a served forum."""
    told = environment(
        database_url=config.database_url, keyring=config.keyring_path, files=config.files_path, port=front.https
    )
    process = start_forum(front, {**told, "FORUM_BASE_URL": f"https://{HOST}"})
    yield front
    process.terminate()
    process.wait(60)


class Browser:
    """Somebody behind the planted address, with cookies as a browser keeps them."""

    def __init__(self, front: Front) -> None:
        self._link = front.connect()
        self.cookies: dict[str, Morsel[str]] = {}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str):
        """Send a request; return the answer, and the page that it carries."""
        head = {"Host": HOST, "User-Agent": BROWSER, **headers}
        if self.cookies:
            head["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        body = urlencode(fields) if fields is not None else None
        if body is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        self._link.request(method, path, body, head)
        answer = self._link.getresponse()
        content = answer.read()
        for header in answer.headers.get_all("Set-Cookie", []):
            self.cookies.update(SimpleCookie(header))
        return answer, Page(answer.status, content, answer.headers.get("Location"))

    def close(self) -> None:
        self._link.close()


@pytest.fixture
def browser(served: Front) -> Iterator[Browser]:
    someone = Browser(served)
    yield someone
    someone.close()


def test_pages_come_by_https_alone_and_say_so(served: Front, browser: Browser) -> None:
    answer, page = browser.ask("GET", "/")
    assert page.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["Server"] == "nginx"
    link = http.client.HTTPConnection("127.0.0.1", served.http, timeout=30)
    link.request("GET", "/submit", headers={"Host": "evil.example"})
    answer = link.getresponse()
    answer.read()
    link.close()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/submit")


def test_cookies_are_bound_to_the_host_and_to_https(browser: Browser) -> None:
    with fresh_work() as work:
        name = make_account(work, ("14/desk", Role.INTAKE)).username
    _, page = browser.ask("GET", "/sign-in")
    token = page.form("/language").fields
    browser.ask("POST", "/language", {**token, "language": "en"})
    _, page = browser.ask("GET", "/sign-in")
    fields = {**page.form("/sign-in").fields, "username": name, "password": PASSWORD}
    _, page = browser.ask("POST", "/sign-in", fields)
    assert page.status == 302, page.text
    assert len(browser.cookies) >= 2
    assert [name for name in browser.cookies if not name.startswith("__Host-")] == []
    for morsel in browser.cookies.values():
        assert (morsel["secure"], morsel["httponly"], morsel["path"], morsel["domain"]) == (True, True, "/", "")
        assert morsel["samesite"] in {"Lax", "Strict"}


def test_whoever_asks_for_another_host_gets_nothing_of_the_forum(served: Front, browser: Browser) -> None:
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        served.connect(name="evil.example")
    answer, page = browser.ask("GET", "/", Host="evil.example")
    assert page.status >= 400
    assert answer.headers.get("Content-Security-Policy") is None, "the request has reached the forum"


def test_callers_cannot_tell_the_forum_who_they_are_or_where_it_is(browser: Browser) -> None:
    told = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example;proto=http",
        "Script-Name": "/evil",
    }
    answer, page = browser.ask("GET", "/sign-in", **told)
    assert page.status == 200
    assert "evil" not in page.html + str(answer.headers)
    fields = {**page.form("/sign-in").fields, "username": "", "password": ""}
    statuses: list[int] = []
    while 429 not in statuses:
        assert len(statuses) <= 3 * RATE_OF_SIGN_IN, "made-up addresses are counted in place of the real one"
        made_up = {"X-Forwarded-For": f"198.51.100.{len(statuses)}"}
        statuses.append(browser.ask("POST", "/sign-in", fields, **made_up)[1].status)


def test_logs_hold_neither_address_nor_browser_nor_what_was_asked(served: Front, browser: Browser) -> None:
    for path in ("/", "/nowhere/planted-path?receipt=planted", "/follow"):
        browser.ask("GET", path)
    browser.ask("POST", "/follow", {"receipt": "planted"})
    browser.ask("GET", "/" + "planted" * 3000)
    logged = served.logged(until=" 414 ")
    assert "GET 200" in logged
    assert "GET 404" in logged
    assert [word for word in (CALLER, "127.0.0.1", "planted", HOST, "/follow") if word in logged] == []


def test_logs_hold_no_address_when_the_forum_is_down(front: Front) -> None:
    someone = Browser(front)
    _, page = someone.ask("GET", "/planted-path")
    someone.close()
    assert page.status == 502
    logged = front.logged(until="GET 502")
    assert [word for word in (CALLER, "127.0.0.1", "planted", HOST) if word in logged] == []


def test_nothing_that_is_sent_lies_readable_at_the_front(served: Front, browser: Browser, config: Config) -> None:
    _, page = browser.ask("GET", "/submit")
    content = b"%PDF-1.4\n" + b"planted words\n" * 200_000
    body, headers = multipart({**page.form("/submit").fields, "body": "planted"}, [("files", ("x.pdf", content))])
    link = served.connect()
    link.putrequest("POST", "/submit", skip_host=True)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    given = {"Host": HOST, "Content-Length": str(len(body)), "Cookie": cookie, **headers}
    for name, value in given.items():
        link.putheader(name, value)
    link.endheaders(body[: len(body) // 2])
    deadline = time.monotonic() + SPOOLED_WITHIN_SECONDS
    spool = config.files_path / "spool"
    while not any(path.stat().st_size for path in spool.glob("*")):
        assert time.monotonic() < deadline, "the upload is kept back at the front"
        time.sleep(0.05)
    kept = [path for path in (served.folder / "temporary").rglob("*") if path.is_file()]
    link.send(body[len(body) // 2 :])
    answer = link.getresponse()
    answer.read()
    link.close()
    assert answer.status < 500
    assert kept == []
