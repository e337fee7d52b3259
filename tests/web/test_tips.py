"""The page of a tip, and the ways of tips from hand to hand as officers walk them."""

from __future__ import annotations

import html
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from forum.domain.events import EventKind
from forum.domain.lifecycle import Status
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Restriction, Role
from forum.extensions import db
from forum.models import AccessRow, Tip, TipEventRow
from forum.models.access_log import AccessAction
from forum.services.conversation import find_by_receipt, rate, write
from forum.services.splitting import parts_of
from forum.web.tips.sentences import _SENTENCES
from tests.conftest import fresh_work
from tests.factories import HARMLESS, PASSPHRASE, send_tip
from tests.web.desk import Officer, readable, state_of, statements_of

DESK = ("14/desk", Role.INTAKE)
HANDLER = ("14/PC04", Role.HANDLER)
LEAD = ("14/PC04", Role.LEAD)
INSPECTOR = ("14/TT", Role.LEAD)
CLASS = {"kind": "crime-report", "category": "drugs", "priority": "high", "commune": "04048"}
MOST_STATEMENTS = 13
ANSWER = "Công an đã kiểm tra và bắt giữ hai người. Cảm ơn bà con."


def sent(**fields: object) -> tuple[str, str]:
    """Hand in a tip; return its number and receipt."""
    with fresh_work() as work:
        acknowledged = send_tip(work, **fields)
    return acknowledged.tip_number, acknowledged.receipt or ""


def team_of(number: str) -> str:
    with fresh_work() as work:
        return work.rulebook.teams.get(state_of(number).team_id).code


def team(code: str) -> str:
    with fresh_work() as work:
        found = work.rulebook.teams.by_code(code)
    assert found is not None
    return str(found.id)


def routed(app: Flask, **fields: object) -> tuple[str, str]:
    number, receipt = sent(**fields)
    desk = Officer(app, DESK)
    desk.act(number, "classify", **CLASS)
    desk.act(number, "route", team="", responder="", reason="")
    return number, receipt


def test_tip_walks_from_the_desk_to_its_end(app: Flask) -> None:
    number, receipt = sent()
    desk, handler, lead = Officer(app, DESK), Officer(app, HANDLER), Officer(app, LEAD)
    page = desk.tip(number)
    assert "bán ma túy vào ban đêm" in page
    assert "Quy tắc 180" in page
    desk.act(number, "classify", **CLASS, tags=[])
    desk.act(number, "route", team="", responder="", reason="")
    assert team_of(number) == "14/PC04"
    handler.act(number, "accept")
    handler.act(number, "assign", assignee=str(handler.id))
    handler.act(number, "note", text="Đã gọi trưởng bản.")
    handler.act(number, "ask", text="Bà con cho hỏi nhà nào?")
    assert state_of(number).status is Status.WAITING
    with fresh_work() as work:
        write(work, find_by_receipt(work, receipt, lock=True), text="Nhà cuối bản.")
    handler.act(number, "inform", text="Đang xác minh.")
    handler.act(number, "answer", text=ANSWER)
    assert state_of(number).is_answer_pending
    assert ANSWER in lead.tip(number)
    lead.act(number, "approve", text=ANSWER)
    handler.act(number, "close", founded="yes", valuable="yes", grassroots="no", cases="1", offenders="2")
    tip = state_of(number)
    assert (tip.status, tip.cases, tip.offenders) == (Status.CLOSED, 1, 2)
    told = readable(handler.tip(number))
    for words in (
        "phân loại tin",
        "theo quy tắc 180",
        "thụ lý tin",
        "Đã gọi trưởng bản.",
        "Nhà cuối bản.",
        "1 vụ, 2 đối tượng",
    ):
        assert words in told


def test_page_offers_only_what_the_officer_may_do_now(app: Flask) -> None:
    number, _ = sent()
    desk, handler = Officer(app, DESK), Officer(app, HANDLER)
    at_desk = {"classify", "route", "note", "inform", "send-to-desk", "transfer-out", "restrict", "link", "split"}
    assert desk.offered(number) == at_desk
    handler.tip(number, 404)
    desk.act(number, "classify", **CLASS)
    desk.act(number, "route", team="", responder="", reason="")
    assert handler.offered(number) == {"classify", "accept", "note", "inform", "transfer", "link"}
    assert desk.offered(number) == {"note"}
    handler.act(number, "accept")
    working = {"classify", "answer", "ask", "inform", "note", "assign", "transfer", "link"}
    assert handler.offered(number) == working


