"""What can be taken away: figures alone, no text, no formula, and never unrecorded."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select, update

from forum.domain.vocabulary import Role
from forum.extensions import db, house
from forum.models import AccessAction, AccessRow, Team, Tip
from tests.conftest import fresh_work
from tests.factories import BODY, Cast, to_closed
from tests.house.route_table import expected_routes
from tests.web.desk import Officer

FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1")


def taken(officer: Officer, group: str) -> tuple[str, list[list[str]]]:
    answer = officer.client.get(f"/statistics/figures.csv?period=2026-11&group={group}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    content = answer.get_data(as_text=True)
    return content, list(csv.reader(io.StringIO(content.removeprefix("\ufeff")), delimiter=";"))


def test_the_figures_are_the_only_thing_that_can_be_taken_away() -> None:
    names = {route.endpoint for route in expected_routes()}
    assert {name for name in names if "export" in name} == {"statistics.export"}, (
        "a new export belongs into these tests"
    )


@pytest.mark.parametrize("group", ["month", "province", "team", "category", "kind"])
def test_a_file_of_figures_holds_no_text_number_or_name(app: Flask, group: str) -> None:
    with fresh_work() as work:
        cast = Cast(work)
        tip = to_closed(work, cast, name="Lò Thị Mai", contact="0912345678", place="nhà sàn cuối bản")
        number = tip.number
    content, rows = taken(Officer(app, ("14", Role.SUPERVISOR)), group)
    assert len(rows) > 1
    for words in (
        BODY,
        "ma túy vào ban đêm",
        "Lò Thị Mai",
        "0912345678",
        "nhà sàn",
        number,
        "Công an đã kiểm tra",
        cast.lead.name,
    ):
        assert words not in content


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_is_a_formula_whatever_a_unit_is_called(app: Flask, name: str) -> None:
    with fresh_work() as work:
        tip = to_closed(work, Cast(work))
        work.session.execute(update(Team).where(Team.id == tip.team_id).values(name_vi=name, name_en=name))
    house().rulebook = None  # names are read with the rules
    _content, rows = taken(Officer(app, ("14", Role.SUPERVISOR)), "team")
    cells = [cell for row in rows for cell in row]
    assert any(name.strip() in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert [cell for cell in cells if cell.startswith("-") and not cell[1:].replace(",", "").isdecimal()] == []


def test_a_file_is_recorded_before_it_is_made_so_also_when_it_cannot_be(app: Flask, monkeypatch) -> None:
    officer = Officer(app, ("14", Role.SUPERVISOR))
    taken(officer, "month")
    assert exports(officer.id) == 1
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with fresh_work() as work:
        to_closed(work, Cast(work))
        work.session.execute(update(Tip).values(event_count=Tip.event_count))
    monkeypatch.setattr("forum.web.statistics.export.FORMULA_STARTS", 7)  # so that making the file fails
    assert officer.client.get("/statistics/figures.csv?period=2026-11").status_code == 500
    assert exports(officer.id) == 2


def exports(account_id: int) -> int:
    db.session.expire_all()
    wanted = (AccessRow.chain == account_id, AccessRow.action == AccessAction.EXPORTED)
    return len(db.session.scalars(select(AccessRow.id).where(*wanted)).all())


def test_nobody_without_the_right_takes_anything_away_and_the_try_is_recorded(app: Flask) -> None:
    officer = Officer(app, ("14/desk", Role.INTAKE))
    assert officer.client.get("/statistics/figures.csv").status_code == 403
    db.session.expire_all()
    last = db.session.scalars(
        select(AccessRow).where(AccessRow.chain == officer.id).order_by(AccessRow.seq.desc())
    ).first()
    assert (last.action, last.data) == (AccessAction.REFUSED, {"endpoint": "statistics.export"})
