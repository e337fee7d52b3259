"""The page of figures: who may read which, what it says, its chart and its file."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from forum.domain.figures import Figure, Value
from forum.domain.vocabulary import Role
from forum.domain.working_time import day_of
from forum.extensions import db, house, unit_of_work
from forum.models import AccessRow, Account, Membership, Team
from forum.models.access_log import AccessAction
from forum.reports.statistics import Figures
from forum.reports.statistics_view import Grouping
from forum.services import facts, sessions
from forum.services.routing import route_tip
from forum.web.statistics.export import neutral
from forum.web.statistics.words import Speaker
from tests.factories import Cast, make_account, make_actor, send_tip, team_id, tip_of, to_closed
from tests.histories import play


@pytest.fixture
def sign_in(client):
    """Return a way to sign in somebody with memberships; the session is written as signing in writes it."""

    def enter(*grants):
        with unit_of_work() as work:
            account = make_account(work, *grants)
            token = sessions.begin(work, account, is_proved=True)
        with client.session_transaction() as session:
            session["_user_id"] = token
        return account

    return enter


def _text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def _played(seed=1, tips=8):
    with unit_of_work() as work:
        play(work, random.Random(seed), tips=tips, first=work.now - timedelta(days=50), last=work.now)
    with unit_of_work() as work:
        while facts.build_due_days(work):
            pass


def _accesses(account):
    rows = db.session.execute(select(AccessRow.action, AccessRow.data).where(AccessRow.chain == account.id))
    return [(action, data.get("part")) for action, data in rows]


def test_page_shows_figures_with_denominators_when_a_tip_was_closed_today(client, sign_in):
    sign_in(("14", Role.SUPERVISOR))
    with unit_of_work() as work:
        to_closed(work, Cast(work))
    answer = client.get("/statistics?period=2026-11")
    text = _text(answer)
    assert answer.status_code == 200
    assert "Giải quyết đúng hạn 100,0 % 1/1" in text
    assert "Đã tiếp nhận 1" in text
    assert "01/11/2026 – 24/11/2026" in text
    assert "01/10/2026 – 24/10/2026" in text
    assert "01/11/2025 – 24/11/2025" in text


@pytest.mark.parametrize("group", ["month", "province", "team", "category", "kind"])
@pytest.mark.parametrize("scope", ["cluster", "14", "14/PC04", "14/04048"])
def test_page_chart_and_file_answer_in_every_scope_and_grouping(client, sign_in, scope, group):
    sign_in(("cluster", Role.SUPERVISOR))
    _played()
    query = f"scope={scope}&group={group}&figure=on-time"
    assert client.get(f"/statistics?{query}").status_code == 200
    chart = client.get(f"/statistics/chart.svg?{query}")
    assert chart.status_code == 200
    assert b"<script" not in chart.data
    assert chart.mimetype == "image/svg+xml"
    assert "script" not in chart.headers["Content-Security-Policy"]
    assert client.get(f"/statistics/figures.csv?{query}").status_code == 200


def test_every_figure_can_be_drawn_and_the_table_says_the_same(client, sign_in):
    sign_in(("cluster", Role.SUPERVISOR))
    _played()
    for figure in Figure:
        assert client.get(f"/statistics/chart.svg?figure={figure}&group=category").status_code == 200


def test_long_names_leave_room_for_the_bars_and_stay_apart(client, sign_in):
    sign_in(("cluster", Role.SUPERVISOR))
    with unit_of_work() as work:
        for province in ("14", "11"):
            tip = tip_of(work, send_tip(work, province_code=province, commune_code=None))
            team = team_id(work, f"{province}/PC04")
            route_tip(work, make_actor(work, (f"{province}/desk", Role.INTAKE)), tip, team_id=team, reason="Ma túy")
    picture = client.get("/statistics/chart.svg?group=team").get_data(as_text=True)
    labels = {label for label in re.findall(r"<text[^>]*>([^<]+)</text>", picture) if "…" in label}
    assert len(labels) == 2
    assert max(map(len, labels)) < 48


@pytest.mark.parametrize("path", ["/statistics", "/statistics/chart.svg", "/statistics/figures.csv"])
@pytest.mark.parametrize(
    ("grants", "scope", "status"),
    [
        ((("14", Role.SUPERVISOR),), "14", 200),
        ((("14", Role.SUPERVISOR),), "14/PC08", 200),
        ((("14", Role.SUPERVISOR),), "11", 403),
        ((("14", Role.SUPERVISOR),), "11/PC04", 403),
        ((("14", Role.SUPERVISOR),), "cluster", 403),
        ((("14", Role.SUPERVISOR),), "no/such", 404),
        ((("14/PC04", Role.LEAD),), "", 200),
        ((("14/PC04", Role.LEAD),), "14", 403),
        ((("14/PC04", Role.HANDLER),), "14/PC04", 403),
        ((("14", Role.ADMINISTRATOR),), "14", 403),
        ((), "cluster", 403),
    ],
)
def test_scope_is_given_by_the_membership_alone(client, sign_in, path, grants, scope, status):
    sign_in(*grants)
    assert client.get(path, query_string={"scope": scope} if scope else {}).status_code == status


def test_nobody_reads_figures_without_signing_in(client):
    for path in ("/statistics", "/statistics/chart.svg", "/statistics/figures.csv"):
        assert client.get(path).status_code == 302


def test_scope_list_offers_no_other_province(client, sign_in):
    sign_in(("14", Role.SUPERVISOR))
    page = client.get("/statistics").get_data(as_text=True)
    offered = re.findall(r'<option[^>]* value="(\d\d[^"-]*)"', page)
    assert "14/PC04" in offered
    assert {code[:2] for code in offered if len(code) == 2 or "/" in code} == {"14"}


def test_reading_drawing_and_exporting_are_written_down(client, sign_in):
    account = sign_in(("14", Role.SUPERVISOR))
    for path in ("", "/chart.svg", "/figures.csv"):
        client.get(f"/statistics{path}?period=2026")
    assert _accesses(account) == [
        (AccessAction.STATISTICS_SHOWN, "page"),
        (AccessAction.STATISTICS_SHOWN, "chart"),
        (AccessAction.EXPORTED, "figures"),
    ]


def test_refused_scope_is_written_down(client, sign_in):
    account = sign_in(("14", Role.SUPERVISOR))
    client.get("/statistics?scope=11")
    assert [action for action, _ in _accesses(account)] == [AccessAction.REFUSED]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=custom", "Vui lòng cho biết từ ngày nào."),
        ("period=custom&first=2026-11-10&last=2026-11-01", "Từ ngày không được sau đến ngày."),
        ("period=custom&first=1026-11-10&last=2026-11-01", "Vui lòng chọn ngày từ 1/1/2000 đến hôm nay."),
        ("period=custom&first=2010-01-01&last=2026-11-01", "Vui lòng chọn nhiều nhất 5 năm."),
        ("period=custom&first=9999-12-31&last=9999-12-31", "Vui lòng chọn ngày từ 1/1/2000 đến hôm nay."),
        ("period=2027", "Kỳ này không có số liệu. Vui lòng chọn kỳ khác."),
        ("period=2026-13", "Vui lòng chọn một kỳ trong danh sách."),
        ("period=2026-q5", "Vui lòng chọn một kỳ trong danh sách."),
        ("period=0", "Vui lòng chọn một kỳ trong danh sách."),
        ("period=%00", "Vui lòng chọn một kỳ trong danh sách."),
    ],
)
def test_bad_period_is_answered_with_what_to_do_and_keeps_what_was_typed(client, sign_in, query, words):
    sign_in(("14", Role.SUPERVISOR))
    answer = client.get(f"/statistics?{query}&figure=score")
    assert answer.status_code == 400
    assert words in _text(answer)
    assert re.search(r'<option selected value="score"', answer.get_data(as_text=True))
    assert client.get(f"/statistics/figures.csv?{query}").status_code == 400
    assert client.get(f"/statistics/chart.svg?{query}").status_code == 400


@pytest.mark.parametrize("query", ["group=colour", "figure=zero", "first=tomorrow", "scope=%00", "scope=" + "9" * 5000])
def test_forged_parameter_is_refused_without_a_fault_of_ours(client, sign_in, query):
    sign_in(("14", Role.SUPERVISOR))
    for path in ("", "/chart.svg", "/figures.csv"):
        assert client.get(f"/statistics{path}?{query}").status_code in {400, 404}


def test_file_opens_in_excel_of_viet_nam_and_holds_all_periods(client, sign_in):
    sign_in(("14", Role.SUPERVISOR))
    with unit_of_work() as work:
        to_closed(work, Cast(work))
    answer = client.get("/statistics/figures.csv?period=2026-11&group=kind")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "thong-ke-14-2026-11-01-2026-11-24.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    totals = {row["Kỳ so sánh"]: row for row in rows if row["Nhóm"] == "Cộng chung"}
    assert totals["Kỳ này"]["Đã tiếp nhận"] == "1"
    assert totals["Kỳ này"]["Giải quyết đúng hạn (%)"] == "100,00"
    assert (totals["Kỳ này"]["Từ ngày"], totals["Kỳ trước"]["Từ ngày"]) == ("01/11/2026", "01/10/2026")
    assert totals["Cùng kỳ năm trước"]["Đã tiếp nhận"] == "0"
    assert totals["Kỳ trước"]["Giải quyết đúng hạn (%)"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cell_is_no_formula_when_a_name_begins_like_one(client, sign_in, start):
    assert neutral(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    sign_in(("14", Role.SUPERVISOR))
    with unit_of_work() as work:
        work.session.scalars(select(Team).where(Team.code == "14/desk")).one().name_vi = f"{start}1+1"
        send_tip(work)
    house().rulebook = None  # it holds the names and is read anew only after a change of settings
    answer = client.get("/statistics/figures.csv?group=team")
    cells = [cell for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";") for cell in row]
    assert f"'{start}1+1" in cells
    assert not [cell for cell in cells if cell.startswith(start)]


def test_page_says_so_when_the_count_is_behind(client, sign_in):
    sign_in(("14", Role.SUPERVISOR))
    with unit_of_work() as work:
        send_tip(replace(work, now=work.now - timedelta(days=20)))
    assert "Những ngày gần đây chưa được tính." in _text(client.get("/statistics"))
    with unit_of_work() as work:
        facts.build_due_days(work)
    assert "Những ngày gần đây chưa được tính." not in _text(client.get("/statistics"))


def test_page_is_whole_in_english_too(client, sign_in):
    sign_in(("cluster", Role.SUPERVISOR))
    client.set_cookie("language", "en")
    assert "At a glance" in _text(client.get("/statistics?group=province"))


def test_page_makes_the_same_number_of_queries_at_ten_and_at_a_thousand_tips(client, sign_in):
    sign_in(("cluster", Role.SUPERVISOR))
    _send(10)
    few = {group: _statements(client, group) for group in Grouping}
    _send(990)
    many = {group: _statements(client, group) for group in Grouping}
    for group, counts in many.items():
        assert (counts[0], counts[2]) == (few[group][0], few[group][2])
        # Asked again: one statement more where somebody else on the server writes, whose events might be due.
        assert abs(counts[1] - few[group][1]) <= 1
    assert max(max(counts) for counts in few.values()) <= 30


def _send(tips):
    """Let tips be sent yesterday and today, and yesterday's be counted."""
    with unit_of_work() as work:
        yesterday = replace(work, now=work.now - timedelta(days=1))
        for number in range(tips):
            send_tip(work if number % 2 else yesterday)
    with unit_of_work() as work:
        facts.rebuild_range(work, day_of(yesterday.now), day_of(yesterday.now))