def test_rarer_action_shows_its_form_when_asked_for(app: Flask) -> None:
    number, _ = sent()
    desk = Officer(app, DESK)
    assert 'name="split-text"' not in desk.tip(number)
    assert 'name="split-text"' in desk.see(f"/tips/{number}?do=split")
    assert 'name="close-founded"' not in desk.see(f"/tips/{number}?do=close")
    desk.see(f"/tips/{number}?do=%00")


def test_action_is_refused_when_another_team_has_the_tip(app: Flask) -> None:
    number, _ = routed(app)
    Officer(app, DESK).act(number, "decline", status=403, reason="abusive", text="Không")
    Officer(app, ("14/PC02", Role.HANDLER)).act(number, "accept", status=404)
    assert state_of(number).status is Status.ROUTED


def test_typed_words_are_kept_when_the_tip_has_changed_meanwhile(app: Flask) -> None:
    number, _ = routed(app)
    handler = Officer(app, HANDLER)
    before = state_of(number).event_count
    handler.act(number, "accept")
    page = handler.act(number, "note", seen=before, status=409, text="Lời đã gõ rất lâu")
    assert "Lời đã gõ rất lâu" in page
    assert state_of(number).event_count == before + 1
    assert f'value="{before + 1}"' in page


def test_typed_words_are_kept_when_the_step_is_possible_no_more(app: Flask) -> None:
    number, _ = routed(app)
    handler, lead = Officer(app, HANDLER), Officer(app, LEAD)
    handler.act(number, "accept")
    before = state_of(number).event_count
    lead.act(number, "answer", text=ANSWER)
    page = handler.act(number, "ask", seen=before, status=409, text="Câu hỏi đã gõ")
    assert "Câu hỏi đã gõ" in page


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 400, "１"])
def test_action_changes_nothing_when_what_was_seen_is_forged(app: Flask, seen: str) -> None:
    number, _ = routed(app)
    handler = Officer(app, HANDLER)
    answer = handler.client.post(f"/tips/{number}/accept", data={"accept-seen": seen})
    assert answer.status_code == 409
    assert state_of(number).status is Status.ROUTED


@pytest.mark.parametrize(
    ("action", "typed", "said"),
    [
        ("classify", {**CLASS, "kind": "anything"}, "Xin chọn trong danh sách"),
        ("classify", {**CLASS, "commune": "00001"}, "Xin chọn trong danh sách"),
        ("classify", {**CLASS, "tags": ["secret"]}, "nhãn"),
        ("route", {"team": "999999", "responder": "", "reason": ""}, "Xin chọn trong danh sách"),
        ("route", {"team": "one", "responder": "", "reason": ""}, "Xin chọn trong danh sách"),
        ("send-to-desk", {"province": "", "reason": "x"}, "Xin chọn trong danh sách"),
        ("send-to-desk", {"province": "15", "reason": ""}, "Xin"),
        ("note", {"text": "  "}, "Xin"),
        ("note", {"text": "a" * 10_001}, "dài quá"),
        ("note", {"text": "hỏng \ufffd"}, "gõ lại"),
        ("link", {"master": "KHONGCO"}, "Không có tin nào"),
        ("transfer-out", {"authority": "", "address": "x", "letter": "x"}, "Xin"),
        ("restrict", {"restriction": "because", "also": "", "reason": "x"}, "Xin chọn trong danh sách"),
        ("split", {**CLASS, "text": "..."}, "Xin"),
    ],
)
def test_form_comes_back_with_a_clear_sentence_when_it_is_wrong(
    app: Flask, action: str, typed: dict[str, str], said: str
) -> None:
    number, _ = sent()
    page = Officer(app, DESK).act(number, action, status=400, **typed)
    assert said in page
    assert "error-summary" in page
    assert state_of(number).event_count == 1


def test_route_elsewhere_needs_a_reason(app: Flask) -> None:
    number, _ = sent()
    desk = Officer(app, DESK)
    desk.act(number, "classify", **CLASS)
    desk.act(number, "route", status=400, team=team("14/PC02"), responder="", reason="")
    desk.act(number, "route", team=team("14/PC02"), responder=team("14/04048"), reason="Có đánh nhau")
    assert team_of(number) == "14/PC02"
    assert "Có đánh nhau" in Officer(app, ("14/PC02", Role.HANDLER)).tip(number)


