"""Whether the shipped tables are complete and agree with one another."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from forum.adapters import shipped
from forum.domain.vocabulary import Category, TeamKind

CLUSTER_COMMUNES = {"12": 38, "11": 45, "14": 75, "15": 99, "08": 124, "04": 56, "20": 65}
SPLIT_COMMUNES = {
    "Xã Bính Xá",
    "Xã Kim Phú",
    "Xã Kiên Mộc",
    "Phường Quang Trung",
    "Xã Thái Bình",
    "Xã Việt Lâm",
    "Xã Yên Định",
}


def test_provinces_are_all_34_with_the_seven_of_the_cluster() -> None:
    provinces = shipped.provinces()
    assert len({province.code for province in provinces}) == len(provinces) == 34
    assert {province.code for province in provinces if province.is_in_cluster} == set(CLUSTER_COMMUNES)


def test_communes_are_all_3321_and_lie_in_a_known_province() -> None:
    communes = shipped.communes()
    assert len({commune.code for commune in communes}) == len(communes) == 3321
    assert all(len(commune.code) == 5 and commune.code.isdigit() for commune in communes)
    assert {commune.province_code for commune in communes} == {province.code for province in shipped.provinces()}


@pytest.mark.parametrize(("province_code", "count"), CLUSTER_COMMUNES.items())
def test_communes_of_a_province_have_the_official_number(province_code: str, count: int) -> None:
    assert sum(commune.province_code == province_code for commune in shipped.communes()) == count


def test_communes_of_the_cluster_are_502() -> None:
    assert sum(commune.province_code in CLUSTER_COMMUNES for commune in shipped.communes()) == 502


def test_full_names_repeat_between_provinces_but_never_inside_one() -> None:
    communes = [commune for commune in shipped.communes() if commune.province_code in CLUSTER_COMMUNES]
    names = Counter(commune.name_full for commune in communes)
    assert len({(commune.province_code, commune.name_full) for commune in communes}) == len(communes)
    assert sum(count == 2 for count in names.values()) == 11
    assert max(names.values()) == 2


def test_full_names_that_repeat_are_ten_when_the_tone_mark_is_placed_as_in_the_second_source() -> None:
    rows = [row for row in shipped.read_table("communes.csv") if row["province_code"] in CLUSTER_COMMUNES]
    names = Counter(row["name_other"] or row["name_full"] for row in rows)
    assert sum(count == 2 for count in names.values()) == 10


def test_kinds_stand_before_every_name() -> None:
    places = (*shipped.provinces(), *shipped.communes(), *shipped.legacy_places())
    assert all(place.name_full == f"{place.kind[0].upper()}{place.kind[1:]} {place.name}" for place in places)


def test_centres_lie_in_vietnam() -> None:
    # The islands of Hoàng Sa and Trường Sa reach far into the sea; the mainland ends near 109.5 degrees.
    places = (*shipped.provinces(), *shipped.communes())
    assert all(7 < place.latitude < 23.5 and 102 < place.longitude < 116 for place in places)


def test_old_places_have_a_parent_of_the_next_level() -> None:
    places = {place.id: place for place in shipped.legacy_places()}
    above = {"commune": "district", "district": "province"}
    for place in places.values():
        if place.level == "province":
            assert place.parent_id is None
        else:
            assert place.parent_id is not None
            assert places[place.parent_id].level == above[place.level]
            assert places[place.parent_id].province_code == place.province_code


def test_old_places_are_counted_by_level() -> None:
    levels = Counter(place.level for place in shipped.legacy_places())
    assert levels == {"province": 9, "district": 87, "commune": 1439}


def test_old_communes_lead_to_every_commune_of_the_cluster_in_its_own_province() -> None:
    province_of = {commune.code: commune.province_code for commune in shipped.communes()}
    reached = set()
    for place in shipped.legacy_places():
        if place.level != "province":
            assert place.successors
        for successor in place.successors:
            assert province_of[successor.commune_code] == place.province_code
            reached.add(successor.commune_code)
    assert reached == {code for code, province in province_of.items() if province in CLUSTER_COMMUNES}


def test_old_communes_that_were_split_are_marked_as_parts() -> None:
    communes = [place for place in shipped.legacy_places() if place.level == "commune"]
    split = [place for place in communes if len(place.successors) > 1]
    assert {place.name_full for place in split} == SPLIT_COMMUNES
    for place in communes:
        assert all(successor.is_part == (len(place.successors) > 1) for successor in place.successors)


def test_old_districts_list_exactly_what_their_communes_became() -> None:
    became: dict[str | None, set[str]] = {}
    for place in shipped.legacy_places():
        if place.level == "commune":
            became.setdefault(place.parent_id, set()).update(after.commune_code for after in place.successors)
    for place in shipped.legacy_places():
        if place.level == "district":
            assert {after.commune_code for after in place.successors} == became[place.id]


def test_categories_are_the_thirteen_in_order_with_a_known_department() -> None:
    rows = shipped.categories()
    assert {row.code for row in rows} == set(Category)
    assert [row.sort for row in rows] == list(range(1, 14))
    handled = {row.code: row.handles for row in shipped.departments()}
    assert all(row.code in handled[row.default_department] for row in rows)
    assert all(row.pictogram == row.code for row in rows)


def test_categories_have_short_hints_in_both_languages() -> None:
    for row in shipped.categories():
        assert all(0 < len(text) <= 120 for text in (row.name_vi, row.name_en, row.hint_vi, row.hint_en))


def test_departments_hold_one_intake_desk_and_one_inspectorate() -> None:
    kinds = Counter(row.kind for row in shipped.departments())
    assert kinds == {TeamKind.INTAKE_DESK: 1, TeamKind.INSPECTORATE: 1, TeamKind.DEPARTMENT: 11}


def test_departments_of_each_province_handle_every_category_once() -> None:
    rows = shipped.province_departments()
    codes = {row.code for row in shipped.departments()}
    for province_code in CLUSTER_COMMUNES:
        own = [row for row in rows if row.province_code == province_code]
        assert {row.department_code for row in own} == codes
        assert Counter(category for row in own for category in row.handles) == dict.fromkeys(Category, 1)
    assert len(rows) == 7 * len(codes)
    assert not any(row.is_verified for row in rows)


def test_everyday_names_are_names_of_places() -> None:
    names = {place.name for place in (*shipped.provinces(), *shipped.communes(), *shipped.legacy_places())}
    assert set(shipped.everyday_names()) <= names


def test_work_calendar_holds_only_days_that_differ_from_monday_to_friday() -> None:
    rows = shipped.work_calendar()
    assert [row.day for row in rows] == sorted({row.day for row in rows})
    assert {row.day.year for row in rows} == {2024, 2025, 2026, 2027}
    for row in rows:
        assert row.kind in ("holiday", "day-off", "worked")
        assert (row.day.weekday() >= 5) == (row.kind == "worked")


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        (date(2024, 4, 29), date(2024, 5, 4)),
        (date(2025, 5, 2), date(2025, 4, 26)),
        (date(2026, 1, 2), date(2026, 1, 10)),
        (date(2026, 8, 31), date(2026, 8, 22)),
    ],
)
def test_work_calendar_pairs_each_swapped_day_with_the_day_worked_for_it(off: date, worked: date) -> None:
    kinds = {row.day: row.kind for row in shipped.work_calendar()}
    assert (kinds[off], kinds[worked]) == ("day-off", "worked")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 2, 8), date(2024, 2, 14)),
        (date(2025, 1, 25), date(2025, 2, 2)),
        (date(2026, 2, 14), date(2026, 2, 22)),
    ],
)
def test_work_calendar_keeps_the_weekdays_of_tet_free(first: date, last: date) -> None:
    free = {row.day for row in shipped.work_calendar() if row.kind == "holiday"}
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    assert {day for day in days if day.weekday() < 5} <= free
    before, after = date.fromordinal(first.toordinal() - 1), date.fromordinal(last.toordinal() + 1)
    assert not {before, after} & free


def test_work_calendar_says_what_is_not_verified() -> None:
    doubtful = {row.day for row in shipped.work_calendar() if not row.is_verified}
    assert {day for day in doubtful if day.year < 2027} == {date(2026, 1, 2), date(2026, 1, 10), date(2026, 11, 24)}
    assert doubtful >= {row.day for row in shipped.work_calendar() if row.day.year == 2027}
