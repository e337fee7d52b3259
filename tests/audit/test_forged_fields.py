"""Fields that no page offers, sent along with every form that they could matter to."""

from __future__ import annotations

import re
import secrets

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import Account, Membership, Tip
from tests.citizen import Citizen
from tests.conftest import fresh_work
from tests.factories import PASSWORD, make_account, send_tip, team_id
from tests.web.desk import Officer, state_of

DRAWN = {"id", "uid", "number", "receipt_digest", "form_token_digest", "duplicate_key"}
NEW = "mat khau moi that dai"


def columns(row: object) -> dict[str, object]:
    return {attribute.key: getattr(row, attribute.key) for attribute in inspect(type(row)).column_attrs}


def plain(value: object) -> bool:
    """Whether a column means the same in two rows: seals, keys and digests are drawn anew each time."""
    return not isinstance(value, bytes | memoryview)


def test_a_citizen_sets_nothing_of_a_tip_but_what_the_form_asks(app: Flask) -> None:
    citizen = Citizen(app.test_client())
    names = {attribute.key for attribute in inspect(Tip).column_attrs} - {"category"}
    forged = dict.fromkeys(names, "1") | {
        "status": "closed", "kind": "other", "priority": "urgent", "is_restricted": "y", "team_id": "3",
        "province_code": "15", "received_at": "2020-01-01T00:00:00", "account_id": "1", "role": "lead",
    }  # fmt: skip
    citizen.receipt(province="14")
    citizen.receipt(province="14", **forged)
    with app.app_context():
        honest, other = db.session.scalars(select(Tip).order_by(Tip.id)).all()
        one, two = columns(honest), columns(other)
    differing = {name for name in one if plain(one[name]) and one[name] != two[name]} - DRAWN
    assert differing == set()
    assert len([name for name in one if plain(one[name])]) > 15


def test_an_officer_acts_as_themselves_and_for_their_own_team(app: Flask) -> None:
    with fresh_work() as work:
        number = send_tip(work).tip_number
        other = make_account(work, ("15/desk", Role.INTAKE))
        foreign = team_id(work, "15/PC08")
    desk = Officer(app, ("14/desk", Role.INTAKE))
    forged = {"account_id": other.id, "actor": other.id, "team_id": foreign, "assignee_id": other.id}
    prefixed = {f"note-{name}": value for name, value in forged.items()}
    seen = state_of(number).event_count
    data = {"note-seen": seen, "note-text": "Đã đọc.", "status": "closed", **forged, **prefixed}
    assert desk.client.post(f"/tips/{number}/note", data=data).status_code == 302
    row = state_of(number)
    assert (row.status, row.team_id != foreign) == ("received", True)
    assert desk.name in desk.tip(number)
    assert other.display_name not in desk.tip(number)


@pytest.mark.parametrize("path", ["/password", "/theme"])
def test_an_officer_changes_their_own_account_alone(app: Flask, path: str) -> None:
    with fresh_work() as work:
        other = make_account(work, ("14/desk", Role.INTAKE))
        before = columns(other)
    officer = Officer(app, ("14/PC04", Role.HANDLER))
    forged = {"account_id": other.id, "id": other.id, "username": other.username, "role": "administrator"}
    data = {"current": PASSWORD, "password": NEW, "again": NEW, "theme": "dark", "must_change_password": "", **forged}
    assert officer.client.post(path, data=data).status_code == 302
    db.session.expire_all()
    assert columns(db.session.get_one(Account, other.id)) == before
    roles = db.session.scalars(select(Membership.role).where(Membership.account_id == officer.id)).all()
    assert roles == [Role.HANDLER]


def test_an_account_begins_without_the_rights_that_were_sent_along(app: Flask) -> None:
    administrator = Officer(app, ("cluster", Role.ADMINISTRATOR))
    name = f"nguoi-moi-{secrets.token_hex(3)}"
    asked = set(re.findall(r'name="([a-z_-]+)"', administrator.see("/settings/accounts/new")))
    forged = {
        "role": "lead",
        "is_active": "y",
        "session_version": "9",
        "password_hash": "x",
        "must_change_password": "",
    }
    sent = {name: value for name, value in forged.items() if name not in asked}
    administrator.client.post("/settings/accounts/new", data={"username": name, "display_name": "Người mới", **sent})
    db.session.expire_all()
    account = db.session.scalars(select(Account).where(Account.username == name)).one()
    assert (account.must_change_password, account.session_version) == (True, 1)
    assert account.password_hash.startswith("$argon2id$")
    assert db.session.scalars(select(Membership).where(Membership.account_id == account.id)).all() == []
