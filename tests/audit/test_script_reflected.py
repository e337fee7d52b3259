"""A page never runs what came with the request: every address, every field and parameter, every name of one."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from forum.domain.vocabulary import Role
from tests.audit.script import Seen, script
from tests.conftest import FixedClock
from tests.fuzz.surface import Door
from tests.fuzz.surface import doors as surface
from tests.house.route_table import Route, expected_routes
from tests.web.desk import Officer
from tests.web.test_matrix import Doors, doors  # noqa: F401 - a fixture

ENDS_THE_SESSION = {"auth.sign_out", "auth.end_other_sessions", "auth.end_session"}
SHOWN_AGAIN = {
    "submit.send", "follow.show", "follow.add", "auth.enter", "search.find", "audit.accesses", "settings.account_new",
    "settings.accounts_search", "settings.category", "settings.tags", "settings.team_open", "settings.rule",
    "settings.policy_new", "settings.calendar", "retention.one", "consent.decide", "tips.note", "tips.transfer_out",
}  # fmt: skip
"""Some of the views that show what was typed once more; where none did, this test would prove nothing."""


@pytest.mark.parametrize(
    "page",
    [
        "<p>{}</p>", '<input value="{}">', "<input value='{}'>", "<input value={}>", "<textarea>{}</textarea>",
        "<title>{}</title>", "<!-- {} -->", '<a href="{}">', "<script>let a = '{}'</script>", "<option>{}</option>",
    ],
)  # fmt: skip
def test_script_is_noticed_where_a_page_forgets_to_escape(page: str) -> None:
    assert Seen(page.replace("{}", script(1))).foreign
    assert Seen(page.replace("{}", "plain words")).foreign == (["<script []>"] if "<script" in page else [])


@pytest.mark.parametrize("place", ["javascript:x()", " JavaScript:x()", "data:text/html,x", "//evil.example"])
def test_an_address_that_runs_or_leads_away_is_noticed(place: str) -> None:
    assert Seen(f'<a href="{place}">').foreign


def sent(person: Doors, route: Route, door: Door) -> list[TestResponse]:
    """Send script in every parameter, in every field, and as the name of one."""
    role = next(role for role in person.people if role in route.roles)
    client, address = person.client_of(role), person.address(route)
    values = {name: script(number) for number, name in enumerate(door.fields)}
    named = {script(9_000): script(9_001), "csrf_token": script(9_002), "do": script(9_003)}
    asked = client.open(address, method=route.method, query_string=values | named)
    if route.method == "GET":
        return [asked]
    files = {"data": values | named, "content_type": "application/x-www-form-urlencoded"}
    return [asked, client.open(address, method="POST", **files)]


def test_no_page_runs_what_came_with_the_request(doors: Doors, app: Flask) -> None:  # noqa: F811 - the fixture
    known = {(door.rule.replace(" ", ""), method): door for door in surface(app) for method in door.methods}
    foreign, shown = {}, set()
    for route in expected_routes():
        if route.endpoint in ENDS_THE_SESSION:
            continue
        for answer in sent(doors, route, known[route.address, route.method]):
            if answer.mimetype in {"text/html", "image/svg+xml"}:
                seen = Seen(answer.get_data(as_text=True))
                foreign |= {f"{route.method} {route.address}": seen.foreign} if seen.foreign else {}
                shown |= {route.endpoint} if seen.marks else set()
            else:
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
            place = urlsplit(answer.headers.get("Location", ""))
            assert (place.scheme, place.netloc) in {("", ""), ("http", "localhost")}, route.address
            assert "\n" not in str(answer.headers.get("Location", ""))
    assert foreign == {}
    assert SHOWN_AGAIN - shown == set()
    assert len(shown) > 50


def test_no_page_runs_what_stands_in_an_address(doors: Doors) -> None:  # noqa: F811 - the fixture
    foreign = {}
    for route in expected_routes():
        if "<" in route.address:
            role = next(role for role in doors.people if role in route.roles)
            address = "/".join(
                quote(script(1), safe="") if part.startswith("<") else part for part in route.address.split("/")
            )
            seen = Seen(doors.client_of(role).open(address, method=route.method).get_data(as_text=True))
            foreign |= {address: seen.foreign} if seen.foreign else {}
    assert foreign == {}


@pytest.mark.parametrize("path", ["/settings/tags", "/settings/categories/drugs"])
def test_a_form_carried_past_the_second_factor_runs_nothing(app: Flask, clock: FixedClock, path: str) -> None:
    """The page that asks for a code carries whatever was sent, whatever it is called."""
    officer = Officer(app, ("cluster", Role.ADMINISTRATOR))
    clock.advance(minutes=11)
    answer = officer.client.post(path, data={"name_vi": script(1), script(2): script(3)})
    seen = Seen(answer.get_data(as_text=True))
    assert (answer.status_code, seen.foreign) == (403, [])
    assert {1, 2, 3} <= seen.marks
