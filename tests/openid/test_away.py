"""A provider that comes back with new keys, one that is gone, one that refuses the forum, and none at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Config
from forum.adapters.keyring import Purpose
from forum.app import create_app
from forum.extensions import db
from forum.models import AccessRow
from forum.models.access_log import AccessAction
from tests.citizen import Citizen, tips
from tests.conftest import FixedClock, FreshClient
from tests.openid.forger import ForgedProvider, forging
from tests.openid.provider import Provider
from tests.openid.test_officers import DOOR, come, linked

PLACE = {"province": "14", "category": "other"}


@pytest.fixture(scope="module")
def own_provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(own_provider: Provider) -> Provider:
    """Return a provider of this module alone, newly started."""
    own_provider.restart()
    return own_provider


def last_reason() -> str:
    return db.session.scalars(select(AccessRow).order_by(AccessRow.id.desc()).limit(1)).one().data["why"]


@pytest.fixture
def other_forum(app: Flask, config: Config, clock: FixedClock) -> Iterator[object]:
    """Return what builds the same forum with other settings for officers."""
    built: list[Flask] = []

    def build(**differing: object) -> FlaskClient:
        forum = create_app(replace(config, officers=replace(config.officers, **differing)), clock=clock)
        forum.test_client_class = FreshClient
        built.append(forum)
        return forum.test_client()

    yield build
    for forum in built:
        with forum.app_context():
            db.engine.dispose()


def test_new_keys_of_the_provider_are_learnt_after_a_minute_at_most(
    app: Flask, client: FlaskClient, provider: Provider, clock: FixedClock
) -> None:
    linked(app, provider, "can-bo-17")
    provider.restart()
    assert come(client, provider, "can-bo-17").status_code == 403, "it was asked for its keys less than a minute ago"
    assert last_reason() == "key"
    clock.advance(minutes=1)
    assert come(client, provider, "can-bo-17").location == "/sign-in/code"


def test_officer_signs_in_with_the_password_while_the_provider_is_away(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    provider.stop()
    answer = client.get(DOOR)
    assert answer.status_code == 503
    assert "bằng tên và mật khẩu" in answer.text
    assert 'name="password"' in answer.text


def test_provider_that_goes_away_on_the_way_back_lets_nobody_in(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    linked(app, provider, "can-bo-17")
    back = provider.way_back(client.get(DOOR).location, "can-bo-17")
    provider.stop()
    assert client.get(back).status_code == 503
    assert last_reason() == "unreachable"
    assert client.get("/queue").location == "/sign-in"


def test_citizen_sends_all_that_was_typed_while_the_provider_is_away(client: FlaskClient, provider: Provider) -> None:
    citizen = Citizen(client)
    form = citizen.form()
    provider.stop()
    answer = client.get("/submit/known/begin")
    assert answer.status_code == 503
    assert "vẫn gửi được" in answer.text
    assert citizen.receipt(form=form, **PLACE)
    assert len(tips()) == 1


def test_provider_refuses_a_forum_with_a_wrong_secret(app: Flask, provider: Provider, other_forum) -> None:
    linked(app, provider, "can-bo-17")
    client = other_forum(client_secret="a-secret-that-the-provider-does-not-know")
    assert come(client, provider, "can-bo-17").status_code == 403
    assert last_reason() == "invalid_client"
    assert client.get("/queue").location == "/sign-in"


def test_provider_refuses_a_code_with_another_verifier(app: Flask, client: FlaskClient, provider: Provider) -> None:
    """Somebody has caught the code on its way, and tries it with a verifier of their own."""
    linked(app, provider, "can-bo-17")
    back = provider.way_back(client.get(DOOR).location, "can-bo-17")
    vault = app.extensions["forum"].secrets.vault
    sealed = base64.urlsafe_b64decode(client.get_cookie("signing-on").value)
    errand = json.loads(vault.unseal_record(Purpose.SESSION_TOKEN, sealed, where="cookie/signing-on"))
    errand["verifier"] = "x" * len(errand["verifier"])
    changed = vault.seal_record(Purpose.SESSION_TOKEN, json.dumps(errand), where="cookie/signing-on")
    client.set_cookie("signing-on", base64.urlsafe_b64encode(changed).decode())
    assert client.get(back).status_code == 403
    assert last_reason() == "invalid_grant"


@pytest.mark.parametrize("path", [DOOR, f"{DOOR}/done", "/submit/known", "/submit/known/begin", "/submit/known/done"])
def test_nothing_is_there_where_no_issuer_is_configured(config: Config, clock: FixedClock, path: str) -> None:
    forum = create_app(replace(config, officers=None, citizens=None), clock=clock)
    forum.test_client_class = FreshClient
    client = forum.test_client()
    assert client.get(path).status_code == 404
    assert client.post("/submit/known/drop").status_code == 404
    assert DOOR not in client.get("/sign-in").text
    assert "/submit/known" not in client.get("/submit").text
    with forum.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("said", "trusted", "is_enough"),
    [
        ({"amr": ["pwd", "otp"]}, {"otp"}, True),
        ({"acr": "loa3"}, {"loa3"}, True),
        ({"amr": ["pwd"]}, {"otp"}, False),
        ({"amr": ["pwd", "otp"]}, set(), False),
        ({"amr": "otp"}, {"otp"}, False),
        ({}, {"otp"}, False),
    ],
    ids=str,
)
def test_second_factor_of_the_issuer_counts_only_when_it_is_trusted(
    app: Flask, config: Config, clock: FixedClock, *, said: dict, trusted: set[str], is_enough: bool
) -> None:
    with forging(clock.now) as forger:
        settings = {"issuer": forger.address, "client_id": "forum", "trusted_factors": frozenset(trusted)}
        forum = create_app(replace(config, officers=replace(config.officers, **settings)), clock=clock)
        forum.test_client_class = FreshClient
        client, provider = forum.test_client(), ForgedProvider(forger)
        with forum.app_context():
            linked(forum, provider, "somebody")
            forger.claims = said
            answer = come(client, provider, "somebody")
            assert answer.location == ("/queue" if is_enough else "/sign-in/code")
            assert client.get("/queue").status_code == (200 if is_enough else 302)
            recorded = [row.action for row in db.session.scalars(select(AccessRow).order_by(AccessRow.id))]
            assert (recorded.count(AccessAction.SIGNED_IN) == 2) is is_enough
            db.session.remove()
            db.engine.dispose()
