"""Who gets in where, by asking at every door as every role; `tests/house/routes.txt` says what must come out."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from forum.adapters.sealed_stream import SealedSpool
from forum.domain.vocabulary import Role
from forum.extensions import unit_of_work
from forum.models import Account, ApprovalPolicy, ConsentPolicy, Membership, PolicyRow, SignInSession
from forum.services import consent, sessions
from forum.services.attachments import Incoming, attach
from forum.services.timeline import open_key
from forum.services.work import Work
from tests.factories import Cast, make_account, make_actor, team_id, to_accepted
from tests.house.route_table import ROLES, Route, expected_routes, is_guarded

TEAM_OF_ROLE = {
    Role.INTAKE: "14/desk",
    Role.HANDLER: "14/PC04",
    Role.LEAD: "14/PC04",
    Role.SUPERVISOR: "14",
    Role.CUSTODIAN: "14",
    Role.ADMINISTRATOR: "cluster",
    Role.AUDITOR: "cluster",
}
FOUND_OR_SENT_ON = {200, 302, 303}
NEEDS_A_DRAFT = {"settings.draft", "settings.rule", "settings.rule_new"}
"""Pages about a draft of the rules lead back, or say that there is none, until one is begun."""

NEEDS_AN_ISSUER = {
    f"{feature}.{name}"
    for feature, names in {
        "auth": ("single_sign_on", "single_sign_on_done"),
        "submit": ("known", "known_begin", "known_done"),
    }.items()
    for name in names
}
"""Where no issuer of identities is configured, as here, these are not there; `tests/openid` opens them."""


@dataclass(frozen=True)
class Doors:
    """Real things for the variables of addresses, and somebody of each role."""

    app: Flask
    people: dict[str, int]
    variables: dict[str, object]
    by_endpoint: dict[str, dict[str, object]]

    def ask(self, route: Route, role: str) -> tuple[int, str]:
        """Ask at a door with a session of one's own; return the status, and where it sends on."""
        answer = self.client_of(role).open(self.address(route), method=route.method)
        return answer.status_code, answer.headers.get("Location", "")

    def client_of(self, role: str) -> FlaskClient:
        """Return the browser of somebody of a role, signed in."""
        client = self.app.test_client()
        if role != "nobody":
            with unit_of_work() as work:
                token = sessions.begin(work, work.session.get_one(Account, self.people[role]), is_proved=True)
            with client.session_transaction() as session:
                session["_user_id"] = token
        return client

    def address(self, route: Route) -> str:
        """Return an address of the route that leads to something real."""
        given = {**self.variables, **self.by_endpoint.get(route.endpoint, {})}
        rule = next(rule for rule in self.app.url_map.iter_rules(route.endpoint) if route.method in rule.methods)
        unknown = rule.arguments - given.keys()
        assert not unknown, f"tell tests/web/test_matrix.py what {unknown} may be"
        values = {name: given[name] for name in rule.arguments}
        return self.app.url_map.bind("localhost").build(route.endpoint, values, method=route.method)


def session_of(work: Work, account: Account) -> int:
    """Return the id of a session of the account."""
    sessions.begin(work, account, is_proved=True)
    return work.session.scalars(select(SignInSession.id).where(SignInSession.account_id == account.id)).one()


@pytest.fixture
def doors(app: Flask) -> Doors:
    with unit_of_work() as work:
        people = {role.value: make_account(work, (code, role)).id for role, code in TEAM_OF_ROLE.items()}
        other = make_account(work, ("15/desk", Role.INTAKE))
        membership = work.session.scalars(select(Membership.id).where(Membership.account_id == other.id)).one()
        tip = to_accepted(work, Cast(work), name="Lò Văn Mẫu")
        asker = make_actor(work, ("14", Role.CUSTODIAN))
        request = consent.ask(work, asker, tip.number, reason="Cần gặp để xác minh")
        spool = SealedSpool(work.files.spool_directory)
        spool.write(b"%PDF-1.7 words")
        file = Incoming("don.pdf", "application/pdf", 14, spool, is_cleaned=False)
        variables = {
            "number": tip.number,
            "uid": attach(work, tip, open_key(work, tip), event_seq=1, files=[file], is_public=True)[0].uid,
            "account_id": other.id,
            "membership_id": membership,
            "team_id": team_id(work, "15/PC08"),
            "approval_id": work.session.scalars(select(ApprovalPolicy.id)).first(),
            "request_id": request.id,
            "grant_id": 999_999,
            "consent_id": work.session.scalars(select(ConsentPolicy.id)).first(),
            "policy_id": work.session.scalars(select(PolicyRow.id).where(PolicyRow.valid_to.is_(None))).first(),
            "province": "15",
            "day": "2027-01-01",
            "step": "sessions",
            "passkey_id": 7,
            "session_id": session_of(work, other),
        }
    by_endpoint = {
        "settings.category": {"code": "drugs"},
        "settings.department": {"code": "PC04"},
        "settings.tag": {"code": "domestic-violence"},
        "settings.rule": {"number": 10},
        "settings.rule_drop": {"number": 10},
    }
    return Doors(app, people, variables, by_endpoint)


@pytest.mark.parametrize("role", ROLES.values())
def test_doors_open_for_those_of_the_list_and_for_nobody_else(doors: Doors, role: str) -> None:
    wrong = {}
    for route in expected_routes():
        status, place = doors.ask(route, role)
        is_open = not (status == 403 or (status == 302 and place.endswith("/sign-in") and is_guarded_for(route, role)))
        if is_open != (role in route.roles) or status >= 500:
            wrong[f"{route.method} {route.address}"] = status
    assert wrong == {}


def is_guarded_for(route: Route, role: str) -> bool:
    """Whether being sent to the sign-in page means a refusal here: signing out leads there too."""
    return role == "nobody" and (is_guarded(route.access) or route.access == "signed-in")


@pytest.mark.parametrize("role", ROLES.values())
def test_pages_are_there_for_those_who_may_read_them(doors: Doors, role: str) -> None:
    pages = [route for route in expected_routes() if route.method == "GET" and role in route.roles]
    wrong = {
        route.address: doors.ask(route, role)[0]
        for route in pages
        if route.endpoint not in NEEDS_A_DRAFT | NEEDS_AN_ISSUER
    }
    assert {address: status for address, status in wrong.items() if status not in FOUND_OR_SENT_ON} == {}
