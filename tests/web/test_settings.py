"""The administrator's pages: what is changed holds, what is refused keeps what was typed, and no tip is ever seen."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from forum.domain.vocabulary import Category, Role
from forum.extensions import db
from forum.models import (
    AccessAction,
    AccessRow,
    Account,
    CalendarDay,
    CategoryEntry,
    Membership,
    PolicyRow,
    SettingEvent,
    Tag,
    Team,
)
from tests.conftest import FixedClock, fresh_work
from tests.factories import PASSWORD, make_account, send_tip, sign_in, team_id
from tests.web.desk import Officer, readable

PAGES = [
    "/settings/",
    "/settings/accounts",
    "/settings/accounts/new",
    "/settings/teams",
    "/settings/teams?province=14",
    "/settings/teams/open/14",
    "/settings/teams/open-commune/14",
    "/settings/departments",
    "/settings/departments/PC04",
    "/settings/categories",
    "/settings/categories/drugs",
    "/settings/tags",
    "/settings/tags/alcohol",
    "/settings/policies",
    "/settings/policies/new",
    "/settings/policies/101/end",
    "/settings/approvals",
    "/settings/calendar",
    "/settings/calendar?year=2025",
    "/settings/cluster",
    "/settings/rules",
]


@pytest.fixture
def officer(app: Flask) -> Officer:
    return Officer(app, ("cluster", Role.ADMINISTRATOR))


def send(officer: Officer, path: str, status: int = 302, **fields) -> str:
    answer = officer.client.post(path, data=fields)
    assert answer.status_code == status, readable(answer.get_data(as_text=True))
    return answer.get_data(as_text=True)


def fresh(query):
    db.session.expire_all()
    return db.session.scalars(query).one()


def events() -> int:
    return db.session.scalar(select(func.count()).select_from(SettingEvent)) or 0


def test_every_page_opens_in_both_languages_and_says_nothing_in_english_when_vietnamese(app, officer):
    english = {path: readable(_in_english(officer, path)) for path in PAGES}
    officer.client.delete_cookie("language")
    for path in PAGES:
        page = officer.see(path)
        assert 'lang="vi"' in page
        heading = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL).group(1)
        assert heading.strip()
        assert " The " not in readable(page), path
    assert "Settings" in english["/settings/"]


def _in_english(officer: Officer, path: str) -> str:
    officer.client.set_cookie("language", "en")
    return officer.see(path)


def test_the_password_of_a_new_account_is_shown_once_and_opens_the_account(app, officer):
    page = send(officer, "/settings/accounts/new", 200, display_name="Nguyễn Văn An", username="An.Nguyen")
    password = re.search(r'<code id="password">(.*?)</code>', page).group(1)
    account = fresh(select(Account).where(Account.username == "an.nguyen"))
    assert password not in officer.see(f"/settings/accounts/{account.id}")
    browser = app.test_client()
    entered = browser.post("/sign-in", data={"username": "an.nguyen", "password": password})
    assert entered.location == "/password"
    page = send(officer, "/settings/accounts/new", 200, display_name="Nguyễn Văn An", username="an.nguyen")
    assert 'value="Nguyễn Văn An"' in page
    assert "error-summary" in page


def test_rights_hold_at_once_and_end_at_once_when_a_role_is_given_and_ended(app, officer):
    other = Officer(app, ("14/PC04", Role.HANDLER))
    with fresh_work() as work:
        desk = team_id(work, "14/desk")
    send(officer, f"/settings/accounts/{other.id}/appoint?province=14", team=str(desk), role="intake")
    assert other.client.get("/queue").status_code == 302, "sessions end, so that rights are read anew"
    username = db.session.get_one(Account, other.id).username
    sign_in(other.client, username)
    assert other.client.get("/queue").status_code == 200
    for membership in db.session.scalars(select(Membership).where(Membership.account_id == other.id)).all():
        send(officer, f"/settings/accounts/{other.id}/dismiss/{membership.id}")
    sign_in(other.client, username)
    assert other.client.get("/queue").status_code == 403


def test_a_closed_account_is_signed_out_and_cannot_sign_in(app, officer):
    other = Officer(app, ("14/PC04", Role.HANDLER))
    username = db.session.get_one(Account, other.id).username
    send(officer, f"/settings/accounts/{other.id}/close")
    assert other.client.get("/queue").status_code == 302
    entered = other.client.post("/sign-in", data={"username": username, "password": PASSWORD})
    assert entered.status_code != 302
    send(officer, f"/settings/accounts/{other.id}/reopen")
    assert sign_in(other.client, username).location == "/queue"


def test_an_administrator_is_refused_their_own_account_and_a_reading_role_for_another(app, officer):
    with fresh_work() as work:
        second = make_account(work, ("cluster", Role.ADMINISTRATOR)).id
        desk = team_id(work, "14/desk")
    page = send(officer, f"/settings/accounts/{second}/appoint?province=14", 200, team=str(desk), role="intake")
    assert "Người quản trị không được đọc tin" in page
    before = events()
    send(officer, f"/settings/accounts/{officer.id}/close")
    send(officer, f"/settings/accounts/{officer.id}/password", 400)
    assert events() == before
    assert fresh(select(Account).where(Account.id == officer.id)).is_active


def test_names_are_found_without_accents_and_never_stand_in_an_address(app, officer):
    with fresh_work() as work:
        make_account(work, username="mua-a").display_name = "Mùa A Dếnh"
    page = send(officer, "/settings/accounts/search", 200, name="mua a denh")
    assert "Mùa A Dếnh" in page
    assert officer.client.get("/settings/accounts/search?name=mua").status_code == 405


def test_the_accounts_are_paged_by_name_without_repeating_any(app, officer):
    with fresh_work() as work:
        for number in range(60):
            make_account(work, username=f"nguoi-{number:02}")
    first = officer.see("/settings/accounts")
    older = re.search(r'href="(/settings/accounts\?after=[^"]+)"', first).group(1)
    shown = re.findall(r"nguoi-\d\d</td>", first) + re.findall(r"nguoi-\d\d</td>", officer.see(older))
    assert len(shown) == len(set(shown)) == 60


def test_what_was_typed_is_kept_when_a_deadline_is_refused(app, officer):
    rows = db.session.scalar(select(func.count()).select_from(PolicyRow))
    fields = {"clock": "team", "kind": "question", "unit": "hours", "amount": "0", "name_vi": "Hỏi", "name_en": "Ask"}
    page = send(
        officer, "/settings/policies/new", 200, valid_from="2026-11-24", source="Luật X", **fields, team_kind=""
    )
    assert "Thời hạn ít nhất là 1." in page
    assert 'value="Luật X"' in page
    assert '<option selected value="question">' in page
    page = send(officer, "/settings/policies/new", 200, valid_from="hôm qua", source="Luật X", **fields)
    assert "Xin ghi ngày như 24/11/2026." in page
    assert db.session.scalar(select(func.count()).select_from(PolicyRow)) == rows
    send(officer, "/settings/policies/new", valid_from="24/11/2026", source="Luật X", **{**fields, "amount": "5"})
    assert fresh(select(PolicyRow).where(PolicyRow.source == "Luật X")).amount == 5


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/settings/policies/new", {"clock": "forged", "unit": "hours", "amount": "1" * 30}),
        ("/settings/calendar", {"day": "2026-11-30", "kind": "forged", "name_vi": "x\x00", "source": "\ufffd"}),
        ("/settings/approvals", {"kind": "forged", "source": "x" * 400}),
        ("/settings/cluster", {"since": "2026-12-01", "lead": "01", "deputy": "14"}),
        ("/settings/tags", {"code": "../x", "name_vi": "x", "name_en": "x"}),
        ("/settings/departments", {"code": "1", "name_vi": "x", "name_en": "x"}),
        ("/settings/categories/drugs", {"name_vi": "", "sort": "nhất"}),
        ("/settings/teams/open/14", {"department": "PX99", "since": "2026-02-30"}),
    ],
)
def test_forged_and_broken_input_changes_nothing_and_is_no_fault_of_the_server(app, officer, path, fields):
    before = events()
    assert "error-summary" in send(officer, path, 200, **fields)
    assert events() == before


@pytest.mark.parametrize(
    "path",
    [
        "/settings/accounts/99999",
        "/settings/teams/99999",
        "/settings/teams/open/01",
        "/settings/categories/none",
        "/settings/calendar?year=1",
        "/settings/policies/1/end",
        "/settings/rules/draft",
    ],
)
def test_what_does_not_exist_is_not_found(officer, path):
    officer.see(path, 404)


def test_a_day_of_the_calendar_can_be_entered_and_removed(app, officer):
    fields = {"day": "2026-11-30", "kind": "holiday", "name_vi": "Nghỉ thử", "source": "Thông báo"}
    send(officer, "/settings/calendar", **fields)
    page = officer.see("/settings/calendar?year=2026")
    assert "Nghỉ thử" in page
    assert "Các thời hạn còn mở đang được tính lại" in page
    send(officer, "/settings/calendar/2026-11-30/remove")
    assert db.session.scalar(select(CalendarDay).where(CalendarDay.source == "Thông báo")) is None
    assert officer.client.post("/settings/calendar/never/remove").status_code == 404


def test_lists_can_be_changed_and_citizens_see_it(app, officer):
    values = {"name_vi": "Ma túy, chất cấm", "name_en": "Drugs", "hint_vi": "Gợi ý", "hint_en": "Hint"}
    send(officer, "/settings/categories/drugs", default_department="PC04", sort="1", is_active="y", **values)
    assert fresh(select(CategoryEntry).where(CategoryEntry.code == "drugs")).name_vi == "Ma túy, chất cấm"
    assert "Ma túy, chất cấm" in officer.see("/submit")
    send(officer, "/settings/tags", code="near-school", name_vi="Gần trường", name_en="Near a school", is_active="y")
    send(officer, "/settings/tags/near-school", name_vi="Gần trường học", name_en="Near a school")
    tag = fresh(select(Tag).where(Tag.code == "near-school"))
    assert (tag.name_vi, tag.is_active) == ("Gần trường học", False)


def test_a_team_can_be_opened_named_anew_and_ended(app, officer, clock: FixedClock):
    names = {"name_vi": "Phòng mới", "name_en": "New department"}
    with fresh_work() as work:
        old = team_id(work, "14/PC04")
    send(officer, f"/settings/teams/{old}/succeed", since="2026-11-26", **names)
    new = fresh(select(Team).where(Team.code == "14/PC04~2"))
    assert "Phòng mới" in officer.see(f"/settings/teams/{old}")
    page = send(officer, f"/settings/teams/{new.id}/end", 200, last_day="2026-11-20")
    assert "Việc đã qua giữ nguyên" in page
    send(officer, f"/settings/teams/{new.id}/end", last_day="2026-12-31")
    assert str(fresh(select(Team).where(Team.id == new.id)).valid_to) == "2026-12-31"


def test_rules_can_be_drafted_tried_and_put_live(app, officer):
    with fresh_work() as work:
        for number in range(6):
            send_tip(work, body=f"Bán ma túy ở cuối bản, bí mật {number}", category=Category.DRUGS)
    send(officer, "/settings/rules/draft")
    page = officer.see("/settings/rules/draft")
    number = re.search(r"/settings/rules/draft/(180)\"", page).group(1)
    form = officer.see(f"/settings/rules/draft/{number}")
    assert re.search(r'checked[^>]*value="drugs"', form)
    fields = {
        "number": number,
        "categories": "drugs",
        "target": "PC02",
        "responder": "y",
        "reason_vi": "Ma túy về hình sự",
        "reason_en": "Drugs to PC02",
    }
    send(officer, f"/settings/rules/draft/{number}", **fields)
    page = send(officer, "/settings/rules/draft/try", 200, newest="200")
    assert "ít nhất 5 tin sẽ đi nơi khác" in page
    recorded = select(AccessRow.data).where(AccessRow.chain == officer.id, AccessRow.action == AccessAction.LIST_SHOWN)
    assert fresh(recorded) == {"page": "routing-trial", "version": 2, "tips": 6}
    assert "bí mật" not in page
    send(officer, "/settings/rules/draft/live")
    assert "Ma túy về hình sự" in officer.see("/settings/rules")
    assert officer.client.get("/settings/rules/draft").status_code == 404


def test_a_draft_that_could_betray_says_why_and_stays_a_draft(app, officer):
    send(officer, "/settings/rules/draft")
    fields = {"number": "1", "categories": "drugs", "target": "PC04", "reason_vi": "x", "reason_en": "x"}
    send(officer, "/settings/rules/draft/new", **fields)
    assert "tin nói về công an sẽ đến nơi khác" in officer.see("/settings/rules/draft")
    send(officer, "/settings/rules/draft/live")
    assert "tin nói về công an sẽ đến nơi khác" in officer.see("/settings/rules/draft")


@pytest.mark.parametrize("path", PAGES)
def test_no_role_but_the_administrator_opens_a_page(app, path):
    auditor = Officer(app, ("cluster", Role.AUDITOR), ("14/desk", Role.INTAKE), ("14", Role.LEAD))
    auditor.see(path, 403)


def test_an_administrator_sees_no_tip_and_no_list_of_tips(app, officer):
    with fresh_work() as work:
        number = send_tip(work).tip_number
    for path in ("/queue", f"/tips/{number}", "/search", "/statistics", "/audit/"):
        assert officer.client.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/settings/accounts", "/settings/teams?province=14"])
def test_a_page_makes_as_many_queries_for_many_rows_as_for_few(app, officer, path):
    few = _queries(officer, path)
    with fresh_work() as work:
        for number in range(30):
            make_account(work, ("14/PC04", Role.HANDLER), ("14/PC02", Role.HANDLER), username=f"them-{number}")
    assert _queries(officer, path) == few


def _queries(officer: Officer, path: str) -> int:
    officer.see(path)  # the rules are read once for each change of settings
    made: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        made.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    officer.see(path)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(made)
