"""The lists that officers work through."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Role
from forum.extensions import db
from forum.models import AccessRow
from forum.models.access_log import AccessAction
from tests.conftest import FixedClock, fresh_work
from tests.factories import BODY, Cast, send_tip, to_accepted, to_answered, to_closed, to_routed, to_triaged
from tests.web.desk import Officer, statements_of

DESK = ("14/desk", Role.INTAKE)
HANDLER = ("14/PC04", Role.HANDLER)
LEAD = ("14/PC04", Role.LEAD)


def sent(**fields: object) -> str:
    with fresh_work() as work:
        return send_tip(work, **fields).tip_number


def numbers(page: str) -> list[str]:
    return re.findall(r'href="/tips/([A-Z0-9]{10})"', page)


def test_queue_shows_structure_and_never_a_word_of_a_tip(app: Flask) -> None:
    number = sent()
    page = Officer(app, DESK).see("/queue")
    assert numbers(page) == [number]
    assert BODY[:20] not in page
    assert "Sơn La" in page


def test_queue_begins_with_what_is_due_next(app: Flask, clock: FixedClock) -> None:
    slow = sent(body="Cảm ơn các đồng chí công an đã giúp đỡ bà con.", police=PoliceConcern.PRAISE)
    first = sent()
    clock.advance(hours=1)
    second = sent()
    listed = numbers(Officer(app, DESK).see("/queue"))
    assert listed.index(first) < listed.index(second)
    assert set(listed) == {slow, first, second}


def test_queue_hides_what_the_officer_may_not_see(app: Flask) -> None:
    restricted = sent(police=PoliceConcern.COMMUNE, category=Category.POLICE_CONDUCT)
    elsewhere = sent(province_code="15", commune_code=None)
    desk, lead_of_all = Officer(app, DESK), Officer(app, ("14", Role.LEAD))
    for officer in (desk, lead_of_all):
        for tab in ("team", "province", "archive"):
            page = officer.see(f"/queue?list={tab}")
            assert restricted not in page
            assert elsewhere not in page
    assert restricted in Officer(app, ("14/TT", Role.LEAD)).see("/queue")


def test_each_list_holds_what_its_name_says(app: Flask) -> None:
    with fresh_work() as work:
        cast = Cast(work)
        routed = to_routed(work, cast).number
        accepted = to_accepted(work, cast).number
        answered = to_answered(work, cast).number
        closed = to_closed(work, cast).number
        at_once = to_triaged(work, cast).number
    Officer(app, DESK).act(at_once, "route", team="", responder="", reason="")
    handler, commune = Officer(app, HANDLER), Officer(app, ("14/04048", Role.HANDLER))
    handler.act(accepted, "assign", assignee=str(handler.id))
    assert set(numbers(handler.see("/queue"))) == {routed, accepted, at_once}
    assert numbers(handler.see("/queue?list=mine")) == [accepted]
    assert numbers(handler.see("/queue?list=to-close")) == [answered]
    assert set(numbers(handler.see("/queue?list=archive"))) == {routed, accepted, answered, closed, at_once}
    assert numbers(commune.see("/queue?list=responses")) == [at_once]
    assert set(numbers(Officer(app, DESK).see("/queue?list=province"))) == {routed, accepted, at_once}
    handler.act(accepted, "answer", text="Đã xử lý.")
    assert numbers(Officer(app, LEAD).see("/queue?list=lead")) == [accepted]


def test_those_of_the_whole_province_see_its_teams_as_their_own(app: Flask) -> None:
    with fresh_work() as work:
        routed = to_routed(work, Cast(work)).number
    assert numbers(Officer(app, ("14", Role.HANDLER)).see("/queue")) == [routed]


@pytest.mark.parametrize("tab", ["team", "archive"])
def test_pages_follow_each_other_without_gap_or_repetition(app: Flask, clock: FixedClock, tab: str) -> None:
    every = []
    for _ in range(60):
        every.append(sent())
        clock.advance(minutes=7)
    officer = Officer(app, DESK)
    listed: list[str] = []
    path = f"/queue?list={tab}"
    while path:
        page = officer.see(path)
        listed += numbers(page)
        found = re.search(r'href="(/queue\?[^"]*after=[^"]*)"', page)
        path = found.group(1) if found else ""
    assert sorted(listed) == sorted(every)
    assert len(listed) == 60


def test_filters_narrow_the_list_and_forged_ones_do_not(app: Flask) -> None:
    drugs, traffic = sent(), sent(category=Category.TRAFFIC, body="Xe tải chạy ẩu qua bản.")
    officer = Officer(app, DESK)
    assert numbers(officer.see("/queue?category=traffic")) == [traffic]
    assert set(numbers(officer.see("/queue?commune=04048"))) == {drugs, traffic}
    forged = "/queue?list=x&category=x&team=999999999999999999999&commune='&after=x~y&priority=%00&status=1"
    assert set(numbers(officer.see(forged))) == {drugs, traffic}


@pytest.mark.parametrize("after", ["2026-11-24~1", "2026-11-24T02:00:00%2B00:00~999999999999999999999", "~", "x"])
def test_list_begins_anew_when_the_place_in_it_is_forged(app: Flask, after: str) -> None:
    number = sent()
    assert numbers(Officer(app, DESK).see(f"/queue?after={after}")) == [number]


def test_list_shown_is_written_down(app: Flask) -> None:
    sent()
    Officer(app, DESK).see("/queue?category=drugs")
    row = db.session.scalars(select(AccessRow).where(AccessRow.action == AccessAction.LIST_SHOWN)).one()
    assert row.data == {"list": "team", "filters": {"category": "drugs"}, "rows": 1}


def test_counts_on_the_tabs_stop_at_a_hundred(app: Flask) -> None:
    with fresh_work() as work:
        for _ in range(101):
            send_tip(work)
    assert "(99+)" in Officer(app, DESK).see("/queue")


def test_queue_makes_the_same_number_of_queries_at_ten_and_at_a_thousand_tips(app: Flask) -> None:
    with fresh_work() as work:
        for _ in range(10):
            send_tip(work)
    officer = Officer(app, DESK)
    few = {tab: statements_of(officer, f"/queue?list={tab}") for tab in ("team", "province", "archive")}
    with fresh_work() as work:
        for _ in range(990):
            send_tip(work)
    many = {tab: statements_of(officer, f"/queue?list={tab}") for tab in few}
    assert many == few
    assert max(many.values()) <= 14


def test_officer_without_a_tip_sees_an_empty_list_that_says_so(app: Flask) -> None:
    assert "Không còn tin nào chờ" in Officer(app, HANDLER).see("/queue")
