"""Administrators never read tips; auditors read events, never texts: by real requests at every door."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.domain.permissions import Permission
from forum.domain.vocabulary import Role
from tests.conftest import fresh_work
from tests.factories import Cast, make_actor, to_routed
from tests.house.route_table import expected_routes
from tests.web.desk import Officer, readable

ABOUT_TIPS = {
    Permission.READ_TIPS,
    Permission.TRIAGE,
    Permission.HANDLE,
    Permission.APPROVE,
    Permission.OPEN_IDENTITY,
    Permission.CONSENT,
}
WORDS = ("bán ma túy vào ban đêm", "Lò Văn Mẫu", "0912 345 678")
CLUSTER = "cluster"
MANY = ((CLUSTER, Role.SUPERVISOR), ("14", Role.SUPERVISOR), ("14/desk", Role.SUPERVISOR))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
@pytest.mark.parametrize("more", [(), MANY])
def test_every_door_to_tips_is_shut_to_whoever_rules_or_watches(app: Flask, role: Role, more: tuple) -> None:
    with fresh_work() as work:
        number = to_routed(work, Cast(work), name=WORDS[1], contact=WORDS[2]).number
        make_actor(work, ("14", Role.CUSTODIAN))
    person = Officer(app, (CLUSTER, role), *more)
    doors = [route for route in expected_routes() if route.access in ABOUT_TIPS]
    assert len(doors) > 30
    opened = {}
    for route in doors:
        address = route.address.replace("<number>", number).replace("<uid>", "0" * 32)
        answer = person.client.open(address.replace("<int:request_id>", "1"), method=route.method)
        if answer.status_code != 403 or any(word in readable(answer.get_data(as_text=True)) for word in WORDS):
            opened[f"{route.method} {route.address}"] = answer.status_code
    assert opened == {}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_no_page_of_whoever_rules_or_watches_holds_words_of_a_tip(app: Flask, role: Role) -> None:
    with fresh_work() as work:
        to_routed(work, Cast(work), name=WORDS[1], contact=WORDS[2])
    person, letter = Officer(app, (CLUSTER, role)), role.value
    pages = [r for r in expected_routes() if r.method == "GET" and letter in r.roles and "<" not in r.address]
    assert pages
    told = {r.address for r in pages if any(word in readable(text_of(person, r.address)) for word in WORDS)}
    assert told == set()


def text_of(person: Officer, address: str) -> str:
    return person.client.get(address).get_data(as_text=True)
