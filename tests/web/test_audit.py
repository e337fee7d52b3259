"""The auditor's pages: everything that happened, never a text, and every reading recorded."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from forum.adapters.checkpoints import Checkpoint
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import AccessAction, AccessRow, TipEventRow
from forum.reports.audit_logs import PAGE, Cursor
from forum.services import access_log, settings_catalogue
from forum.services.checkpoints import note_checkpoint
from forum.services.settings_catalogue import Naming
from tests.conftest import FixedClock, fresh_work
from tests.factories import BODY, Cast, make_actor, send_tip, tip_of, to_closed
from tests.web.desk import Officer, readable

PAGES = ["/audit/", "/audit/accesses", "/audit/settings", "/audit/integrity"]


@pytest.fixture
def auditor(app: Flask) -> Officer:
    return Officer(app, ("cluster", Role.AUDITOR))


def readings(account_id: int) -> list[dict]:
    db.session.expire_all()
    query = select(AccessRow.data).where(AccessRow.chain == account_id, AccessRow.action == AccessAction.LOG_READ)
    return list(db.session.scalars(query.order_by(AccessRow.seq)))


def test_every_page_opens_and_its_reading_is_recorded(app, auditor):
    for path in PAGES:
        assert 'lang="vi"' in auditor.see(path)
    assert [data["log"] for data in readings(auditor.id)] == ["events", "accesses", "settings", "verifications"]
    auditor.see("/audit/accesses?kind=signed-in&first=2026-11-01")
    assert readings(auditor.id)[-1] == {"log": "accesses", "kind": "signed-in", "first": "2026-11-01"}


def test_no_text_of_a_tip_is_shown_whatever_is_asked(app, auditor):
    with fresh_work() as work:
        cast = Cast(work)
        tip = to_closed(work, cast)
        access_log.record(work, AccessAction.SEARCHED, account_id=cast.desk.account_id, words="hồng phiến", data={})
    for path in [*PAGES, f"/audit/?number={tip.number}"]:
        page = auditor.see(path)
        for words in (BODY, "ma túy vào ban đêm", "Đúng lĩnh vực", "Công an đã kiểm tra", "hồng phiến"):
            assert words not in page


def test_events_are_narrowed_to_tip_kind_account_and_days(app, auditor, clock: FixedClock):
    with fresh_work() as work:
        cast = Cast(work)
        tip = to_closed(work, cast)
    clock.advance(days=2)
    auditor.sign_in()
    with fresh_work() as work:
        later = tip_of(work, send_tip(work))
        username = db.session.execute(
            text("SELECT username FROM account WHERE id = :id"), {"id": cast.lead.account_id}
        ).scalar_one()
    auditor = Officer(app, ("cluster", Role.AUDITOR))  # the session of the other has ended meanwhile
    assert _numbers(auditor, "/audit/") == {tip.number, later.number}
    assert _numbers(auditor, f"/audit/?number={tip.number}") == {tip.number}
    assert _numbers(auditor, "/audit/?first=2026-11-26&last=26/11/2026") == {later.number}
    assert _numbers(auditor, "/audit/?last=2026-11-25") == {tip.number}
    assert _rows(auditor, "/audit/?kind=received") == 2
    assert _rows(auditor, f"/audit/?account={username}") == 2, "the answer and the closing"


def _numbers(auditor: Officer, path: str) -> set[str]:
    return set(re.findall(r"/audit/\?number=([A-Z0-9]+)\"", auditor.see(path)))


def _rows(auditor: Officer, path: str) -> int:
    return auditor.see(path).count("<tr>") - 1


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("account=khong-co", "Không có tài khoản nào mang tên đăng nhập này."),
        ("number=KHONGCO", "Không có tin nào mang số này."),
        ("first=hom-qua", "Xin ghi ngày như 24/11/2026."),
    ],
)
def test_a_narrowing_that_finds_nobody_says_so_and_keeps_what_was_typed(auditor, query, says):
    page = auditor.see(f"/audit/?{query}")
    assert says in page
    assert f'value="{query.partition("=")[2]}"' in page


@pytest.mark.parametrize("after", ["x", "1-", "-1", "9" * 40 + "-1", "1-1;--"])
def test_a_forged_place_in_a_log_shows_its_beginning(auditor, after):
    assert Cursor.read(after) is None
    assert auditor.client.get("/audit/", query_string={"after": after}).status_code == 200


def test_a_log_is_paged_without_gap_or_repetition(app, auditor):
    with fresh_work() as work:
        account = make_actor(work).account_id
        for number in range(PAGE * 2 + 7):
            access_log.record(work, AccessAction.EXPORTED, account_id=account, data={"n": number})
    seen: list[str] = []
    path = "/audit/accesses?kind=exported"
    while path:
        page = auditor.see(path)
        seen += re.findall(r"n:</span> (\d+)", page)
        found = re.search(r'href="(/audit/accesses\?[^"]*after=[^"]*)"', page)
        path = found.group(1) if found else ""
    assert seen == [str(number) for number in reversed(range(PAGE * 2 + 7))]


def test_changes_of_settings_are_shown_with_before_and_after(app, auditor):
    with fresh_work() as work:
        by = make_actor(work, ("cluster", Role.ADMINISTRATOR))
        settings_catalogue.change_tag(work, by, "alcohol", Naming("Say rượu", "Drunk"))
    page = readable(auditor.see("/audit/settings"))
    assert "Rượu bia" in page
    assert "Say rượu" in page
    assert _rows(auditor, "/audit/settings?kind=calendar") == -1, "no table when nothing fits"


def test_a_verification_finds_what_was_changed_by_hand_and_its_result_is_kept(app, auditor):
    with fresh_work() as work:
        tip = tip_of(work, send_tip(work))
    clean = auditor.client.post("/audit/integrity").get_data(as_text=True)
    assert "Không thấy lỗi nào" in clean
    with fresh_work() as work:
        work.session.execute(
            update(TipEventRow).where(TipEventRow.tip_id == tip.id).values(data={"changes": {}, "details": {}})
        )
    found = auditor.client.post("/audit/integrity").get_data(as_text=True)
    assert tip.number in found
    assert "đã bị sửa hoặc bị đặt sai chỗ" in found
    results = [row.data["faults"] for row in _results()]
    assert results[0] == 0
    assert results[1] > 0


def _results() -> list[AccessRow]:
    db.session.expire_all()
    return list(db.session.scalars(select(AccessRow).where(AccessRow.chain == -1).order_by(AccessRow.seq)))


def test_a_verification_begins_each_chain_at_the_row_before_the_newest(app, auditor, monkeypatch):
    monkeypatch.setattr("forum.services.audit_recent.NEWEST_ROWS", 5)
    with fresh_work() as work:
        account = make_actor(work, ("cluster", Role.ADMINISTRATOR))
        for number in range(12):
            access_log.record(work, AccessAction.EXPORTED, account_id=account.account_id, data={"n": number})
            settings_catalogue.change_tag(work, account, "alcohol", Naming(f"Rượu {number}", "Alcohol"))
    assert "Không thấy lỗi nào" in auditor.client.post("/audit/integrity").get_data(as_text=True)
    with fresh_work() as work:
        work.session.execute(text("DELETE FROM setting_event WHERE seq = 10"))
    assert "Không thấy lỗi nào" not in auditor.client.post("/audit/integrity").get_data(as_text=True)


def test_the_latest_checkpoint_is_shown_and_missed_when_it_is_late(app, auditor, clock: FixedClock):
    missed = "Hai ngày qua không có mốc đối chiếu nào"
    assert missed in auditor.see("/audit/integrity")
    with fresh_work() as work:
        checkpoint = Checkpoint(7, work.now, {})
        note_checkpoint(work, checkpoint, "ab" * 32)
    page = auditor.see("/audit/integrity")
    assert missed not in page
    assert "Mới nhất: số 7" in page
    assert "ab" * 32 in page
    clock.advance(days=2, seconds=1)
    assert missed in Officer(app, ("cluster", Role.AUDITOR)).see("/audit/integrity")


@pytest.mark.parametrize("path", PAGES)
def test_no_role_but_the_auditor_opens_a_record(app, path):
    other = Officer(app, ("cluster", Role.ADMINISTRATOR), ("14", Role.LEAD), ("14/desk", Role.INTAKE))
    other.see(path, 403)
