"""Finding tips by their words, as far as one may see them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from forum.domain.submissions import PoliceConcern
from forum.domain.text import parse_query
from forum.domain.vocabulary import Category, Role
from forum.extensions import db, reading
from forum.models import AccessRow, TipSearch
from forum.models.access_log import AccessAction
from forum.reports.queue import PAGE_ROWS
from forum.reports.search import FIRST_LOOK, MOST_UNSEALED, SearchPage, search
from forum.reports.tip_rows import Filters
from forum.services.access_log import words_where
from forum.services.indexing import renew_indices
from tests.conftest import FixedClock, fresh_work
from tests.factories import make_actor, send_tip
from tests.web.desk import Officer

DESK = ("14/desk", Role.INTAKE)


def sent(body: str, **fields: object) -> str:
    with fresh_work() as work:
        return send_tip(work, body=body, **fields).tip_number


def find(officer: Officer, words: str, status: int = 200, **fields: str) -> str:
    answer = officer.client.post("/search", data={"words": words, **fields})
    assert answer.status_code == status
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "words",
    ["hồng phiến", "hong phien", "HỒNG PHIẾN", '"bán hồng phiến"', '"ban hong phien"', "phiến nhà sàn", "phiến -trộm"],
)
def test_tip_is_found_by_its_words_in_any_spelling(app: Flask, words: str) -> None:
    number = sent("Ở nhà sàn cuối bản có người bán hồng phiến.")
    assert number in find(Officer(app, DESK), words)


@pytest.mark.parametrize("words", ['"phiến hồng"', "thuốc phiện", "phiến -sàn", '"sàn phiến"'])
def test_tip_is_not_found_when_the_words_differ(app: Flask, words: str) -> None:
    number = sent("Ở nhà sàn cuối bản có người bán hồng phiến.")
    page = find(Officer(app, DESK), words)
    assert number not in page
    assert "Thử bớt từ" in page


def test_restricted_tip_is_never_found_by_whoever_may_not_see_it(app: Flask) -> None:
    number = sent("Cán bộ xã vòi vĩnh tiền cà phê.", police=PoliceConcern.COMMUNE, category=Category.POLICE_CONDUCT)
    assert number not in find(Officer(app, DESK), "vòi vĩnh")
    assert number not in find(Officer(app, ("14", Role.LEAD)), "vòi vĩnh")
    assert number in find(Officer(app, ("14/TT", Role.LEAD)), "vòi vĩnh")


def test_tip_of_another_province_is_never_found(app: Flask) -> None:
    number = sent("Xe chở gỗ lậu ban đêm.")
    assert number not in find(Officer(app, ("15/desk", Role.INTAKE)), "gỗ lậu")
    assert number not in find(Officer(app, ("14/PC04", Role.HANDLER)), "gỗ lậu")


def test_tip_without_a_place_is_found_by_the_cluster_desk(app: Flask) -> None:
    number = sent("Có kẻ gọi điện giả danh.", province_code=None, commune_code=None)
    assert number in find(Officer(app, ("cluster", Role.INTAKE)), "giả danh")


def test_filters_narrow_what_is_found(app: Flask) -> None:
    number = sent("Xe chở gỗ lậu ban đêm.", category=Category.ECONOMY_ENVIRONMENT)
    desk = Officer(app, DESK)
    assert number in find(desk, "gỗ lậu", category="economy-environment")
    assert number not in find(desk, "gỗ lậu", category="drugs")
    assert number in find(desk, "gỗ lậu", category="no-such", team="x", commune="99999")


def test_number_of_a_tip_leads_to_its_page(app: Flask) -> None:
    number = sent("Xe chở gỗ lậu ban đêm.")
    assert (
        Officer(app, DESK).client.post("/search", data={"words": f" {number.lower()} "}).location == f"/tips/{number}"
    )
    stranger = Officer(app, ("15/desk", Role.INTAKE)).client.post("/search", data={"words": number})
    assert stranger.status_code == 200


@pytest.mark.parametrize(
    "words", ["", "   ", "và của là", "-phiến", '"', "a" * 201, " ".join(["phiến"] * 13), "hỏng\ufffd"]
)
def test_search_says_what_to_do_when_the_words_say_too_little_or_too_much(app: Flask, words: str) -> None:
    page = find(Officer(app, DESK), words, 400)
    assert "error-summary" in page


def test_words_travel_in_no_address_and_are_kept_sealed(app: Flask) -> None:
    officer = Officer(app, DESK)
    page = find(officer, "hồng phiến")
    assert 'method="post"' in page
    assert "?words" not in page
    row = db.session.scalars(select(AccessRow).where(AccessRow.action == AccessAction.SEARCHED)).one()
    assert "phiến" not in str(row.data)
    assert row.words_sealed is not None
    assert "phiến".encode() not in row.words_sealed
    where = words_where(row.chain, row.seq)
    assert reading().secrets.vault.unseal_record("kek", row.words_sealed, where=where).decode() == "hồng phiến"


def test_search_goes_further_back_when_asked(app: Flask, clock: FixedClock) -> None:
    numbers = []
    for count in range(30):
        numbers.append(sent(f"Xe chở gỗ lậu lần {count}."))
        clock.advance(minutes=1)
    officer = Officer(app, DESK)
    page = find(officer, "gỗ lậu")
    assert "ít nhất 25" in page
    assert numbers[29] in page
    assert numbers[4] not in page
    after = page.split('name="after" value="')[2 if 'name="after" value=""' in page else 1].split('"')[0]
    older = find(officer, "gỗ lậu", after=after)
    assert numbers[4] in older
    assert numbers[0] in older
    assert numbers[5] not in older


def test_phrase_that_never_stands_together_costs_two_queries_at_most(app: Flask, clock: FixedClock) -> None:
    for _ in range(5):
        sent("Gỗ ở bản. Xe lậu.")
        clock.now += timedelta(minutes=1)
    with fresh_work() as work:
        actor = make_actor(work, DESK)
    statements: list[str] = []
    note = lambda *args: statements.append(args[2])  # noqa: E731 - a listener of one line
    event.listen(db.engine, "before_cursor_execute", note)
    work = reading()
    statements.clear()
    page = search(work.session, work.secrets, actor, parse_query('"gỗ lậu"'), filters=Filters())
    event.remove(db.engine, "before_cursor_execute", note)
    assert (page.rows, page.further) == ((), None)
    assert len(statements) <= 2
    assert page.looked_at < MOST_UNSEALED


@pytest.fixture
def asked_for(app: Flask) -> Iterator[list[int]]:
    """Note for each query for texts how many tips they were wanted of."""
    amounts: list[int] = []

    def note(*args: Any) -> None:
        statement, given = args[2], args[3]
        if statement.startswith("SELECT tip_event"):
            (ids,) = given.values() if isinstance(given, dict) else given
            amounts.append(len(json.loads(ids) if isinstance(ids, str) else ids))

    event.listen(db.engine, "before_cursor_execute", note)
    yield amounts
    event.remove(db.engine, "before_cursor_execute", note)


def sent_minute_by_minute(clock: FixedClock, *bodies: str) -> list[str]:
    numbers = []
    for body in bodies:
        numbers.append(sent(body))
        clock.advance(minutes=1)
    return numbers


def searched(query: str) -> SearchPage:
    with fresh_work() as work:
        actor = make_actor(work, DESK)
    work = reading()
    return search(work.session, work.secrets, actor, parse_query(query), filters=Filters())


def test_common_words_unseal_little_more_than_the_page_that_is_shown(clock: FixedClock, asked_for: list[int]) -> None:
    sent_minute_by_minute(clock, *(f"Xe chở gỗ lậu lần {count}." for count in range(2 * FIRST_LOOK)))
    page = searched("gỗ lậu")
    assert (len(page.rows), page.looked_at) == (PAGE_ROWS, PAGE_ROWS)
    assert page.further is not None
    assert asked_for == [FIRST_LOOK]


@pytest.mark.parametrize("kept", [3, PAGE_ROWS, PAGE_ROWS + 1])
def test_search_looks_on_behind_false_candidates_until_the_page_is_full(
    clock: FixedClock, asked_for: list[int], kept: int
) -> None:
    wanted = sent_minute_by_minute(clock, *(f"Xe chở gỗ lần {count}." for count in range(kept)))
    sent_minute_by_minute(clock, *(f"Xe chở gỗ lậu lần {count}." for count in range(FIRST_LOOK + 2)))
    page = searched("gỗ -lậu")
    assert [row.number for row in page.rows] == wanted[::-1][:PAGE_ROWS]
    assert page.looked_at == FIRST_LOOK + 2 + min(kept, PAGE_ROWS)
    assert (page.further is not None) is (kept > PAGE_ROWS)
    assert asked_for == [FIRST_LOOK, min(MOST_UNSEALED - FIRST_LOOK, 2 + kept)]


def test_search_goes_further_back_when_no_word_stands_in_the_newest_tips(
    app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forum.reports.search.FIRST_TRIED", 2)
    monkeypatch.setattr("forum.reports.search.MOST_TRIED", 5)
    (wanted,) = sent_minute_by_minute(clock, "Xe chở gỗ lậu.")
    sent_minute_by_minute(clock, *["Đèn đường hỏng."] * 5)
    officer = Officer(app, DESK)
    first = find(officer, "gỗ lậu")
    assert wanted not in first
    assert "Chưa thấy tin nào" in first
    after = first.split('name="after" value="')[-1].split('"')[0]
    second = find(officer, "gỗ lậu", after=after)
    assert wanted in second
    assert "Tìm thêm về trước" not in second


def test_tip_indexed_in_an_older_way_is_found_again_once_it_is_indexed_anew(app: Flask) -> None:
    number = sent("Xe chở gỗ lậu ban đêm.")
    with fresh_work() as work:
        row = work.session.scalars(select(TipSearch)).one()
        codes, row.key_id, row.codes = row.codes, "index-00000000.2048.32768", b""
    officer = Officer(app, DESK)
    assert number not in find(officer, "gỗ lậu")
    with fresh_work() as work:
        assert (renew_indices(work), renew_indices(work)) == (1, 0)
        assert work.session.scalars(select(TipSearch.codes)).one() == codes
    assert number in find(officer, "gỗ lậu")
