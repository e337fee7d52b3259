"""The page on who can see a tip: for its lead and the auditor, with the reasons, and recorded itself."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import AccessAction, AccessRow
from forum.reports import readers
from tests.conftest import fresh_work
from tests.factories import BODY, Cast, make_account, send_tip, to_routed
from tests.web.desk import Officer, readable, statements_of


@pytest.fixture
def number(app: Flask) -> str:
    """Return a tip of a department."""
    with fresh_work() as work:
        return to_routed(work, Cast(work)).number


@pytest.fixture
def restricted(app: Flask) -> str:
    with fresh_work() as work:
        return send_tip(work, police=PoliceConcern.COMMUNE, police_unit="Công an xã").tip_number


def rows_of(page: str) -> list[str]:
    return [readable(row) for row in page.split("<tr>")[1:]]


def test_a_lead_is_led_there_from_the_tip_and_sees_people_with_their_reasons(app: Flask, number: str) -> None:
    lead, desk = Officer(app, ("14/PC04", Role.LEAD)), Officer(app, ("14/desk", Role.INTAKE))
    other = Officer(app, ("14/PC08", Role.HANDLER))
    assert f"/tips/{number}/who-can-see" in lead.tip(number)
    assert "who-can-see" not in desk.tip(number)

    rows = rows_of(lead.see(f"/tips/{number}/who-can-see"))

    own = next(row for row in rows if lead.name in row)
    assert "Đơn vị đang thụ lý tin" in own
    assert any(desk.name in row and "mọi tin không hạn chế của tỉnh" in row for row in rows)
    assert not any(other.name in row for row in rows)


def test_openings_and_refusals_stand_below_the_latest_first(app: Flask, number: str) -> None:
    lead, desk, other = (
        Officer(app, grant) for grant in (("14/PC04", Role.LEAD), ("14/desk", Role.INTAKE), ("15/desk", Role.INTAKE))
    )
    desk.tip(number)
    desk.tip(number)
    other.tip(number, 404)
    below = lead.see(f"/tips/{number}/who-can-see").partition("Ai đã mở")[2]
    rows = rows_of(below)
    assert f"{desk.name} 2 0" in next(row for row in rows if desk.name in row)
    assert f"{other.name} 0 1" in next(row for row in rows if other.name in row)


def test_only_the_listed_see_a_restricted_tip_and_its_page(app: Flask, restricted: str) -> None:
    desk, listed = Officer(app, ("14/desk", Role.LEAD)), Officer(app, ("14/TT", Role.LEAD))
    page = listed.see(f"/tips/{restricted}/who-can-see")
    assert "Đơn vị có tên trong danh sách" in page
    assert desk.name not in page
    desk.see(f"/tips/{restricted}/who-can-see", 404)


def test_the_auditor_gets_the_same_answer_and_no_text(app: Flask, restricted: str) -> None:
    auditor, listed = Officer(app, ("cluster", Role.AUDITOR)), Officer(app, ("14/TT", Role.LEAD))
    assert f"/audit/who-can-see/{restricted}" in auditor.see(f"/audit/accesses?number={restricted}")
    page = auditor.see(f"/audit/who-can-see/{restricted}")
    assert listed.name in page
    assert BODY not in page
    auditor.see("/audit/who-can-see/NOSUCHTIPX", 404)


def test_that_somebody_asked_is_recorded_with_the_tip(app: Flask, number: str) -> None:
    lead = Officer(app, ("14/PC04", Role.LEAD))
    lead.see(f"/tips/{number}/who-can-see")
    db.session.expire_all()
    rows = db.session.scalars(
        select(AccessRow).where(AccessRow.chain == lead.id, AccessRow.action == AccessAction.LIST_SHOWN)
    ).all()
    assert [(row.data, row.tip_id is not None) for row in rows] == [({"list": "who-can-see"}, True)]


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40, "²"])
def test_a_forged_page_is_the_first(app: Flask, number: str, page: str) -> None:
    lead = Officer(app, ("14/PC04", Role.LEAD))
    assert lead.name in lead.see(f"/tips/{number}/who-can-see?page={page}")


def test_the_list_is_bounded_and_paged_at_a_constant_number_of_statements(
    app: Flask, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = Officer(app, ("14/PC04", Role.LEAD))
    path = f"/tips/{number}/who-can-see"
    before = statements_of(lead, path)
    monkeypatch.setattr(readers, "PAGE", 5)
    with fresh_work() as work:
        names = {make_account(work, ("14/PC04", Role.HANDLER)).display_name for _each in range(12)}
    assert statements_of(lead, path) == before
    seen: set[str] = set()
    pages = 0
    while path:
        page = lead.see(path)
        seen |= {name for name in names if name in page.partition("Ai đã mở")[0]}
        pages += 1
        following = f"/tips/{number}/who-can-see?page={pages + 1}"
        path = following if f'href="{following}"' in page else ""
    assert seen == names
    assert pages >= 3
