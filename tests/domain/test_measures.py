"""What a tip's events count for: tables of short lives, and the buckets of durations."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.domain.duration_buckets import LOWER_BOUNDS, Span, bounds_of, bucket_of, quantile
from forum.domain.events import CITIZEN, SYSTEM, EventKind, TipEvent
from forum.domain.measures import UNRESTRICTED, granted_at, measure_tip
from forum.domain.periods import Period, parse_period
from forum.domain.tip_facts import Heading
from forum.domain.vocabulary import Category, Channel, Kind, Priority, Restriction
from forum.domain.working_time import WorkCalendar, start_of
from forum.reports.statistics_view import cut

NEW_YEAR = datetime(2025, 12, 31, 17, 0, tzinfo=UTC)  # 00:00 on 1 January in Viet Nam
DESK, POLICE, OTHERS = 1, 2, 3
AT_DESK = Heading("14", DESK, "drugs", "feedback")
AT_POLICE = Heading("14", POLICE, "drugs", "feedback")


@pytest.fixture(scope="module")
def calendar():
    return WorkCalendar({}, ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0))))


def life(*steps, start=NEW_YEAR, due=timedelta(days=10)):
    """Return events: first the receipt at `start`, then (hours since, kind, changes)."""
    born = {
        "channel": Channel.WEB,
        "kind": Kind.FEEDBACK,
        "category": Category.DRUGS,
        "priority": Priority.NORMAL,
        "province_code": "14",
        "team_id": DESK,
        "citizen_due_at": None if due is None else start + due,
    }
    events = [TipEvent(1, EventKind.RECEIVED, start, CITIZEN, born)]
    for hours, kind, changes in steps:
        events.append(TipEvent(len(events) + 1, kind, start + timedelta(hours=hours), SYSTEM, changes))
    return events


def counted(events, calendar, until=NEW_YEAR + timedelta(days=365)):
    return measure_tip(events, calendar, until=until)


def sums(facts, **wanted):
    found = Counter()
    for count in facts.counts:
        if all(getattr(count if name == "day" else count.heading, name) == value for name, value in wanted.items()):
            found[count.measure] += count.amount
    return {name: amount for name, amount in found.items() if amount}


ROUTED = (1, EventKind.ROUTED, {"team_id": POLICE})
ACCEPTED = (2, EventKind.ACCEPTED, {})
ANSWERED = (3, EventKind.ANSWERED, {})
OUTCOME = {"founded": True, "valuable": True, "grassroots": False, "cases": 2, "offenders": 3}
CLOSED = (4, EventKind.CLOSED, OUTCOME)
ENTERED = {"received": 1, "arrived": 1, "entered": 1}
SETTLED = {"first_responses": 1, "answered": 1, "settled": 1, "settled_with_deadline": 1, "settled_on_time": 1}


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ((), {AT_DESK: ENTERED | {"open_delta": 1, "overdue_delta": 1}}),
        (
            (ROUTED,),
            {AT_DESK: ENTERED | {"left_team": 1}, AT_POLICE: {"entered": 1, "open_delta": 1, "overdue_delta": 1}},
        ),
        ((ROUTED, ACCEPTED, ANSWERED), {AT_DESK: ENTERED | {"left_team": 1}, AT_POLICE: {"entered": 1} | SETTLED}),
        (
            (ROUTED, ACCEPTED, ANSWERED, CLOSED),
            {AT_POLICE: {"entered": 1, "closed": 1, "founded": 1, "valuable": 1, "cases": 2, "offenders": 3} | SETTLED},
        ),
        (
            (ROUTED, ACCEPTED, (300, EventKind.ANSWERED, {})),
            {AT_POLICE: {"entered": 1, "first_responses": 1, "answered": 1, "settled": 1, "settled_with_deadline": 1}},
        ),
        (
            ((1, EventKind.SENT_TO_DESK, {"team_id": OTHERS, "province_code": "11"}),),
            {
                Heading("11", OTHERS, "drugs", "feedback"): {
                    "arrived": 1,
                    "entered": 1,
                    "open_delta": 1,
                    "overdue_delta": 1,
                }
            },
        ),
        (
            ((1, EventKind.TRIAGED, {"kind": Kind.CRIME_REPORT}),),
            {
                AT_DESK: ENTERED,
                Heading("14", DESK, "drugs", "crime-report"): {"open_delta": 1, "overdue_delta": 1},
            },
        ),
        (
            (ROUTED, (2, EventKind.DECLINED, {})),
            {
                AT_POLICE: {
                    "entered": 1,
                    "first_responses": 1,
                    "settled": 1,
                    "settled_with_deadline": 1,
                    "settled_on_time": 1,
                }
            },
        ),
        (
            (ROUTED, (2, EventKind.DUPLICATED, {"master_id": 9})),
            {AT_POLICE: {"entered": 1, "open_delta": 1, "overdue_delta": 1}},
        ),
    ],
)
def test_life_counts_under_the_headings_it_passed_through(calendar, steps, wanted):
    facts = counted(life(*steps), calendar)
    for heading, amounts in wanted.items():
        assert sums(facts, **heading._asdict()) == amounts


def test_reopening_opens_again_without_touching_the_citizens_clock(calendar):
    facts = counted(life(ROUTED, ACCEPTED, ANSWERED, CLOSED, (5, EventKind.REOPENED, {})), calendar)
    assert sums(facts)["open_delta"] == 1
    assert sums(facts)["reopened"] == 1
    assert sums(facts)["settled"] == 1
    assert "overdue_delta" not in sums(facts)


def test_second_closing_adds_only_the_difference_of_its_cases(calendar):
    again = OUTCOME | {"cases": 3, "offenders": 3}
    steps = [(5, EventKind.REOPENED, {}), (6, EventKind.ACCEPTED, {}), (7, EventKind.ANSWERED, {})]
    facts = counted(life(ROUTED, ACCEPTED, ANSWERED, CLOSED, *steps, (8, EventKind.CLOSED, again)), calendar)
    assert (sums(facts)["cases"], sums(facts)["offenders"], sums(facts)["closed"]) == (3, 3, 2)


def test_second_rating_of_one_answer_takes_the_place_of_the_first(calendar):
    low, high = {"is_solved": True, "score": 2}, {"is_solved": True, "score": 5}
    rated = [(4, EventKind.RATED, low), (5, EventKind.RATED, high)]
    facts = counted(life(ROUTED, ACCEPTED, ANSWERED, *rated), calendar)
    assert (sums(facts)["rated"], sums(facts)["solved"], sums(facts)["score_sum"]) == (1, 1, 5)


def test_rating_of_another_answer_counts_anew(calendar):
    steps = [
        (4, EventKind.RATED, {"is_solved": False, "score": 1}),
        (5, EventKind.REOPENED, {}),
        (6, EventKind.ACCEPTED, {}),
        (7, EventKind.ANSWERED, {}),
        (8, EventKind.RATED, {"is_solved": True, "score": 4}),
    ]
    facts = counted(life(ROUTED, ACCEPTED, ANSWERED, *steps), calendar)
    assert (sums(facts)["rated"], sums(facts)["solved"], sums(facts)["score_sum"]) == (2, 1, 5)


@pytest.mark.parametrize(
    ("start", "day"),
    [
        (NEW_YEAR + timedelta(minutes=30), date(2026, 1, 1)),
        (NEW_YEAR - timedelta(microseconds=1), date(2025, 12, 31)),
        (NEW_YEAR, date(2026, 1, 1)),
    ],
)
def test_day_is_that_of_viet_nam(calendar, start, day):
    facts = counted(life(start=start, due=None), calendar)
    assert facts.days == {day}


@pytest.mark.parametrize(
    ("until", "is_overdue"),
    [(timedelta(days=10), False), (timedelta(days=10, microseconds=1), True), (timedelta(days=30), True)],
)
def test_deadline_is_missed_only_after_its_last_moment(calendar, until, is_overdue):
    facts = counted(life(), calendar, until=NEW_YEAR + until)
    assert sums(facts, day=date(2026, 1, 11)) == ({"overdue_delta": 1} if is_overdue else {})


def test_answer_in_the_last_moment_is_on_time(calendar):
    in_time = counted(life(ROUTED, ACCEPTED, (240, EventKind.ANSWERED, {})), calendar)
    assert sums(in_time)["settled_on_time"] == 1
    assert "overdue_delta" not in sums(in_time)


def test_overdue_tip_is_no_longer_overdue_when_its_deadline_is_recomputed(calendar):
    later = {"citizen_due_at": NEW_YEAR + timedelta(days=20)}
    events = life((11 * 24, EventKind.DEADLINE_RECOMPUTED, later))
    until = NEW_YEAR + timedelta(days=15)
    assert "overdue_delta" not in sums(counted(events, calendar, until=until))
    assert sums(counted(events, calendar, until=until), day=date(2026, 1, 12)) == {"overdue_delta": -1}


def test_restriction_covers_the_days_before_it(calendar):
    limits = {"restriction": Restriction.FORMAL_WAY, "granted_team_ids": (7, 3, 7)}
    events = life((30, EventKind.RESTRICTED, limits))
    facts = counted(events, calendar)
    assert facts.granted == ",3,7,"
    assert granted_at(events, NEW_YEAR + timedelta(hours=30)) == UNRESTRICTED
    assert granted_at(events, NEW_YEAR) is None


def test_durations_count_from_receipt_in_wall_and_working_time(calendar):
    start = start_of(date(2026, 3, 6)) + timedelta(hours=16)  # Friday 16:00
    informed = (1, EventKind.INFORMED, {})
    steps = (informed, (65.5, EventKind.ROUTED, {"team_id": POLICE}), (65.5, EventKind.ACCEPTED, {}))
    facts = counted(life(*steps, (65.5, EventKind.ANSWERED, {}), start=start), calendar)
    lasted = {entry.span: entry.bucket for entry in facts.durations}
    assert lasted == {
        Span.RESPONSE_WALL: bucket_of(3600),
        Span.RESPONSE_WORKING: bucket_of(3600),
        Span.SETTLEMENT_WALL: bucket_of(int(65.5 * 3600)),
        Span.SETTLEMENT_WORKING: bucket_of(3 * 3600),
    }


@given(st.integers(0, 10**9))
def test_bucket_holds_the_duration(seconds):
    lower, upper = bounds_of(bucket_of(seconds))
    assert lower <= seconds
    assert seconds < upper or bucket_of(seconds) == len(LOWER_BOUNDS) - 1


@given(st.lists(st.integers(0, 60_000_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_quantile_lies_in_the_bucket_of_the_true_one(durations, share):
    ordered = sorted(durations)
    rank = next(index for index in range(len(ordered)) if index + 1 >= share * len(ordered))
    found = quantile(Counter(map(bucket_of, durations)), share)
    lower, upper = bounds_of(bucket_of(ordered[rank]))
    assert lower <= found <= upper


def test_quantile_of_nothing_is_nothing():
    assert quantile({}, 0.5) is None
    assert quantile({3: 0}, 0.5) is None


@pytest.mark.parametrize(
    ("token", "today", "now", "before", "year_before"),
    [
        ("2026-11", "2026-11-24", "2026-11-01 2026-11-24", "2026-10-01 2026-10-24", "2025-11-01 2025-11-24"),
        ("2026-11", "2026-11-30", "2026-11-01 2026-11-30", "2026-10-01 2026-10-31", "2025-11-01 2025-11-30"),
        ("2026-02", "2026-11-24", "2026-02-01 2026-02-28", "2026-01-01 2026-01-31", "2025-02-01 2025-02-28"),
        ("2026-03", "2026-03-30", "2026-03-01 2026-03-30", "2026-02-01 2026-02-28", "2025-03-01 2025-03-30"),
        ("2024-02", "2026-11-24", "2024-02-01 2024-02-29", "2024-01-01 2024-01-31", "2023-02-01 2023-02-28"),
        ("2026-q1", "2026-11-24", "2026-01-01 2026-03-31", "2025-10-01 2025-12-31", "2025-01-01 2025-03-31"),
        ("2026", "2026-11-24", "2026-01-01 2026-11-24", "2025-01-01 2025-11-24", "2025-01-01 2025-11-24"),
        ("12-months", "2026-11-24", "2025-12-01 2026-11-24", "2024-12-01 2025-11-24", "2024-12-01 2025-11-24"),
    ],
)
def test_period_is_compared_with_periods_cut_at_the_same_place(token, today, now, before, year_before):
    found = parse_period(token, date.fromisoformat(today))
    said = [f"{period.first} {period.last}" for period in (found.now, found.before, found.year_before)]
    assert said == [now, before, year_before]


@pytest.mark.parametrize(
    ("first", "last", "closed", "months", "edges"),
    [
        ("2026-01-01", "2026-03-31", "2026-11-23", ["2026-01-01", "2026-02-01", "2026-03-01"], []),
        ("2026-01-02", "2026-03-30", "2026-11-23", ["2026-02-01"], ["2026-01-02 2026-01-31", "2026-03-01 2026-03-30"]),
        ("2026-11-01", "2026-11-24", "2026-11-23", ["2026-11-01"], []),
        ("2026-11-01", "2026-11-22", "2026-11-23", [], ["2026-11-01 2026-11-22"]),
        ("2026-11-05", "2026-11-06", "2026-10-23", [], []),
    ],
)
def test_period_is_cut_into_whole_months_and_edges(first, last, closed, months, edges):
    pieces = cut(Period(date.fromisoformat(first), date.fromisoformat(last)), date.fromisoformat(closed))
    assert [month.isoformat() for month in pieces.months] == months
    assert [f"{edge.first} {edge.last}" for edge in pieces.edges] == edges
