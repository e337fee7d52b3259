"""Rules about routes: none unlisted, none undeclared, none named by whim, no POST without its token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import wraps

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.app import create_app
from forum.domain.permissions import ROLE_PERMISSIONS, Permission
from forum.domain.vocabulary import Role
from forum.extensions import db, unit_of_work
from forum.services import sessions
from forum.web.access import PUBLIC, SIGNED_IN
from tests.factories import make_account
from tests.house.route_table import Route, expected_routes, present_routes

FIXED_PART = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.(json|csv|svg))?")
VARIABLE = re.compile(r"<(?:[^:>]+:)?([a-z_]+)>")
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
REACHED = "the view was reached"


def test_routes_are_those_of_the_list(app) -> None:
    listed = {(route.address, route.method, route.endpoint, route.access) for route in expected_routes()}
    present = set(present_routes(app))
    missing = ["{1:<5} {0} {2} {3}".format(*row) for row in sorted(present - listed, key=str)]
    assert missing == [], "add these to tests/house/routes.txt, with who gets in"
    assert listed - present == set(), "these have vanished, or declare something else"


def test_list_names_each_route_once() -> None:
    keys = [(route.address, route.method) for route in expected_routes()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("route", expected_routes(), ids=lambda route: f"{route.method} {route.address}")
def test_list_admits_only_roles_that_hold_the_declared_permission(route: Route) -> None:
    held = {
        PUBLIC: {"nobody", *Role},
        SIGNED_IN: set(Role),
    }.get(route.access) or {role for role, held in ROLE_PERMISSIONS.items() if Permission(route.access) in held}
    assert route.roles <= held


def test_every_route_declares_who_may_use_it(app) -> None:
    known = {PUBLIC, SIGNED_IN, *Permission}
    assert [row for row in present_routes(app) if row[3] not in known] == []


def test_addresses_are_in_kebab_case(app) -> None:
    odd = [
        address
        for address, *_ in present_routes(app)
        for part in address.strip("/").split("/")
        if part and not VARIABLE.fullmatch(part) and not FIXED_PART.fullmatch(part)
    ]
    assert odd == []


def test_endpoints_belong_to_the_feature_that_their_address_names(app) -> None:
    """Only the doors of citizens and of signing in stand at the root."""
    at_the_root = {"home", "auth", "submit"}
    odd = [
        (address, endpoint)
        for address, _, endpoint, _ in present_routes(app)
        if (feature := endpoint.split(".")[0]) not in at_the_root and address.strip("/").split("/")[0] != feature
    ]
    assert odd == []


@pytest.fixture
def guarded(config, clock) -> Iterator[Flask]:
    """Return the application with its guard against forged requests, whose views only say that they were reached."""
    strict = replace(config, extra={**config.extra, "WTF_CSRF_ENABLED": True})
    app = create_app(strict, clock=clock)
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = wraps(view)(lambda **_given: REACHED)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def addresses_that_write(app: Flask) -> list[str]:
    """Return one address for each route that changes something, with made-up variables."""
    adapter = app.url_map.bind("localhost")
    made_up = {"day": "2026-11-24", "step": "sessions"}
    found = []
    for route in expected_routes():
        if route.method in WRITING:
            names = VARIABLE.findall(route.address)
            values = {name: made_up.get(name, "7") for name in names}
            found.append(adapter.build(route.endpoint, values, method=route.method))
    return found


def sign_in_with_every_role(app: Flask) -> FlaskClient:
    """Return the client of somebody who may use every route."""
    with unit_of_work() as work:
        account = make_account(work, *(("14/PC04", role) for role in Role))
        token = sessions.begin(work, account, is_proved=True)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client


def test_writing_routes_refuse_a_request_without_token(guarded) -> None:
    client = sign_in_with_every_role(guarded)
    addresses = addresses_that_write(guarded)
    assert "/sign-out" in addresses
    answers = {address: client.post(address).get_data(as_text=True) for address in addresses}
    assert [address for address, body in answers.items() if body == REACHED] == []


def test_writing_routes_refuse_the_token_of_another_session(guarded) -> None:
    client, other = sign_in_with_every_role(guarded), guarded.test_client()
    token = real_token(guarded, other)
    answers = {
        address: client.post(address, data={"csrf_token": token}).get_data(as_text=True)
        for address in addresses_that_write(guarded)
    }
    assert [address for address, body in answers.items() if body == REACHED] == []


def test_writing_routes_let_a_request_with_its_token_in(guarded) -> None:
    client = sign_in_with_every_role(guarded)
    token = real_token(guarded, client)
    answers = {
        address: client.post(address, data={"csrf_token": token}).get_data(as_text=True)
        for address in addresses_that_write(guarded)
    }
    assert [address for address, body in answers.items() if body != REACHED] == []


def real_token(app: Flask, client: FlaskClient) -> str:
    """Return the token that a page of this session carries."""
    # A page of errors is a page: its head holds the form that changes the language.
    page = client.get("/nowhere").get_data(as_text=True)
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