def test_first_responder_reports_beside_the_team(app: Flask) -> None:
    number, _ = routed(app)
    commune = Officer(app, ("14/04048", Role.HANDLER))
    assert "respond" in commune.offered(number)
    assert "accept" not in commune.offered(number)
    commune.act(number, "respond", text="Đã tới nơi, không thấy ai.")
    assert state_of(number).responder_due_at is None
    assert "Đã tới nơi" in Officer(app, HANDLER).tip(number)


def test_tip_goes_to_another_province_and_back_to_the_cluster(app: Flask) -> None:
    number, _ = sent()
    Officer(app, DESK).act(number, "send-to-desk", province="15", reason="Việc ở Lào Cai")
    Officer(app, DESK).tip(number, 404)
    other = Officer(app, ("15/desk", Role.INTAKE))
    other.act(number, "send-to-desk", province="cluster", reason="Không rõ ở đâu")
    assert team_of(number) == "cluster"


def test_team_passes_a_tip_back_to_the_desk_with_a_reason(app: Flask) -> None:
    number, _ = routed(app)
    Officer(app, HANDLER).act(number, "transfer", status=400, team=team("14/desk"), reason="")
    Officer(app, HANDLER).act(number, "transfer", team=team("14/desk"), reason="Không phải ma túy")
    assert (team_of(number), state_of(number).status) == ("14/desk", Status.RECEIVED)


def test_tip_leaves_for_another_authority_with_a_letter(app: Flask) -> None:
    number, _ = sent()
    desk = Officer(app, DESK)
    desk.act(number, "transfer-out", authority="Sở Y tế Sơn La", address="Đường Tô Hiệu", letter="Kính chuyển.")
    assert state_of(number).status is Status.TRANSFERRED_OUT
    assert "Sở Y tế Sơn La" in desk.tip(number)


def test_crime_report_is_never_declined(app: Flask) -> None:
    number, _ = sent()
    desk = Officer(app, DESK)
    desk.act(number, "classify", **CLASS)
    assert "decline" not in desk.offered(number)
    desk.act(number, "decline", status=400, reason="abusive", text="Không")
    assert state_of(number).status is Status.TRIAGED


def test_returned_answer_goes_back_with_the_reason(app: Flask) -> None:
    number, _ = routed(app)
    handler, lead = Officer(app, HANDLER), Officer(app, LEAD)
    handler.act(number, "accept")
    handler.act(number, "answer", text="Đã xử lý.")
    assert lead.offered(number) >= {"approve", "return-answer"}
    assert "approve" not in handler.offered(number)
    lead.act(number, "return-answer", reason="Xin viết rõ hơn")
    assert not state_of(number).is_answer_pending
    assert "Xin viết rõ hơn" in handler.tip(number)


def test_denunciation_is_explained_restricted_and_handed_on(app: Flask) -> None:
    number, receipt = sent(body="Tôi tố cáo ông chủ tịch xã ăn chặn tiền hỗ trợ.", category=Category.OTHER)
    desk, inspector = Officer(app, DESK), Officer(app, INSPECTOR)
    desk.act(number, "classify", **{**CLASS, "kind": "denunciation", "category": "other"})
    page = desk.tip(number)
    assert "Theo Luật Tố cáo" in page
    assert "Thanh tra" in page
    desk.act(number, "explain", text="Xin bà con nộp đơn theo Luật Tố cáo.")
    desk.act(number, "route", team="", responder="", reason="")
    tip = state_of(number)
    assert (team_of(number), tip.restriction) == ("14/TT", Restriction.FORMAL_WAY)
    desk.tip(number, 404)
    inspector.act(number, "accept")
    inspector.act(number, "decline", reason="formal-way", text="Xin nộp đơn tố cáo tại nơi tiếp công dân.")
    assert state_of(number).status is Status.DECLINED
    assert receipt


