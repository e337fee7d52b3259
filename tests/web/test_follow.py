"""Following a tip: the receipt in the body opens it, and shows what its sender may see and nothing else."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import event, select

from forum.domain.events import EventKind
from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Category, Kind, Priority
from forum.extensions import db
from forum.models import Attachment, Tip, TipEventRow
from forum.services import duplicates, handling, routing, transfers, triage
from forum.services.tips import lock_tip
from forum.services.transfers import DeclineReason, OutwardLetter
from tests.citizen import BODY, Citizen, Page, application_with, picture, tips
from tests.conftest import fresh_work
from tests.factories import Cast, team_id

ANSWER = "Công an đã kiểm tra và xử lý. Cảm ơn bà con."
NOTE = "Ghi chú chỉ cho cán bộ"
SHOWN_RECEIPT = "1234 5678 9012 3456 7890"


@pytest.fixture
def citizen(client):
    return Citizen(client)


@pytest.fixture
def receipt(citizen):
    return citizen.receipt(province="14", commune="xã Vân Hồ")


def officers(*steps):
    """Let officers do things to the only tip."""
    with fresh_work() as work:
        cast = Cast(work)
        tip = lock_tip(work, work.session.scalars(select(Tip.number)).one(), cast.desk)
        for step in steps:
            step(work, cast, tip)


def classify(work, cast, tip, kind=Kind.CRIME_REPORT):
    wanted = triage.Classification(kind, Category.DRUGS, Priority.NORMAL, commune_code=tip.commune_code)
    triage.classify(work, cast.desk, tip, wanted)


def route(work, cast, tip):
    classify(work, cast, tip)
    routing.route_tip(work, cast.desk, tip, team_id=team_id(work, cast.department), reason="Lý do nội bộ")


def accept(work, cast, tip):
    route(work, cast, tip)
    handling.accept(work, cast.handler, tip)


def ask(work, cast, tip):
    accept(work, cast, tip)
    handling.ask(work, cast.handler, tip, text="Nhà nào ạ?")


def answer(work, cast, tip):
    accept(work, cast, tip)
    handling.answer(work, cast.lead, tip, text=ANSWER)


def close(work, cast, tip):
    answer(work, cast, tip)
    handling.close(work, cast.lead, tip, handling.Outcome(founded=True, valuable=True, grassroots=False))


def seen(citizen, receipt):
    return Page(citizen.follow(receipt).text).values["seen"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "nhập 20 chữ số"),
        ("abc", "chỉ có chữ số"),
        ("1234", "mới nhập 4"),
        ("1" * 21, "nhập thừa"),
        ("0" * 19 + "1", "bị nhầm"),
    ],
)
def test_mistyped_receipt_is_answered_by_what_is_wrong_and_kept(citizen, typed, words):
    response = citizen.follow(typed)
    page = Page(response.text)
    assert response.status_code == 400
    assert words in page.words
    assert page.values["receipt"] == typed


def test_unknown_receipt_is_answered_in_words(citizen):
    response = citizen.follow("0" * 20)
    assert response.status_code == 404
    assert "Không có tin nào ứng với mã này" in Page(response.text).words


def test_receipt_is_understood_however_it_is_grouped(citizen, receipt):
    assert citizen.follow("-".join(receipt[i : i + 5] for i in range(0, 20, 5))).status_code == 200


def test_tip_is_never_kept_by_the_browser_and_the_receipt_is_in_no_address(citizen, receipt):
    response = citizen.follow(receipt)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert receipt not in str(response.headers)
    assert f"/{receipt}" not in response.text
    assert f"={receipt}" not in response.text


def test_new_tip_shows_state_team_day_and_own_words(citizen, receipt):
    words = Page(citizen.follow(receipt).text).words
    assert "Tin của bà con đã đến" in words
    assert "Bộ phận tiếp nhận – Công an tỉnh Sơn La" in words
    assert "Xã Vân Hồ, Tỉnh Sơn La" in words
    assert "ngày làm việc" in words
    assert BODY in words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (classify, "đang chọn đơn vị"),
        (route, "đã được chuyển đến đơn vị"),
        (accept, "đã nhận xử lý"),
        (ask, "cần hỏi thêm"),
        (answer, "đã được trả lời"),
        (close, "đã được trả lời và kết thúc"),
    ],
)
def test_each_state_is_said_in_a_sentence(citizen, receipt, step, words):
    officers(step)
    assert words in Page(citizen.follow(receipt).text).words


def test_chain_of_teams_is_shown_without_the_reasons_of_officers(citizen, receipt):
    officers(route)
    words = Page(citizen.follow(receipt).text).words
    assert words.index("Tin đã qua các đơn vị") < words.rindex("Bộ phận tiếp nhận – Công an tỉnh Sơn La")
    assert "ma túy" in words[words.index("Tin đã qua các đơn vị") :]
    assert "Lý do nội bộ" not in words


def test_notes_and_proposed_answers_are_not_shown(citizen, receipt):
    officers(
        accept,
        lambda work, cast, tip: handling.note(work, cast.handler, tip, text=NOTE),
        lambda work, cast, tip: handling.answer(work, cast.handler, tip, text="Trả lời chưa duyệt"),
    )
    words = Page(citizen.follow(receipt).text).words
    assert NOTE not in words
    assert "Trả lời chưa duyệt" not in words


def test_names_of_officers_are_not_shown(citizen, receipt):
    officers(answer)
    words = Page(citizen.follow(receipt).text).words
    assert ANSWER in words
    assert "Cán bộ can-bo" not in words


def test_markup_in_words_is_shown_as_words(citizen):
    receipt = citizen.receipt(body="<script>alert(1)</script> mất trâu & bò")
    text = citizen.follow(receipt).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; mất trâu &amp; bò" in text


def test_deadline_that_has_passed_is_admitted(citizen, receipt, clock):
    clock.advance(days=60)
    assert "Chúng tôi xin lỗi" in Page(citizen.follow(receipt).text).words


def test_words_are_added_once_when_the_form_is_sent_twice(citizen, receipt):
    number = seen(citizen, receipt)
    for _ in range(2):
        response = citizen.post("/follow/write", receipt, seen=number, text="Thêm: xe biển 26B")
        assert "Đã nhận lời nhắn" in Page(response.text).words
    assert response.text.count("Thêm: xe biển 26B") == 1


def test_same_words_are_added_again_when_they_are_written_again(citizen, receipt):
    for _ in range(2):
        response = citizen.post("/follow/write", receipt, seen=seen(citizen, receipt), text="Vẫn còn")
    assert response.text.count("Vẫn còn") == 2


def test_question_is_answered_and_the_work_goes_on(citizen, receipt):
    officers(ask)
    page = Page(citizen.follow(receipt).text)
    assert page.words.count("Nhà nào ạ?") == 2
    response = citizen.post("/follow/write", receipt, seen=page.values["seen"], text="Nhà thứ ba")
    assert "đang giải quyết" in Page(response.text).words
    assert [tip.status for tip in tips()] == [Status.IN_PROGRESS]


@pytest.mark.parametrize(("text", "words"), [("", "Xin viết"), ("x" * 10_001, "dài quá"), ("a\ufffd", "gõ lại")])
def test_words_that_cannot_be_taken_are_refused_and_kept(citizen, receipt, text, words):
    response = citizen.post("/follow/write", receipt, text=text)
    page = Page(response.text)
    assert response.status_code == 400
    assert words in page.words
    assert page.values["text"] == text
    assert [tip.event_count for tip in tips()] == [1]


def test_file_that_is_a_program_is_refused_and_the_words_are_kept(citizen, receipt):
    files = [(io.BytesIO(b"MZ" + bytes(99)), "anh.jpg")]
    response = citizen.post("/follow/write", receipt, text="Xem ảnh", files=files)
    assert response.status_code == 400
    assert Page(response.text).values["text"] == "Xem ảnh"
    assert [tip.event_count for tip in tips()] == [1]


def test_nothing_is_added_to_a_closed_tip_and_the_words_are_kept_in_the_answer(citizen, receipt):
    officers(close)
    response = citizen.post("/follow/write", receipt, text="Còn nữa")
    assert response.status_code == 409
    assert "Tin này đã kết thúc" in Page(response.text).words


def file_of(citizen, receipt):
    return next(
        button["value"] for button in Page(citizen.follow(receipt).text).buttons if button.get("name") == "file"
    )


def test_own_file_is_fetched_as_a_download_that_cannot_act(citizen):
    receipt = citizen.receipt(files=[(picture(), "nhà bên suối.jpg")])
    response = citizen.post("/follow/file", receipt, file=file_of(citizen, receipt))
    assert response.status_code == 200
    assert response.data.startswith(b"\xff\xd8\xff")
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    assert response.headers["Cache-Control"] == "no-store"


def test_file_of_another_tip_is_not_given_out(citizen, receipt):
    others = citizen.receipt(files=[(picture(), "a.jpg")])
    assert citizen.post("/follow/file", receipt, file=file_of(citizen, others)).status_code == 404


def test_file_of_officers_alone_is_not_given_out(citizen):
    receipt = citizen.receipt(files=[(picture(), "a.jpg")])
    uid = file_of(citizen, receipt)
    with fresh_work() as work:
        work.session.scalars(select(Attachment)).one().is_public = False
    assert citizen.post("/follow/file", receipt, file=uid).status_code == 404


def test_answer_is_rated(citizen, receipt):
    officers(answer)
    response = citizen.post("/follow/rate", receipt, is_solved="yes", score="5", comment="Tốt lắm")
    assert "Đã nhận đánh giá" in Page(response.text).words
    assert [(tip.is_solved, tip.score, tip.status) for tip in tips()] == [(True, 5, Status.ANSWERED)]
    assert "Tốt lắm" in response.text


def test_rating_is_counted_once_when_it_is_sent_twice(citizen, receipt):
    officers(answer)
    fields = {"seen": seen(citizen, receipt), "is_solved": "no", "score": "1"}
    answers = [citizen.post("/follow/rate", receipt, **fields) for _ in range(2)]
    assert [response.status_code for response in answers] == [200, 200]
    kinds = db.session.scalars(select(TipEventRow.kind)).all()
    assert (kinds.count(EventKind.RATED), kinds.count(EventKind.REOPENED)) == (1, 1)


def test_tip_that_is_not_solved_is_opened_again_with_a_day_of_its_own(citizen, receipt):
    officers(answer)
    response = citizen.post("/follow/rate", receipt, is_solved="no", score="2", comment="Vẫn ồn")
    words = Page(response.text).words
    assert [tip.status for tip in tips()] == [Status.REOPENED]
    assert "đã được mở lại" in words
    assert "Trả lời trước hết ngày" in words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"score": "3"}, "đã giải quyết hay chưa"),
        ({"is_solved": "yes"}, "từ 1 đến 5"),
        ({"is_solved": "yes", "score": "6"}, "từ 1 đến 5"),
        ({"is_solved": "maybe", "score": "3"}, "đã giải quyết hay chưa"),
        ({"is_solved": "yes", "score": "3", "comment": "x" * 2001}, "dài quá"),
    ],
)
def test_rating_that_lacks_something_is_refused_in_words(citizen, receipt, fields, words):
    officers(answer)
    response = citizen.post("/follow/rate", receipt, **fields)
    assert response.status_code == 400
    assert words in Page(response.text).words
    assert [tip.score for tip in tips()] == [None]


def test_tip_that_has_no_answer_cannot_be_rated(citizen, receipt):
    assert citizen.post("/follow/rate", receipt, is_solved="yes", score="5").status_code == 409


def test_transfer_to_another_authority_shows_the_letter(citizen, receipt):
    letter = OutwardLetter("Ủy ban nhân dân xã", "Trụ sở xã Vân Hồ", "Chuyển để giải quyết")
    officers(classify, lambda work, cast, tip: transfers.transfer_out(work, cast.desk, tip, letter))
    words = Page(citizen.follow(receipt).text).words
    for said in ("Ủy ban nhân dân xã", "Trụ sở xã Vân Hồ", "Chuyển để giải quyết", "thuộc cơ quan khác"):
        assert said in words


def test_decline_shows_reason_and_the_formal_way(citizen, receipt):
    def decline(work, cast, tip):
        classify(work, cast, tip, Kind.COMPLAINT)
        transfers.decline(work, cast.desk, tip, reason=DeclineReason.FORMAL_WAY, text="Mời bà con nộp đơn")

    officers(decline)
    response = citizen.follow(receipt)
    assert "Mời bà con nộp đơn" in response.text
    assert "Phải nộp đơn theo thủ tục" in response.text
    assert 'href="/formal-way"' in response.text


def test_duplicate_gets_the_answer_of_its_master(citizen):
    first, second = citizen.receipt(province="14"), citizen.receipt(province="14")
    with fresh_work() as work:
        cast = Cast(work)
        master, twin = (lock_tip(work, number, cast.desk) for number in work.session.scalars(select(Tip.number)).all())
        for tip in (master, twin):
            classify(work, cast, tip)
        duplicates.link(work, cast.desk, twin, master_number=master.number)
        routing.route_tip(work, cast.desk, master, team_id=team_id(work, cast.department), reason="Đúng lĩnh vực")
        handling.accept(work, cast.handler, master)
        handling.answer(work, cast.lead, master, text=ANSWER)
    assert all(ANSWER in citizen.follow(receipt).text for receipt in (first, second))


def test_restricted_tip_is_with_the_inspectorate_and_says_so_to_its_sender(citizen):
    receipt = citizen.receipt(province="14", police="commune", police_unit="Công an xã")
    assert "Thanh tra" in Page(citizen.follow(receipt).text).words


def test_page_costs_the_same_queries_whatever_was_said(citizen, receipt):
    def cost() -> int:
        counted: list[str] = []
        listener = lambda *args: counted.append(args[2])  # noqa: E731 - it must be removable
        event.listen(db.engine, "before_cursor_execute", listener)
        citizen.follow(receipt)
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(counted)

    citizen.follow(receipt)
    short = cost()
    for n in range(5):
        citizen.post("/follow/write", receipt, text=f"Thêm {n}", files=[(picture(), f"{n}.jpg")])
    assert cost() == short
    assert short <= 6


def test_lost_session_keeps_digits_and_what_was_being_written(config, clock):
    with application_with(config, clock, WTF_CSRF_ENABLED=True) as application:
        citizen = Citizen(application.test_client())
        response = citizen.post("/follow/write", SHOWN_RECEIPT, text="Một lá thư dài")
        page = Page(response.text)
        assert response.status_code == 400
        assert (page.values["receipt"], page.values["text"]) == (SHOWN_RECEIPT, "Một lá thư dài")


def test_words_carried_over_a_lost_session_stand_in_the_form_of_the_tip(citizen, receipt):
    page = Page(citizen.post("/follow", receipt, text="Một lá thư dài").text)
    assert page.values["text"] == "Một lá thư dài"


def test_guessing_of_receipts_is_slowed_down_for_the_address_it_comes_from(config, clock):
    with application_with(config, clock, RATELIMIT_ENABLED=True) as application:
        here, there = Citizen(application.test_client()), Citizen(application.test_client())
        there.client.environ_base = {**there.client.environ_base, "REMOTE_ADDR": "10.0.0.9"}
        codes = [here.follow("0" * 20).status_code for _ in range(61)]
        assert codes == [404] * 60 + [429]
        assert there.follow("0" * 20).status_code == 404
