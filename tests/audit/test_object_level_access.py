"""Every address with a variable, asked for by whoever may use such addresses, but not this very thing."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from forum.domain.vocabulary import Role
from forum.extensions import db, unit_of_work
from forum.models import AccessAction, AccessRow, Attachment, Membership, Tip, TipEventRow
from tests.citizen import Citizen
from tests.factories import make_account
from tests.house.route_table import Route, expected_routes
from tests.papers import paper
from tests.web.test_matrix import Doors, doors  # noqa: F401 - a fixture

OTHERS = {"province": "15/desk", "team": "14/PC08"}
"""Somebody of another province, and of another department of the same one."""
ROLES = [role for role in Role if role is not Role.ADMINISTRATOR]
BEYOND = ["0", "-1", "999999999", "9223372036854775808", "1" * 80, "%00", "..%2f..", "14%27--", "\u1ea1"]
REFUSED = {403, 404}


def varying(doors: Doors) -> list[Route]:  # noqa: F811 - the fixture
    """Return the routes whose address names what belongs to somebody.

    What administrators keep is everybody's, and auditors read the record of every tip, which holds no text.
    """
    everybodys = {"administer", "read-logs"}
    found = [route for route in expected_routes() if "<" in route.address and route.access not in everybodys]
    assert len(found) > 20
    assert [route for route in found if not doors.address(route)] == []
    return found


def state() -> tuple[object, ...]:
    """Return what nobody refused may have changed: every history; accesses are written down on purpose."""
    db.session.expire_all()
    tips = [tuple(row) for row in db.session.execute(select(Tip.number, Tip.event_count, Tip.status).order_by(Tip.id))]
    counted = (TipEventRow, Attachment, Membership)
    return (tips, *(db.session.scalar(select(func.count()).select_from(table)) for table in counted))


@pytest.fixture
def strangers(doors: Doors) -> dict[str, Doors]:  # noqa: F811 - the fixture
    """Return the same doors with people who have nothing to do with what lies behind."""
    with unit_of_work() as work:
        kinds = {
            kind: {role.value: make_account(work, (team, role)).id for role in ROLES} for kind, team in OTHERS.items()
        }
    return {kind: replace(doors, people=people) for kind, people in kinds.items()}


@pytest.mark.parametrize("kind", OTHERS)
def test_nobody_reaches_what_belongs_to_others(strangers: dict[str, Doors], kind: str) -> None:
    others, wrong = strangers[kind], {}
    before = state()
    for route in varying(others):
        for role in others.people.keys() & route.roles:
            answer = others.client_of(role).open(others.address(route), method=route.method)
            if answer.status_code not in REFUSED:
                wrong[f"{role}: {route.method} {route.address}"] = answer.status_code
            answer.close()
    assert wrong == {}
    assert state() == before
    read = (AccessRow.tip_id.is_not(None), AccessRow.action != AccessAction.REFUSED)
    assert db.session.scalar(select(func.count()).select_from(AccessRow).where(*read)) == 0


def test_a_file_is_not_reached_through_another_tip(strangers: dict[str, Doors], app: Flask) -> None:
    """An officer who may open one tip asks there for the file of another."""
    citizen = Citizen(app.test_client())
    own = citizen.receipt(province="15")
    with app.app_context():
        number = db.session.scalars(select(Tip.number).order_by(Tip.id.desc())).first()
    others = strangers["province"]
    desk = others.client_of("intake")
    assert desk.get(f"/tips/{number}").status_code == 200
    assert desk.get(f"/tips/{number}/files/{others.variables['uid']}").status_code == 404
    assert citizen.post("/follow/file", own, file=others.variables["uid"]).status_code == 404


@pytest.mark.parametrize("beyond", BEYOND)
def test_made_up_ids_are_refused_in_words_at_every_address(doors: Doors, beyond: str) -> None:  # noqa: F811 - as above
    wrong = {}
    for route in expected_routes():
        if "<" not in route.address:
            continue
        real = doors.address(route)
        role = next(role for role in doors.people if role in route.roles)
        values = [str(value) for value in {**doors.variables, **doors.by_endpoint.get(route.endpoint, {})}.values()]
        for part in real.split("/"):
            if part in values:
                made_up = real.replace(f"/{part}", f"/{beyond}", 1)
                status = doors.client_of(role).open(made_up, method=route.method).status_code
                if status >= 500 or status == 200:
                    wrong[f"{route.method} {made_up}"] = status
    assert wrong == {}


def test_a_receipt_opens_its_own_tip_alone(app: Flask) -> None:
    """Whatever else a citizen sends along, receipt and words go to the tip of the receipt."""
    one, two = Citizen(app.test_client()), Citizen(app.test_client())
    first = one.receipt(files=[(io.BytesIO(paper()), "don.pdf")])
    second = two.receipt(body="Một việc khác hẳn, ở chợ huyện.")
    with app.app_context():
        tips = db.session.scalars(select(Tip).order_by(Tip.id)).all()
        file = db.session.scalars(select(Attachment.uid)).one()
        numbers, counts = [tip.number for tip in tips], [tip.event_count for tip in tips]
    forged = {"number": numbers[0], "tip": numbers[0], "tip_id": "1", "id": "1"}
    assert two.post("/follow/file", second, file=file, **forged).status_code == 404
    assert two.post("/follow/write", second, text="chữ của người thứ hai", **forged).status_code == 200
    two.post("/follow/rate", second, is_solved="no", score="1", **forged)
    assert "người thứ hai" not in one.follow(first).text
    with app.app_context():
        after = db.session.scalars(select(Tip.event_count).order_by(Tip.id)).all()
    assert after == [counts[0], counts[1] + 1]