def test_complaint_stays_with_the_desk_and_is_restricted(app: Flask) -> None:
    number, _ = sent(body="Tôi khiếu nại quyết định xử phạt của xã.", category=Category.OTHER)
    desk = Officer(app, DESK)
    desk.act(number, "classify", **{**CLASS, "kind": "complaint", "category": "other"})
    assert "Theo Luật Khiếu nại" in desk.tip(number)
    desk.act(number, "route", team="", responder="", reason="")
    assert (team_of(number), state_of(number).restriction) == ("14/desk", Restriction.FORMAL_WAY)
    desk.act(number, "decline", reason="formal-way", text="Xin nộp đơn khiếu nại.")


def test_tip_about_the_police_is_seen_by_the_inspectorate_alone(app: Flask) -> None:
    number, _ = sent(police=PoliceConcern.COMMUNE, police_unit="Công an xã Tà Xùa", category=Category.POLICE_CONDUCT)
    for grants in (DESK, HANDLER, ("14/04048", Role.LEAD), ("14", Role.LEAD), ("20/TT", Role.LEAD)):
        Officer(app, grants).tip(number, 404)
    inspector = Officer(app, INSPECTOR)
    page = inspector.tip(number)
    assert "Chỉ các đơn vị sau được xem tin này" in page
    inspector.act(number, "classify", **{**CLASS, "kind": "feedback", "category": "police-conduct"})
    inspector.act(number, "accept")
    inspector.act(number, "answer", text="Thanh tra đã làm rõ.")
    assert state_of(number).status is Status.ANSWERED


def test_restriction_about_the_police_is_lifted_by_the_inspectorate_only(app: Flask) -> None:
    number, _ = sent(police=PoliceConcern.COMMUNE, category=Category.DRUGS)
    inspector = Officer(app, INSPECTOR)
    inspector.act(number, "transfer" if "transfer" in inspector.offered(number) else "route",
                  team=team("14/PC04"), responder="", reason="Chuyển PC04")  # fmt: skip
    lead = Officer(app, LEAD)
    assert "lift-restriction" not in lead.offered(number)
    lead.act(number, "lift-restriction", status=403, reason="Muốn mở")
    assert state_of(number).restriction is Restriction.POLICE_CONDUCT


def test_restriction_takes_the_first_responder_off_and_is_lifted_again(app: Flask) -> None:
    number, _ = routed(app)
    lead, commune = Officer(app, LEAD), Officer(app, ("14/04048", Role.HANDLER))
    commune.tip(number)
    lead.act(number, "restrict", restriction="security", also=team("14/PA02"), reason="Liên quan an ninh")
    commune.tip(number, 404)
    Officer(app, DESK).tip(number, 404)
    Officer(app, ("14/PA02", Role.HANDLER)).tip(number)
    assert state_of(number).responder_due_at is None
    lead.act(number, "lift-restriction", reason="Không liên quan")
    Officer(app, DESK).tip(number)


def test_reopened_tip_is_taken_on_by_a_lead(app: Flask) -> None:
    number, receipt = routed(app)
    handler, lead = Officer(app, HANDLER), Officer(app, LEAD)
    handler.act(number, "accept")
    lead.act(number, "answer", text=ANSWER)
    with fresh_work() as work:
        rate(work, find_by_receipt(work, receipt, lock=True), is_solved=False, score=1, comment="Chưa xong")
    assert state_of(number).status is Status.REOPENED
    assert "accept" not in handler.offered(number)
    handler.act(number, "accept", status=403)
    assert number in lead.see("/queue?list=lead")
    lead.act(number, "accept")
    assert state_of(number).status is Status.ACCEPTED


def test_duplicate_is_suggested_joined_and_answered_with_its_master(app: Flask) -> None:
    first, _ = routed(app)
    second, _ = sent()
    hidden, _ = sent(police=PoliceConcern.COMMUNE)
    desk = Officer(app, DESK)
    page = desk.tip(second)
    assert first in page
    assert hidden not in page
    desk.act(second, "link", master=first.lower())
    assert (team_of(second), state_of(second).status) == ("14/PC04", Status.DUPLICATE)
    lead = Officer(app, LEAD)
    assert second in lead.tip(first)
    lead.act(first, "accept")
    lead.act(first, "answer", text=ANSWER)
    assert state_of(second).status is Status.ANSWERED


def test_duplicate_is_suggested_when_neither_place_is_known(app: Flask) -> None:
    first, _ = sent(province_code=None, commune_code=None)
    elsewhere, _ = sent(province_code="15", commune_code=None)
    second, _ = sent(province_code=None, commune_code=None)
    page = Officer(app, ("cluster", Role.INTAKE)).tip(second)
    assert first in page
    assert elsewhere not in page


