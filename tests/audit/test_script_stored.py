"""What anybody typed anywhere is text on every page that shows it, to everybody who may read that page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from wtforms import Form, StringField, TextAreaField
from wtforms.fields.core import UnboundField

from forum.domain.vocabulary import Category, Kind, Priority, Restriction, Role
from forum.extensions import db
from forum.models import IdentityRequest, Tip
from forum.services import duplicates, handling, restriction, routing, triage
from forum.services.tips import lock_tip
from forum.services.work import Work
from forum.web.tips.action_table import ACTIONS
from tests.audit.planting import Planter
from tests.audit.script import Sheet, Sheets
from tests.citizen import digits_of
from tests.conftest import fresh_work
from tests.factories import (
    HARMLESS,
    PASSPHRASE,
    Cast,
    send_tip,
    team_id,
    to_accepted,
    to_answered,
    to_routed,
    to_triaged,
)
from tests.fuzz.surface import _below
from tests.house.route_table import expected_routes
from tests.web.desk import Officer, readable
from tests.web.test_matrix import Doors, doors  # noqa: F401 - a fixture

CODES = {
    "code": "hop-le", "username": "nguoi-hop-le", "commune": "", "communes": "", "master": "", "number": "4711",
    "notice_address": "a@example.org", "receipt": "",
}  # fmt: skip
"""Fields that take no free words: they are sent with script first, then with something that lets the rest pass."""
CODES_ALONE = {("follow", "receipt"), ("tips", "master")}
"""Without a right one, nothing of these forms is read: `test_script_reflected.py` sends them script."""
NEVER_SHOWN = {
    ("settings", "code"): "a code holds letters and digits",
    ("settings", "username"): "as above",
    ("settings", "commune"): "names one of the list",
    ("settings", "communes"): "as above",
    ("settings", "words"): "a rule asks for short phrases of letters",
    ("settings", "name"): "looks for an account, and is not kept",
    ("submit", "notice_address"): "an address of mail, shown to nobody",
    ("follow", "receipt"): "digits",
    ("tips", "master"): "the number of a tip",
}
"""Fields whose script is refused or shown to nobody, and why."""
LEADS_NOWHERE = {"style", "audit", "search", "auth", "proving", "tip_filters", "retention", "statistics"}
"""Features whose fields of words narrow a list, or name something: nothing of them is kept but names of passkeys."""


def words_of_forms() -> set[tuple[str, str]]:
    """Return every field of words of every form, by its feature."""
    found = set()
    for form in _below(Form):
        parts = form.__module__.split(".")
        if parts[:2] == ["forum", "web"] and parts[2] not in LEADS_NOWHERE:
            for base in form.__mro__:
                fields = {name: value for name, value in vars(base).items() if isinstance(value, UnboundField)}
                found |= {
                    (parts[2], name)
                    for name, value in fields.items()
                    if value.field_class in {StringField, TextAreaField}
                }
    return found


def plant_settings(planter: Planter, doors: Doors, officer: Officer) -> None:  # noqa: F811 - the fixture
    officer.client.post("/settings/rules/draft")
    for route in expected_routes():
        if route.endpoint.startswith("settings.") and route.method == "GET":
            for sheet in planter.sheets(officer.client, doors.address(route)):
                if has_words(sheet):
                    planter.send(officer.client, sheet)
                    planter.send(officer.client, sheet, **CODES)
                    planter.send(officer.client, sheet, **CODES, words="ma túy")


def has_words(sheet: Sheet) -> bool:
    return any(control.kind in {"text", "textarea", "search"} for control in sheet.controls.values())


def plant_tip(planter: Planter, client: FlaskClient, **fields: str) -> str:
    """Send a tip as a citizen with script in every field; return its receipt."""
    sheet = sheet_of(planter, client, "/submit", "/submit")
    given = {"category": "drugs", "province": "14", "police": "none", "notice_address": "a@example.org", **fields}
    planter.send(client, sheet)
    planter.send(client, sheet, **given)
    if "receipt-digits" not in planter.last.text:  # it asks once whether no better place is known
        asked = next(sheet for sheet in Sheets(planter.last.text).found if sheet.action == "/submit")
        planter.send(client, asked, **given, place_choice="unsure")
    return digits_of(planter.last)


def sheet_of(planter: Planter, client: FlaskClient, address: str, action: str, **sent: str) -> Sheet:
    """Return the form of a page that is sent to an address."""
    return next(sheet for sheet in planter.sheets(client, address, **sent) if sheet.action.partition("#")[0] == action)


def follow(planter: Planter, client: FlaskClient, receipt: str) -> None:
    """Write once more, and rate."""
    for action, given in (("/follow/write", {}), ("/follow/rate", {"is_solved": "no", "score": "1"})):
        assert planter.send(client, sheet_of(planter, client, "/follow", action, receipt=receipt), **given), action


@dataclass
class Desk:
    """Everybody who does something to tips, each at a browser."""

    planter: Planter
    cast: Cast
    done: dict[str, str] = field(default_factory=dict)
    """Numbers of tips by the action that was done to each."""

    def act(self, make: Callable[[Work, Cast], Tip], officers: tuple[Officer, ...]) -> None:
        """Do each thing that is offered for such a tip and has not been done yet, to a tip of its own."""
        for officer in officers:
            while waiting := self._offered(officer, number := self._made(make)) - self.done.keys():
                self._do(officer, number, min(waiting))

    def _offered(self, officer: Officer, number: str) -> set[str]:
        page = self.planter.look(officer.client, f"/tips/{number}")
        found = re.findall(rf'action="/tips/{number}/([a-z-]+)"|\?do=([a-z-]+)#', page)
        return {on_page or behind for on_page, behind in found}

    def _made(self, make: Callable[[Work, Cast], Tip]) -> str:
        with fresh_work() as work:
            return make(work, self.cast).number

    def _do(self, officer: Officer, number: str, name: str) -> None:
        sheet = sheet_of(self.planter, officer.client, f"/tips/{number}?do={name}", f"/tips/{number}/{name}")
        given = {
            "passphrase": PASSPHRASE,
            "master": self._made(received),
            "founded": "yes",
            "valuable": "yes",
            "grassroots": "no",
        }
        taken = self.planter.send(officer.client, sheet, **given)
        assert taken, (name, readable(self.planter.last.text)[:3000])
        self.done[name] = number


def received(work: Work, cast: Cast) -> Tip:
    return lock_tip(work, send_tip(work, name="Lò Văn A", category=Category.OTHER).tip_number, cast.desk)


def complaint(work: Work, cast: Cast) -> Tip:
    tip = received(work, cast)
    triage.classify(work, cast.desk, tip, triage.Classification(Kind.COMPLAINT, Category.OTHER, Priority.NORMAL))
    return tip


def restricted(work: Work, cast: Cast) -> Tip:
    tip = to_accepted(work, cast)
    restriction.restrict(work, cast.lead, tip, restriction=Restriction.FORMAL_WAY, reason="Có tên người báo")
    return tip


def proposed(work: Work, cast: Cast) -> Tip:
    tip = to_accepted(work, cast)
    handling.answer(work, cast.handler, tip, text="Đã kiểm tra.")
    assert tip.is_answer_pending
    return tip


def linked(work: Work, cast: Cast) -> Tip:
    tip, other = received(work, cast), received(work, cast)
    duplicates.link(work, cast.desk, tip, master_number=other.number)
    return tip


def respondable(work: Work, cast: Cast) -> Tip:
    tip = to_triaged(work, cast)
    responder = team_id(work, RESPONDER)
    team = team_id(work, cast.department)
    routing.route_tip(work, cast.desk, tip, team_id=team, responder_id=responder, reason="Gần nhất")
    return tip


def harmless(work: Work, cast: Cast) -> Tip:
    return lock_tip(work, send_tip(work, name="Lò Văn A", **HARMLESS).tip_number, cast.desk)


RESPONDER = "14/04048"
MAKERS = (received, complaint, harmless, to_routed, to_accepted, restricted, proposed, linked, respondable, to_answered)
PEOPLE = {
    "intake": ("14/desk", Role.INTAKE), "handler": ("14/PC04", Role.HANDLER), "lead": ("14/PC04", Role.LEAD),
    "commune": (RESPONDER, Role.HANDLER), "inspectorate": ("14/TT", Role.LEAD),
    "neighbour": ("04/desk", Role.INTAKE),
}  # fmt: skip
READERS = {
    "supervisor": ("14", Role.SUPERVISOR), "auditor": ("cluster", Role.AUDITOR),
    "administrator": ("cluster", Role.ADMINISTRATOR), "second": ("14", Role.CUSTODIAN),
}  # fmt: skip
CUSTODIAN = ("14", Role.CUSTODIAN)


def answer_last(work: Work, cast: Cast) -> None:
    """Take the newest tip to its answer."""
    number = work.session.scalars(select(Tip.number).order_by(Tip.id.desc())).first()
    tip = lock_tip(work, number, cast.desk)
    triage.classify(work, cast.desk, tip, triage.Classification(Kind.CRIME_REPORT, Category.DRUGS, Priority.NORMAL))
    routing.route_tip(work, cast.desk, tip, team_id=team_id(work, cast.department), reason="Đúng lĩnh vực")
    handling.accept(work, cast.handler, tip)
    handling.answer(work, cast.lead, tip, text="Đã kiểm tra.")


def decide(planter: Planter, custodian: Officer) -> None:
    for request_id in db.session.scalars(select(IdentityRequest.id)).all():
        for sheet in planter.sheets(custodian.client, f"/consent/{request_id}"):
            assert planter.send(custodian.client, sheet, answer="agree")


def open_name(planter: Planter, custodian: Officer, number: str) -> None:
    """Read who sent a tip."""
    address = f"/tips/{number}/open-identity"
    sheet = sheet_of(planter, custodian.client, f"/tips/{number}", address)
    taken = planter.send(custodian.client, sheet, passphrase=PASSPHRASE, reason="Cần gặp để xác minh")
    assert taken, readable(planter.last.text)


def read_everything(planter: Planter, doors: Doors, people: dict[str, Officer], numbers: Iterable[str]) -> None:  # noqa: F811 - the fixture
    """Let everybody read every page that there is, and search for what the tips say."""
    roles = {name: grant[1].value for name, grant in (PEOPLE | READERS | {"custodian": CUSTODIAN}).items()}
    for name, officer in people.items():
        for route in expected_routes():
            if route.method == "GET" and roles[name] in route.roles and not route.endpoint.startswith("style"):
                planter.look(officer.client, doors.address(route))
    for name in ("lead", "intake", "inspectorate", "neighbour", "custodian"):
        for number in numbers:
            planter.look(people[name].client, f"/tips/{number}")
        for words in ("ma túy", "onfocus"):
            planter.look(people[name].client, "/search", words=words)
    for group in ("month", "province", "team", "category", "kind"):
        for page in ("", "/chart.svg", "/figures.csv"):
            planter.look(people["supervisor"].client, f"/statistics{page}?period=2026-11&group={group}")


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)  # a page is escaped alike whatever stored it
def test_no_page_runs_what_is_stored(doors: Doors, app: Flask, recovery: str) -> None:  # noqa: F811 - the fixture
    planter, citizen = Planter(app), app.test_client()
    people = {name: Officer(app, grant) for name, grant in (PEOPLE | READERS).items()}
    people["custodian"] = Officer(app, CUSTODIAN, recovery=recovery)
    plant_settings(planter, doors, people["administrator"])
    receipt = plant_tip(planter, citizen, police_unit="")
    with fresh_work() as work:
        cast = Cast(work)
        answer_last(work, cast)
    follow(planter, citizen, receipt)
    desk = Desk(planter, cast)
    for make in MAKERS:
        desk.act(make, tuple(people[name] for name in (*PEOPLE, "custodian")))
    assert {action.name for action in ACTIONS} | {"ask-identity", "open-identity"} == desk.done.keys()
    decide(planter, people["second"])
    plant_tip(planter, citizen, police="province")
    plant_tip(planter, citizen, category="other", police_unit="")
    newest = list(db.session.scalars(select(Tip.number).order_by(Tip.id.desc()).limit(2)))
    planter.shown.clear()
    open_name(planter, people["custodian"], newest[0])
    read_everything(planter, doors, people, {*newest, *desk.done.values()})
    planter.look(citizen, "/follow", receipt=receipt)
    assert planter.foreign == {}
    filled, shown = of_features(planter.went.values()), of_features(planter.went[mark] for mark in planter.shown)
    assert words_of_forms() - filled == CODES_ALONE
    assert words_of_forms() - shown == NEVER_SHOWN.keys()
    assert {("submit", "files"), ("follow", "files"), ("tips", "files")} <= shown


def of_features(went: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(endpoint.partition(".")[0], name) for endpoint, name in went}
