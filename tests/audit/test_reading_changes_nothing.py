"""A link or a picture on another site can make a browser ask: asking for a page must change nothing.

That every form needs its token, the one for signing out included, is shown in `tests/house/test_routes.py`.
"""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from forum.extensions import db
from forum.models import Base
from tests.house.route_table import ROLES, expected_routes
from tests.web.test_matrix import Doors, doors  # noqa: F401 - a fixture

RECORDS = {"access_log", "sign_in_session"}
"""Readings themselves are written down, and so is when a session was last used."""


def contents() -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table but the record of readings."""
    db.session.expire_all()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in RECORDS]
    assert len(tables) == len(Base.metadata.sorted_tables) - len(RECORDS)
    small = [table for table in tables if db.session.scalar(select(func.count()).select_from(table)) < 500]
    counted = {table.name: [(db.session.scalar(select(func.count()).select_from(table)),)] for table in tables}
    rows = {table.name: sorted(map(tuple, db.session.execute(select(table))), key=repr) for table in small}
    return counted | rows


@pytest.mark.parametrize("role", ROLES.values())
def test_asking_for_a_page_changes_nothing(doors: Doors, role: str) -> None:  # noqa: F811 - the fixture
    before, pages = contents(), [route for route in expected_routes() if route.method == "GET" and role in route.roles]
    for route in pages:
        doors.ask(route, role)
        doors.client_of(role).get(doors.address(route), query_string={"do": "split", "province": "14", "step": "close"})
    after = contents()
    assert pages
    assert [name for name in before if before[name] != after[name]] == []