def test_duplicate_parts_from_its_master_again(app: Flask) -> None:
    first, _ = sent()
    second, _ = sent()
    desk = Officer(app, DESK)
    desk.act(second, "link", master=first)
    desk.act(second, "unlink")
    assert (state_of(second).status, state_of(second).master_id) == (Status.TRIAGED, None)


def test_part_of_a_mixed_tip_becomes_a_tip_of_its_own(app: Flask) -> None:
    number, _ = sent(body="Có người bán ma túy. Ngoài ra đèn đường hỏng.")
    desk = Officer(app, DESK)
    desk.act(number, "split", text="Đèn đường hỏng.", kind="feedback", category="traffic", priority="low")
    with fresh_work() as work:
        (part,) = parts_of(work.session, state_of(number))
        assert (part.kind, part.team_id) == ("feedback", state_of(number).team_id)
    page = desk.tip(part.number)
    assert "Đèn đường hỏng." in page
    assert "bán ma túy" not in page
    assert number in page
    assert "ask" not in desk.offered(part.number)
    desk.act(part.number, "split", status=400, text="Nữa", kind="feedback", category="traffic", priority="low")


def test_part_is_followed_under_the_receipt_of_the_whole(app: Flask) -> None:
    number, receipt = sent(body="Có người bán ma túy. Ngoài ra đèn đường hỏng.")
    desk = Officer(app, DESK)
    desk.act(number, "split", text="Đèn đường hỏng.", kind="feedback", category="traffic", priority="low")
    with fresh_work() as work:
        (part,) = parts_of(work.session, state_of(number))
    desk.act(part.number, "inform", text="Đã báo đơn vị sửa đèn.")
    page = html.unescape(app.test_client().post("/follow", data={"receipt": receipt}).get_data(as_text=True))
    for words in ("Việc khác trong tin của bà con", "Đèn đường hỏng.", "Đã báo đơn vị sửa đèn."):
        assert words in page
    assert part.number not in page


def test_part_is_asked_about_on_the_whole_tip(app: Flask) -> None:
    number, _ = sent()
    Officer(app, DESK).act(
        number, "split", text="Một việc khác về ma túy.", **{k: CLASS[k] for k in CLASS if k != "commune"}
    )
    with fresh_work() as work:
        (part,) = parts_of(work.session, state_of(number))
    desk, handler = Officer(app, DESK), Officer(app, HANDLER)
    desk.act(part.number, "classify", **CLASS)
    desk.act(part.number, "route", team=team("14/PC04"), responder="", reason="Như tin gốc")
    handler.act(part.number, "accept")
    handler.act(part.number, "ask", status=400, text="Ở đâu?")


def test_identity_is_shown_once_to_a_custodian_with_reason_and_passphrase(app: Flask, recovery: str) -> None:
    number, _ = sent(**HARMLESS, name="Lò Văn Mẫu", contact="0912 345 678")
    desk, custodian = Officer(app, DESK), Officer(app, ("14", Role.CUSTODIAN), recovery=recovery)
    assert "Xem danh tính" not in desk.tip(number)
    desk.act(number, "open-identity", status=403, reason="Tôi muốn biết")
    assert "Lò Văn Mẫu" not in custodian.tip(number)
    assert "Lò Văn Mẫu" not in custodian.act(number, "open-identity", status=400, reason="ngắn")
    reason = {"open-identity-reason": "Cần mời làm chứng theo yêu cầu"}
    refused = custodian.client.post(
        f"/tips/{number}/open-identity", data=reason | {"open-identity-passphrase": "sai mất rồi còn gì"}
    )
    assert refused.status_code == 400
    words = html.unescape(refused.get_data(as_text=True))
    assert "Mật khẩu danh tính chưa đúng." in words
    assert "Cần mời làm chứng theo yêu cầu" in words
    assert "sai mất rồi còn gì" not in words
    answer = custodian.client.post(
        f"/tips/{number}/open-identity", data=reason | {"open-identity-passphrase": PASSPHRASE}
    )
    assert "Lò Văn Mẫu" in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cần mời làm chứng" not in desk.tip(number)
    assert "đã xem danh tính" in desk.tip(number)


