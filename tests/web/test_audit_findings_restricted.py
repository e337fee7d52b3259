"""A restricted tip shows in no way to whoever may not see it: one test for each way that such tips leak elsewhere."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask

from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Kind, Priority, Restriction, Role
from forum.services import duplicates, facts, restriction, splitting, triage
from forum.services.tips import lock_tip
from tests.conftest import FixedClock, fresh_work
from tests.factories import Cast, make_actor, send_tip
from tests.web.desk import Officer, readable, state_of

BODY = "Trưởng công an xã Chiềng Khoi vòi tiền của người bán hàng ở chợ phiên."
UNKNOWN = "ZZZZZZZZZZ"
DESK, INSPECTOR = ("14/desk", Role.INTAKE), ("14/TT", Role.LEAD)


@pytest.fixture
def hidden(app: Flask) -> str:
    """Return the number of a tip about the police."""
    with fresh_work() as work:
        return send_tip(work, body=BODY, police=PoliceConcern.COMMUNE, police_unit="Công an xã").tip_number


@pytest.fixture
def desk(app: Flask) -> Officer:
    """Return somebody who sees every other tip of the province, and its figures."""
    return Officer(app, DESK, ("14", Role.LEAD), ("14", Role.SUPERVISOR), ("14/desk", Role.LEAD))


@pytest.fixture
def inspector(app: Flask) -> Officer:
    """Return somebody on the list, who must find what the other must not: otherwise a test proves nothing."""
    return Officer(app, INSPECTOR, ("14/TT", Role.SUPERVISOR))


def without_tokens(page: str) -> str:
    """Return a page without what is drawn anew for each: tokens, and the names inside of a chart."""
    return re.sub(r'(nonce|value)="[^"]*"|chart-[0-9a-f-]{36}|[0-9a-f-]{36}', "", page)


def test_a_number_that_is_guessed_gets_the_answer_of_an_unknown_one(desk: Officer, inspector: Officer, hidden: str):
    inspector.tip(hidden)
    uid = "0" * 32
    for path in ("/tips/{}", f"/tips/{{}}/files/{uid}", "/tips/{}/who-can-see", "/tips/{}?do=split"):
        real, unknown = (desk.client.get(path.format(number)) for number in (hidden, UNKNOWN))
        assert (real.status_code, unknown.status_code) == (404, 404)
        assert without_tokens(real.get_data(as_text=True)) == without_tokens(unknown.get_data(as_text=True))
    for action in ("note", "restrict", "route", "link", "open-identity"):
        real, unknown = (desk.client.post(f"/tips/{number}/{action}") for number in (hidden, UNKNOWN))
        assert real.status_code == unknown.status_code
        assert without_tokens(real.get_data(as_text=True)) == without_tokens(unknown.get_data(as_text=True))


def test_numbers_tell_nothing_of_each_other(app: Flask):
    with fresh_work() as work:
        numbers = [send_tip(work).tip_number for _each in range(20)]
    assert numbers != sorted(numbers)
    assert len({number[:4] for number in numbers}) > 10, "drawn at random, not counted up"


def test_joining_to_a_guessed_number_answers_as_for_an_unknown_one(app: Flask, desk: Officer, hidden: str):
    with fresh_work() as work:
        mine = send_tip(work).tip_number
    answers = [desk.act(mine, "link", master=number, status=400) for number in (hidden, UNKNOWN)]
    real, unknown = (
        without_tokens(answer.replace(number, "")) for answer, number in zip(answers, (hidden, UNKNOWN), strict=True)
    )
    assert "Không có tin nào mang số này trong các tin đồng chí được xem." in readable(real)
    assert real == unknown


def test_counts_and_rows_of_every_list_leave_it_out(desk: Officer, inspector: Officer, hidden: str):
    lists = ("team", "mine", "responses", "lead", "to-close", "province", "archive")
    before = {name: without_tokens(desk.see(f"/queue?list={name}")) for name in lists}
    assert all(hidden not in page for page in before.values())
    listed = without_tokens(inspector.see("/queue?list=team"))
    assert hidden in listed
    assert re.search(r'class="tabs__count"|<span[^>]*count', before["team"]) is None or _counts(before["team"]) == set()


def _counts(page: str) -> set[str]:
    """Return the counts beside the names of the lists that are not nought."""
    return set(re.findall(r"count[^>]*>\s*([1-9][0-9+]*)\s*<", page))


def test_search_finds_and_counts_nothing_of_it(desk: Officer, inspector: Officer, hidden: str):
    for words in ("chợ phiên", '"vòi tiền"', hidden, hidden.lower()):
        real = desk.client.post("/search", data={"words": words}).get_data(as_text=True)
        assert hidden not in real.replace(f'value="{words}"', "").replace(f'value="{hidden}"', "")
        assert f"/tips/{hidden}" not in real
    found = inspector.client.post("/search", data={"words": "chợ phiên"}).get_data(as_text=True)
    assert f"/tips/{hidden}" in found


def test_search_for_its_words_answers_as_if_it_were_not_there(app: Flask, desk: Officer):
    words = {"words": "chợ phiên vòi tiền"}
    before = without_tokens(desk.client.post("/search", data=words).get_data(as_text=True))
    with fresh_work() as work:
        send_tip(work, body=BODY, police=PoliceConcern.COMMUNE, police_unit="Công an xã")
    assert without_tokens(desk.client.post("/search", data=words).get_data(as_text=True)) == before


def test_likely_duplicates_do_not_suggest_it(app: Flask, desk: Officer, hidden: str):
    with fresh_work() as work:
        open_one = send_tip(work, body=BODY, police=PoliceConcern.COMMUNE, police_unit="Công an xã").tip_number
        inspector = make_actor(work, INSPECTOR)
        restriction.lift(work, inspector, lock_tip(work, open_one, inspector), reason="Không phải về công an")
        same = send_tip(work, body=BODY, police=PoliceConcern.COMMUNE, police_unit="Công an xã").tip_number
    assert same in Officer(app, INSPECTOR).tip(hidden), "to those on the list it is suggested"
    assert state_of(open_one).restriction is None
    page = Officer(app, ("14", Role.LEAD), DESK).tip(open_one)
    assert hidden not in page
    assert same not in page


@pytest.mark.parametrize("group", ["month", "province", "team", "category", "kind"])
def test_figures_chart_and_file_are_the_same_with_and_without_it(
    app: Flask, desk: Officer, inspector: Officer, clock: FixedClock, group: str
):
    with fresh_work() as work:
        send_tip(work)

    def asked(officer: Officer) -> list[str]:
        query = f"period=2026-11&group={group}"
        pages = [officer.client.get(f"/statistics{part}?{query}") for part in ("", "/chart.svg", "/figures.csv")]
        assert {page.status_code for page in pages} == {200}
        return [without_tokens(page.get_data(as_text=True)) for page in pages]

    before, listed_before = asked(desk), asked(inspector)
    with fresh_work() as work:
        send_tip(
            work, body=BODY, police=PoliceConcern.COMMUNE, police_unit="Công an xã", category=Category.POLICE_CONDUCT
        )
    assert asked(desk) == before
    assert asked(inspector) != listed_before


def test_figures_of_closed_days_leave_it_out_as_well(app: Flask, clock: FixedClock, hidden: str):
    clock.advance(days=2)
    with fresh_work() as work:
        facts.build_due_days(work)
    received = {}
    for name, grants in {"open": (("14", Role.SUPERVISOR),), "listed": (("14/TT", Role.SUPERVISOR), INSPECTOR)}.items():
        content = Officer(app, *grants).client.get("/statistics/figures.csv?period=2026-11").get_data(as_text=True)
        rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff")), delimiter=";"))
        received[name] = next(int(row[4] or 0) for row in rows if row[3] == "Cộng chung")
    assert received == {"open": 0, "listed": 1}


def test_a_part_that_was_restricted_later_is_not_named_on_the_page_of_the_whole(app: Flask):
    with fresh_work() as work:
        cast = Cast(work)
        whole = lock_tip(work, send_tip(work).tip_number, cast.desk)
        wanted = triage.Classification(Kind.FEEDBACK, Category.DRUGS, Priority.NORMAL)
        part = splitting.split(work, cast.desk, whole, text="Phần về cán bộ xã vòi tiền.", wanted=wanted)
        number = whole.number
    reader = Officer(app, ("14", Role.LEAD))
    assert part in reader.tip(number)
    with fresh_work() as work:
        tip = lock_tip(work, part, cast.desk)
        restriction.restrict(work, cast.desk, tip, restriction=Restriction.SECURITY, reason="Cần giữ kín")
    page = reader.tip(number)
    assert part not in page
    assert "không thuộc phạm vi được xem" in page
    assert number in Officer(app, DESK).tip(part), "the whole is no secret to those who see the part"


def test_the_whole_that_was_restricted_later_is_not_named_on_the_page_of_a_part(app: Flask):
    with fresh_work() as work:
        cast = Cast(work)
        whole = lock_tip(work, send_tip(work).tip_number, cast.desk)
        wanted = triage.Classification(Kind.FEEDBACK, Category.DRUGS, Priority.NORMAL)
        part = splitting.split(work, cast.desk, whole, text="Phần về trật tự ở chợ.", wanted=wanted)
        restriction.restrict(work, cast.desk, whole, restriction=Restriction.SECURITY, reason="Cần giữ kín")
        number = whole.number
    page = Officer(app, ("14", Role.LEAD)).tip(part)
    assert number not in page


def test_a_tip_it_was_once_joined_to_is_not_named_any_more(app: Flask):
    with fresh_work() as work:
        cast = Cast(work)
        master, tip = send_tip(work).tip_number, send_tip(work).tip_number
        joined = lock_tip(work, tip, cast.desk)
        duplicates.link(work, cast.desk, joined, master_number=master)
        duplicates.unlink(work, cast.desk, joined)
        whole = lock_tip(work, master, cast.desk)
        restriction.restrict(work, cast.desk, whole, restriction=Restriction.SECURITY, reason="Cần giữ kín")
    assert master not in Officer(app, ("14", Role.LEAD)).tip(tip)