def _statements(client, group):
    """Return how many statements the page takes: with nothing remembered, asked again, and after something happened."""
    statements = []
    note = lambda *args: statements.append(args[2])  # noqa: E731 - a listener of one line
    client.get("/")  # the rules are read once after a change of settings
    counts = []
    for prepare in (_forget, lambda: None, _happen):
        prepare()
        statements.clear()
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
        assert client.get(f"/statistics?group={group}").status_code == 200
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(statements))
    return counts


def _forget():
    house().figures = Figures()


def _happen():
    with unit_of_work() as work:
        send_tip(work)


def test_ended_membership_gives_no_figures(client, sign_in):
    account = sign_in(("14", Role.SUPERVISOR))
    with unit_of_work() as work:
        work.session.scalars(select(Membership).where(Membership.account_id == account.id)).one().ended_at = work.now
    assert client.get("/statistics?scope=14").status_code == 403
    assert db.session.get(Account, account.id) is not None


@pytest.mark.parametrize(
    ("figure", "now", "earlier", "words"),
    [
        (Figure.SCORE, 4.24, 4.21, ("không đổi", "same", "")),
        (Figure.SCORE, 4.21, 4.24, ("không đổi", "same", "")),
        (Figure.SCORE, 4.3, 4.2, ("+0,1", "up", "good")),
        (Figure.ON_TIME, 0.9, 0.9, ("không đổi", "same", "")),
        (Figure.ON_TIME, 0.9004, 0.9, ("không đổi", "same", "")),
        (Figure.REOPENED, 0.03, 0.02, ("+1,0 điểm %", "up", "bad")),
        (Figure.RESPONSE_MEDIAN_WALL, 7220, 7200, ("không đổi", "same", "")),
        (Figure.RESPONSE_MEDIAN_WALL, 7200, 7320, ("−2 phút", "down", "good")),
        (Figure.CASES, 3, 2, ("+1", "up", "")),
    ],
)
def test_change_is_said_only_when_a_digit_of_it_is_shown(app, figure, now, earlier, words):
    with app.test_request_context():
        change = Speaker(8 * 3600).change(figure, Value(now), Value(earlier))
    assert (change.text, change.direction, change.judgement) == words