def test_identity_of_another_province_stays_closed(app: Flask) -> None:
    number, _ = sent(name="Lò Văn Mẫu")
    Officer(app, ("15", Role.CUSTODIAN)).act(
        number, "open-identity", status=404, reason="Cần biết ngay lúc này", passphrase="x"
    )


def test_file_is_handed_out_as_an_attachment_and_written_down(app: Flask) -> None:
    number, _ = routed(app)
    handler = Officer(app, HANDLER)
    data = {"note-seen": str(state_of(number).event_count), "note-text": "Ảnh hiện trường",
            "note-files": (BytesIO(_png()), "hien truong.png")}  # fmt: skip
    assert handler.client.post(f"/tips/{number}/note", data=data).status_code == 302
    page = handler.tip(number)
    path = page.split(f'href="/tips/{number}/files/')[1].split('"')[0]
    answer = handler.client.get(f"/tips/{number}/files/{path}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.get_data().startswith(b"\x89PNG")
    shown = handler.client.get(f"/tips/{number}/files/{path}?inline=1")
    assert shown.headers["Content-Disposition"].startswith("inline")
    opened = select(AccessRow).where(AccessRow.action == AccessAction.FILE_OPENED)
    assert len(db.session.scalars(opened).all()) == 2
    Officer(app, ("14/PC02", Role.HANDLER)).see(f"/tips/{number}/files/{path}", 404)
    other, _ = sent()
    Officer(app, DESK).see(f"/tips/{other}/files/{path}", 404)


def test_program_is_refused_with_the_words_kept(app: Flask) -> None:
    number, _ = routed(app)
    handler = Officer(app, HANDLER)
    data = {"note-seen": str(state_of(number).event_count), "note-text": "Lời ghi chú",
            "note-files": (BytesIO(b"MZ" + b"\0" * 200), "anh.jpg")}  # fmt: skip
    answer = handler.client.post(f"/tips/{number}/note", data=data)
    assert answer.status_code == 400
    assert "Lời ghi chú" in answer.get_data(as_text=True)
    assert "anh.jpg" in answer.get_data(as_text=True)


def test_opening_is_written_down_and_so_is_a_refusal(app: Flask) -> None:
    number, _ = sent()
    Officer(app, DESK).tip(number)
    stranger = Officer(app, HANDLER)
    stranger.tip(number, 404)
    rows = db.session.execute(select(AccessRow.action, AccessRow.chain).order_by(AccessRow.id)).all()
    assert AccessAction.TIP_OPENED in {row.action for row in rows}
    assert (AccessAction.REFUSED, stranger.id) in {tuple(row) for row in rows}


def test_page_makes_the_same_number_of_queries_however_much_has_happened(app: Flask) -> None:
    number, _ = sent()
    sent()  # one that may tell of the same thing: with none, no words are compared
    desk = Officer(app, DESK)
    few = statements_of(desk, f"/tips/{number}")
    for count in range(15):
        desk.act(number, "note", text=f"Ghi chú {count}")
    for _ in range(5):
        sent()
    assert statements_of(desk, f"/tips/{number}") == few


def test_page_makes_the_same_number_of_queries_at_ten_and_at_a_thousand_tips(app: Flask) -> None:
    with fresh_work() as work:
        numbers = [send_tip(work).tip_number for _ in range(10)]
    desk = Officer(app, DESK)
    few = statements_of(desk, f"/tips/{numbers[0]}")
    with fresh_work() as work:
        for _ in range(990):
            send_tip(work)
    assert statements_of(desk, f"/tips/{numbers[0]}") == few <= MOST_STATEMENTS


def test_every_kind_of_event_has_a_sentence() -> None:
    assert set(_SENTENCES) == set(EventKind)


def test_texts_never_stand_readable_in_the_database(app: Flask) -> None:
    number, _ = routed(app)
    Officer(app, HANDLER).act(number, "note", text="Ghi chú tuyệt mật")
    rows = db.session.execute(select(TipEventRow.text_sealed, TipEventRow.data).join(Tip).where(Tip.number == number))
    for sealed, data in rows:
        assert "tuyệt mật".encode() not in (sealed or b"")
        assert "tuyệt mật" not in str(data)


def _png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "green").save(buffer, "PNG")
    return buffer.getvalue()
