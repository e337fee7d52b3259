"""Officers who sign in by the single sign-on of their office, as browser and provider do it."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from forum.domain.session_limits import FRESH
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import AccessRow, Account, SignInSession, SignOn
from forum.models.access_log import AccessAction
from forum.services import factors
from tests.conftest import FixedClock, fresh_work
from tests.factories import code_for, make_account, sign_in
from tests.openid.provider import Provider

DOOR = "/sign-in/single-sign-on"
DESK = ("14/desk", Role.INTAKE)


def officer(*, username: str | None = None) -> str:
    with fresh_work() as work:
        return make_account(work, DESK, username=username).username


def bring_back(client: FlaskClient, provider: Provider, person: str) -> str:
    """Go to the provider, sign in there, and return the path that leads back."""
    sent = client.get(DOOR)
    assert sent.status_code == 302
    return provider.way_back(sent.location, person)


def come(client: FlaskClient, provider: Provider, person: str):
    return client.get(bring_back(client, provider, person))


def way_to_link(client: FlaskClient) -> str:
    """Ask for a link and return the address of the provider on the page that answers."""
    page = client.post("/factors/single-sign-on").get_data(as_text=True)
    return html.unescape(re.search(r'href="(http://127[^"]+)"', page)[1])


def linked(app: Flask, provider: Provider, person: str) -> str:
    """Make an officer who has linked their account to somebody of the provider."""
    name, client = officer(), app.test_client()
    sign_in(client, name)
    answer = client.get(provider.way_back(way_to_link(client), person))
    assert answer.location == "/password"
    client.post("/sign-out")
    return name


def rows() -> list[tuple[AccessAction, str]]:
    """Return what was recorded: each action, and why it failed."""
    found = db.session.scalars(select(AccessRow).order_by(AccessRow.id))
    return [(row.action, row.data.get("why", "")) for row in found]


def is_nobody(client: FlaskClient) -> bool:
    return client.get("/queue").location == "/sign-in"


def words(answer) -> str:
    page = re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_officer_signs_in_by_a_linked_sign_on_and_still_gives_the_second_factor(
    app: Flask, client: FlaskClient, provider: Provider, clock: FixedClock
) -> None:
    name = linked(app, provider, "can-bo-17")
    assert client.get("/queue?list=province").location == "/sign-in"
    assert come(client, provider, "can-bo-17").location == "/sign-in/code"
    assert client.get("/queue").location == "/sign-in/code", "the first factor alone opens nothing"
    clock.advance(minutes=1)
    proved = client.post("/sign-in/code", data={"proof-code": code_for(name, clock.now)})
    assert [action for action, _ in rows()][-2:] == [AccessAction.SIGN_ON_ACCEPTED, AccessAction.SIGNED_IN]
    assert client.get(proved.location).status_code == 200


def test_officer_is_led_back_to_the_page_asked_for(
    app: Flask, client: FlaskClient, provider: Provider, clock: FixedClock
) -> None:
    name = linked(app, provider, "can-bo-17")
    client.get("/queue?list=province")
    come(client, provider, "can-bo-17")
    clock.advance(minutes=1)
    assert client.post("/sign-in/code", data={"proof-code": code_for(name, clock.now)}).location == (
        "/queue?list=province"
    )


def test_way_there_carries_challenge_state_and_nonce_and_nothing_that_repeats(
    client: FlaskClient, provider: Provider
) -> None:
    asked = [parse_qs(urlsplit(client.get(DOOR).location).query) for _ in range(2)]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["response_type"] == ["code"]
    assert asked[0]["scope"] == ["openid"], "of an officer nothing more is asked than who it is"
    for name in ("code_challenge", "state", "nonce"):
        assert len(asked[0][name][0]) == 43
        assert asked[0][name] != asked[1][name]


def test_sign_on_of_nobody_here_opens_nothing_and_makes_no_account(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    officer(username="can-bo-18")
    answer = come(client, provider, "can-bo-18")
    assert answer.status_code == 403
    assert is_nobody(client)
    assert rows()[-1] == (AccessAction.SIGN_IN_FAILED, "not-linked"), "not even to an account of the same name"
    assert len(db.session.scalars(select(Account.id)).all()) == 1


def test_sign_on_says_the_same_when_not_linked_and_when_not_active(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    name = linked(app, provider, "can-bo-17")
    with fresh_work() as work:
        work.session.scalars(select(Account).where(Account.username == name)).one().is_active = False
    inactive, unknown = (come(client, provider, person) for person in ("can-bo-17", "can-bo-18"))
    assert inactive.status_code == unknown.status_code == 403
    assert words(inactive) == words(unknown)
    assert [why for _, why in rows()[-2:]] == ["not-active", "not-linked"]


def test_link_is_taken_away_by_its_owner(app: Flask, client: FlaskClient, provider: Provider, clock) -> None:
    name = linked(app, provider, "can-bo-17")
    clock.advance(minutes=1)
    sign_in(client, name)
    assert "Gỡ liên kết" in client.get("/password").get_data(as_text=True)
    assert client.post("/factors/single-sign-on/remove").location == "/password"
    assert client.get("/queue").status_code == 200, "the session goes on"
    assert come(app.test_client(), provider, "can-bo-17").status_code == 403


def test_link_goes_with_the_factors_when_these_are_reset(app: Flask, client: FlaskClient, provider: Provider) -> None:
    name = linked(app, provider, "can-bo-17")
    with fresh_work() as work:
        factors.reset(work, None, work.session.scalars(select(Account).where(Account.username == name)).one())
    assert come(client, provider, "can-bo-17").status_code == 403


def test_link_of_another_account_is_refused(app: Flask, client: FlaskClient, provider: Provider) -> None:
    linked(app, provider, "can-bo-17")
    sign_in(client, officer())
    client.get(provider.way_back(way_to_link(client), "can-bo-17"))
    assert "đã liên kết với một tài khoản khác" in client.get("/password").get_data(as_text=True)
    assert len(db.session.scalars(select(SignOn)).all()) == 1


def test_link_asks_for_the_second_factor_again_when_it_was_given_long_ago(
    client: FlaskClient, provider: Provider, clock: FixedClock
) -> None:
    sign_in(client, officer())
    clock.advance(seconds=FRESH.total_seconds() + 1)
    assert client.post("/factors/single-sign-on").status_code == 403


def test_link_is_finished_by_the_session_alone_that_began_it(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    """Whoever sits down at a browser in which somebody else has begun must not link them to their own account."""
    sign_in(client, officer())
    there = way_to_link(client)
    client.post("/sign-out")
    sign_in(client, officer())
    assert client.get(provider.way_back(there, "can-bo-17")).status_code == 403
    assert rows()[-1][1] == "another-session"
    assert db.session.scalars(select(SignOn)).all() == []


def test_code_is_good_once(app: Flask, client: FlaskClient, provider: Provider) -> None:
    linked(app, provider, "can-bo-17")
    back = bring_back(client, provider, "can-bo-17")
    errand = client.get_cookie("signing-on").value
    assert client.get(back).status_code == 302
    client.post("/sign-out")
    assert client.get(back).status_code == 403
    assert rows()[-1][1] == "no-errand"
    client.set_cookie("signing-on", errand)
    assert client.get(back).status_code == 403
    assert rows()[-1][1] == "invalid_grant", "the provider has taken the code back, and what it had given for it"
    assert is_nobody(client)


def test_way_of_another_browser_is_refused(app: Flask, client: FlaskClient, provider: Provider) -> None:
    """Otherwise somebody could be signed in, by a link they are sent, as somebody else."""
    linked(app, provider, "can-bo-17")
    back = bring_back(app.test_client(), provider, "can-bo-17")
    assert client.get(back).status_code == 403
    client.get(DOOR)
    assert client.get(back).status_code == 403
    assert [why for _, why in rows()[-2:]] == ["no-errand", "state"]
    assert is_nobody(client)


def test_way_is_forgotten_after_ten_minutes(
    app: Flask, client: FlaskClient, provider: Provider, clock: FixedClock
) -> None:
    linked(app, provider, "can-bo-17")
    back = bring_back(client, provider, "can-bo-17")
    clock.advance(minutes=10)
    assert client.get(back).status_code == 403
    assert rows()[-1][1] == "no-errand"


@pytest.mark.parametrize("parameter", ["code_challenge", "code_challenge_method"])
def test_provider_refuses_a_way_without_its_challenge(client: FlaskClient, provider: Provider, parameter: str) -> None:
    there = client.get(DOOR).location
    bare = re.sub(rf"&{parameter}=[^&]+", "", there)
    assert bare != there
    assert client.get(provider.way_back(bare, "can-bo-17")).status_code == 403
    assert rows()[-1][1] in {"declined", "invalid_grant"}


def test_what_the_browser_carries_is_sealed_and_kept_from_scripts(client: FlaskClient) -> None:
    sent = client.get(DOOR)
    cookie = next(header for header in sent.headers.getlist("Set-Cookie") if header.startswith("signing-on="))
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= set(cookie.split("; "))
    state = parse_qs(urlsplit(sent.location).query)["state"][0]
    assert state not in cookie
    other = client.get(DOOR).headers["Set-Cookie"]
    assert len(other) == len(cookie)


def test_sealed_errand_of_another_door_is_none(client: FlaskClient, provider: Provider) -> None:
    """What was begun as a citizen must not end as an officer."""
    client.get("/submit/known/begin")
    client.set_cookie("signing-on", client.get_cookie("confirming").value)
    client.get(f"{DOOR}/done?code=x&state=y")
    assert rows()[-1][1] == "no-errand"


def test_database_names_nobody_of_the_provider(app: Flask, provider: Provider) -> None:
    linked(app, provider, "can-bo-17")
    assert b"can-bo-17" not in db.session.scalars(select(SignOn.digest)).one()
    assert db.session.scalars(select(SignInSession)).all() == []


def test_door_shows_a_link_and_no_form_that_leads_elsewhere(client: FlaskClient) -> None:
    """Browsers stop a form whose answer leads to an origin that the policy does not name."""
    answer = client.get("/sign-in")
    assert f'href="{DOOR}"' in answer.get_data(as_text=True)
    assert "form-action 'self';" in answer.headers["Content-Security-Policy"]
