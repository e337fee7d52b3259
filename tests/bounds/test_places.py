"""Overload, with real threads that hold real places: who is turned away, how, and who never is."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import wraps

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from forum.adapters import derivation
from forum.adapters.passwords import hash_password, verify_password
from forum.domain.errors import Busy
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.web.places import SMALL_BODY, Plan
from tests.citizen import BODY, Citizen, Page, application_with, digits_of
from tests.conftest import FreshClient
from tests.house.route_table import expected_routes
from tests.web.desk import Officer

PATIENCE_SECONDS = 60
"""How long a test waits for a thread of its own before it fails."""
PLAN = Plan(reading=1, submitting=1, ordinary=2, searching=1, patience_seconds=0)


@pytest.fixture
def small(config, clock) -> Iterator[Flask]:
    """Return the application with few places."""
    with application_with(config, clock, PLACES=PLAN) as application:
        application.test_client_class = FreshClient
        yield application


@contextmanager
def busy(app: Flask, endpoint: str, path: str, *, times: int, client: FlaskClient | None = None) -> Iterator[None]:
    """Have a page asked for so many times at once, by threads that get no answer before the block ends."""
    arrived, leave = threading.Semaphore(0), threading.Event()
    whole = app.view_functions[endpoint]

    @wraps(whole)
    def slow(**values: object) -> object:
        arrived.release()
        assert leave.wait(PATIENCE_SECONDS)
        return whole(**values)

    app.view_functions[endpoint] = slow
    with ThreadPoolExecutor(times) as pool:
        asked = [pool.submit((client or app.test_client()).get, path) for _ in range(times)]
        try:
            for _ in range(times):
                assert arrived.acquire(timeout=PATIENCE_SECONDS)
            app.view_functions[endpoint] = whole
            yield
        finally:
            leave.set()
        assert [answer.result(PATIENCE_SECONDS).status_code for answer in asked] == [200] * times


def test_who_finds_no_place_is_told_at_once_and_without_the_database(small: Flask) -> None:
    statements: list[str] = []
    with small.app_context():
        engine = db.engine
    with busy(small, "home.index", "/", times=PLAN.ordinary):
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        answer = small.test_client().get("/privacy")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "Đang có nhiều người vào cùng lúc" in Page(answer.text).words
        assert statements == []
    assert small.test_client().get("/privacy").status_code == 200


def test_tips_are_taken_while_every_other_place_is_held(small: Flask) -> None:
    citizen = Citizen(small.test_client())
    with busy(small, "home.index", "/", times=PLAN.ordinary):
        assert small.test_client().get("/follow").status_code == 503
        assert len(digits_of(citizen.send())) == 20
        assert small.test_client().get("/healthz").status_code == 200
        with small.test_client().get("/static/css/app.css") as answer:
            assert answer.status_code == 200


def test_sending_takes_an_ordinary_place_when_its_own_are_held(small: Flask) -> None:
    citizen = Citizen(small.test_client())
    form = citizen.form()
    with busy(small, "submit.index", "/submit", times=PLAN.submitting + PLAN.ordinary - 1):
        assert len(digits_of(citizen.send(form))) == 20


def test_words_of_a_tip_come_back_when_there_is_no_place_at_all(small: Flask) -> None:
    citizen = Citizen(small.test_client())
    form = citizen.form()
    with busy(small, "submit.index", "/submit", times=PLAN.submitting + PLAN.ordinary):
        answer = citizen.send(form)
        page = Page(answer.text)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert page.values["body"] == BODY
        assert "Đang có nhiều người gửi cùng lúc" in page.words
    assert len(digits_of(citizen.send(form))) == 20


def test_searches_leave_ordinary_places_to_others(small: Flask) -> None:
    with small.app_context():
        officer = Officer(small, ("14/PC04", Role.LEAD))
        lead = officer.client
    with busy(small, "statistics.index", "/statistics", times=PLAN.searching, client=lead):
        assert lead.get("/statistics/figures.csv").status_code == 503
        assert lead.get("/queue").status_code == 200


def test_places_come_back_whatever_becomes_of_a_request(small: Flask) -> None:
    small.config["PROPAGATE_EXCEPTIONS"] = False
    small.config["TESTING"] = False

    @wraps(small.view_functions["home.privacy"])
    def broken() -> None:
        raise RuntimeError

    small.view_functions["home.privacy"] = broken
    client = small.test_client()
    paths = ("/privacy", "/nowhere", "/queue") * (2 * PLAN.ordinary)
    seen = {client.get(path).status_code for path in paths}
    assert seen == {500, 404, 302}
    assert client.get("/follow").status_code == 200


class Slow(io.RawIOBase):
    """A body that stops after its first bytes until it is told to go on."""

    def __init__(self, content: bytes) -> None:
        self._parts = [content[:1000], content[1000:]]
        self.began, self.go_on = threading.Event(), threading.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if len(self._parts) == 1:
            self.began.set()
            assert self.go_on.wait(PATIENCE_SECONDS)
        part = self._parts.pop(0) if self._parts else b""
        taken, rest = part[: len(buffer)], part[len(buffer) :]
        if rest:
            self._parts.insert(0, rest)
        buffer[: len(taken)] = taken
        return len(taken)


def test_whoever_sends_slowly_holds_no_place_for_working(small: Flask) -> None:
    content = b"body=" + b"x" * 200_000
    body = Slow(content)
    kind = "application/x-www-form-urlencoded"
    told = {"wsgi.input": body, "CONTENT_LENGTH": str(len(content))}
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(small.test_client().post, "/submit", content_type=kind, environ_overrides=told)
        assert body.began.wait(PATIENCE_SECONDS)
        with busy(small, "home.index", "/", times=PLAN.ordinary):
            assert len(digits_of(Citizen(small.test_client()).send())) == 20
        other = small.test_client().post("/submit", data=content, content_type=kind)
        assert other.status_code == 503, "there is one place for large requests that arrive"
        body.go_on.set()
        assert slow.result(PATIENCE_SECONDS).status_code == 400


def test_forms_without_files_carry_no_more_than_they_need(app: Flask) -> None:
    """Which forms carry files is told by their pages: a form with a field for files is sent as multipart."""
    larger = {endpoint for endpoint, view in app.view_functions.items() if getattr(view, "takes_files", False)}
    assert larger == {"submit.send", "follow.add", "tips.answer", "tips.note"}
    client, body = app.test_client(), b"x=" + b"y" * SMALL_BODY
    adapter = app.url_map.bind("localhost")
    wrong = {}
    for route in expected_routes():
        if route.method == "POST" and route.endpoint not in larger:
            rule = next(app.url_map.iter_rules(route.endpoint))
            made_up = {"day": "2026-11-24", "step": "sessions"}
            values = {name: made_up.get(name, "7") for name in rule.arguments}
            path = adapter.build(route.endpoint, values, method="POST")
            answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
            if answer.status_code != 413:
                wrong[path] = answer.status_code
    assert wrong == {}


def test_slow_keys_are_derived_a_few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = hash_password("mot mat khau")
    monkeypatch.setattr(derivation, "PATIENCE_SECONDS", 0.0)
    with ThreadPoolExecutor(derivation.AT_ONCE) as pool:
        held, leave = threading.Barrier(derivation.AT_ONCE + 1), threading.Event()

        def hold() -> None:
            with derivation.derivation():
                held.wait(PATIENCE_SECONDS)
                assert leave.wait(PATIENCE_SECONDS)

        holding = [pool.submit(hold) for _ in range(derivation.AT_ONCE)]
        held.wait(PATIENCE_SECONDS)
        with pytest.raises(Busy):
            verify_password(hashed, "mot mat khau")
        leave.set()
        for one in holding:
            one.result(PATIENCE_SECONDS)
    assert verify_password(hashed, "mot mat khau")
