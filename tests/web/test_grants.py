"""The page of accounts where a right waits for a second administrator."""

from __future__ import annotations

import re

from flask import Flask

from forum.domain.vocabulary import Role
from tests.conftest import fresh_work
from tests.factories import actor_of, make_account, team_id
from tests.web.desk import Officer

ADMINISTRATOR = ("cluster", Role.ADMINISTRATOR)


def test_right_waits_on_the_page_until_another_administrator_confirms_it(app: Flask) -> None:
    one, other = (Officer(app, ADMINISTRATOR) for _ in range(2))
    with fresh_work() as work:
        account, team = make_account(work), team_id(work, "14/desk")
    page = f"/settings/accounts/{account.id}"
    given = one.client.post(f"{page}/appoint?province=14", data={"team": team, "role": "custodian"})
    assert given.status_code == 302
    seen = one.see(page)
    assert "có hiệu lực khi một quản trị viên khác xác nhận" in seen
    assert "mở được danh tính người gửi" in seen
    assert "Quản trị viên khác xác nhận" in seen
    (refuse,) = re.findall(r'action="(/settings/grants/[0-9]+/refuse)"', seen)
    confirm = refuse.replace("refuse", "confirm")
    assert confirm not in seen
    one.client.post(confirm)
    assert refuse in one.see("/settings/accounts")
    assert confirm in other.see("/settings/accounts")
    assert other.client.post(confirm).headers["Location"] == page
    assert refuse not in other.see("/settings/accounts")
    assert other.client.post(refuse).status_code == 404
    with fresh_work() as work:
        assert [m.role for m in actor_of(work, account).memberships] == [Role.CUSTODIAN]
