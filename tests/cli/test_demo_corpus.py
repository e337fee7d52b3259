"""The demo corpus looks like life in its numbers, reads like people in its texts, and never takes an illegal course."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from statistics import mean, median

import pytest

from forum.cli.demo import typing_styles
from forum.cli.demo.corpus import generate
from forum.cli.demo.course import (
    Answer,
    CommuneLite,
    DemoTip,
    DuplicateOf,
    Outcome,
    Rating,
    Referral,
    Refusal,
    Routing,
    Step,
    StepKind,
    Triage,
    When,
    Words,
)
from forum.cli.demo.office_hours import add_office_hours, at_waking_hour, office_hours_between
from forum.cli.demo.phrases import phrasebook
from forum.cli.demo.seasons import days_from_tet, is_day_off
from forum.domain.events import EventKind
from forum.domain.lifecycle import MOVES, Status, is_legal
from forum.domain.vocabulary import Category, Channel, Kind, Priority
from forum.domain.working_time import VN

UNTIL = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PROVINCES = {
    "04": "Cao Bằng",
    "08": "Tuyên Quang",
    "11": "Điện Biên",
    "12": "Lai Châu",
    "14": "Sơn La",
    "15": "Lào Cai",
    "20": "Lạng Sơn",
}
COMMUNES = [
    CommuneLite(f"{code}{n:03d}", code, f"Mẫu {n}", f"{'Phường' if n % 5 == 0 else 'Xã'} Mẫu {n}", name)
    for code, name in PROVINCES.items()
    for n in range(40)
]
EVENTS = {
    StepKind.TRIAGE: EventKind.TRIAGED,
    StepKind.ROUTE: EventKind.ROUTED,
    StepKind.TRANSFER: EventKind.ROUTED,
    StepKind.ACCEPT: EventKind.ACCEPTED,
    StepKind.ASSIGN: EventKind.ASSIGNED,
    StepKind.NOTE: EventKind.NOTED,
    StepKind.ASK: EventKind.ASKED,
    StepKind.REPLY: EventKind.REPLIED,
    StepKind.INFORM: EventKind.INFORMED,
    StepKind.PROPOSE_ANSWER: EventKind.ANSWER_PROPOSED,
    StepKind.APPROVE: EventKind.ANSWERED,
    StepKind.CLOSE: EventKind.CLOSED,
    StepKind.RATE: EventKind.RATED,
    StepKind.ADD: EventKind.ADDED,
    StepKind.REOPEN: EventKind.REOPENED,
    StepKind.DUPLICATE: EventKind.DUPLICATED,
    StepKind.TRANSFER_OUT: EventKind.TRANSFERRED_OUT,
    StepKind.DECLINE: EventKind.DECLINED,
}
DATA = {
    StepKind.TRIAGE: Triage,
    StepKind.ROUTE: Routing,
    StepKind.TRANSFER: Routing,
    StepKind.NOTE: Words,
    StepKind.ASK: Words,
    StepKind.REPLY: Words,
    StepKind.INFORM: Words,
    StepKind.PROPOSE_ANSWER: Answer,
    StepKind.CLOSE: Outcome,
    StepKind.RATE: Rating,
    StepKind.ADD: Words,
    StepKind.REOPEN: Words,
    StepKind.DUPLICATE: DuplicateOf,
    StepKind.TRANSFER_OUT: Referral,
    StepKind.DECLINE: Refusal,
}
CITIZEN_STEPS = {StepKind.REPLY, StepKind.ADD, StepKind.RATE, StepKind.REOPEN}
LAST_STEPS = {StepKind.DUPLICATE, StepKind.TRANSFER_OUT, StepKind.DECLINE}


def corpus(count: int, *, seed: int = 7, until: datetime = UNTIL, months: int = 26) -> list[DemoTip]:
    return list(generate(count, until=until, months=months, communes=COMMUNES, seed=seed))


@pytest.fixture(scope="module")
def tips() -> list[DemoTip]:
    return corpus(3000)


def timed(tip: DemoTip) -> Iterator[tuple[datetime, Step]]:
    at = tip.received_at
    for step in tip.course:
        at += step.after
        yield at, step


def data_of(tip: DemoTip, kind: StepKind) -> list:
    return [step.data for step in tip.course if step.kind is kind]


def first_time(tip: DemoTip, *kinds: StepKind) -> datetime | None:
    return next((at for at, step in timed(tip) if step.kind in kinds), None)


def status_after(tip: DemoTip) -> Status:
    status = Status.RECEIVED
    for step in tip.course:
        assert is_legal(EVENTS[step.kind], status), (tip.number, status, step.kind)
        status = MOVES[EVENTS[step.kind]].target or status
    return status


def deadline(tip: DemoTip) -> datetime:
    """The law's twenty days, or working days of the weekday calendar, which is stricter than counting from tomorrow."""
    if tip.kind is Kind.CRIME_REPORT:
        return tip.received_at + timedelta(days=20)
    days = 5 if tip.kind in {Kind.QUESTION, Kind.PRAISE} else 10
    return add_office_hours(tip.received_at, days * 7.5)


def texts_of(tip: DemoTip) -> Iterator[str]:
    yield tip.text
    yield tip.place_text
    yield tip.when_text
    yield tip.about_police or ""
    for step in tip.course:
        match step.data:
            case Words(text) | Answer(text) | Refusal(text):
                yield text
            case Rating(words=words):
                yield words
            case Routing(reason=reason):
                yield reason
            case Referral(authority, address, letter, notice):
                yield from (authority, address, letter, notice)


def share(tips: list[DemoTip], attribute: str) -> dict[object, float]:
    counts = Counter(getattr(tip, attribute) for tip in tips)
    return {value: count / len(tips) for value, count in counts.items()}


# -- the same again ------------------------------------------------------------------------------------------------


def test_corpus_is_the_same_when_made_again():
    assert corpus(200) == corpus(200)


def test_corpus_differs_when_the_seed_differs():
    shared = {tip.text for tip in corpus(200)} & {tip.text for tip in corpus(200, seed=8)}
    assert len(shared) < 5


@pytest.mark.parametrize(("count", "months"), [(1, 1), (10, 2), (150, 26), (400, 60)])
def test_corpus_has_the_wanted_number_in_order_when_small_or_long(count, months):
    made = corpus(count, months=months)
    assert [tip.number for tip in made] == list(range(1, count + 1))
    assert [tip.received_at for tip in made] == sorted(tip.received_at for tip in made)
    assert made[0].received_at >= UNTIL - timedelta(days=31 * months)


@pytest.mark.parametrize(
    "until", [UNTIL, datetime(2026, 2, 17, 17, 30, tzinfo=UTC), datetime(2025, 12, 31, 17, 30, tzinfo=UTC)]
)
def test_nothing_happens_after_the_end_when_it_lies_on_a_holiday_or_at_night(until):
    for tip in corpus(300, until=until, months=1):
        assert tip.received_at.tzinfo is not None
        assert max((at for at, _ in timed(tip)), default=tip.received_at) <= until


# -- proportions ---------------------------------------------------------------------------------------------------


def test_every_category_reaches_every_province_when_there_are_three_thousand(tips):
    pairs = {(tip.true_category, tip.province_code) for tip in tips}
    assert pairs >= {(category, province) for category in Category for province in PROVINCES}


@pytest.mark.parametrize(
    ("attribute", "bounds"),
    [
        (
            "kind",
            {
                Kind.CRIME_REPORT: (0.34, 0.48),
                Kind.FEEDBACK: (0.24, 0.34),
                Kind.PETITION: (0.06, 0.13),
                Kind.QUESTION: (0.07, 0.13),
                Kind.PRAISE: (0.04, 0.09),
                Kind.COMPLAINT: (0.01, 0.03),
                Kind.DENUNCIATION: (0.01, 0.03),
            },
        ),
        (
            "true_category",
            {
                Category.TRAFFIC: (0.10, 0.17),
                Category.PUBLIC_ORDER: (0.09, 0.16),
                Category.ONLINE: (0.09, 0.15),
                Category.DRUGS: (0.06, 0.12),
                Category.SECURITY: (0.015, 0.05),
                Category.OTHER: (0.03, 0.09),
            },
        ),
        ("province_code", {"08": (0.2, 0.28), "15": (0.19, 0.27), "12": (0.05, 0.09), None: (0.005, 0.03)}),
        ("channel", {Channel.WEB: (0.26, 0.38), Channel.LETTER: (0.03, 0.07)}),
        ("when", {When.NOW: (0.005, 0.03), When.DATE: (0.22, 0.42)}),
    ],
)
def test_shares_lie_within_their_bounds(tips, attribute, bounds):
    shares = share(tips, attribute)
    assert {value: shares[value] for value, (low, high) in bounds.items() if not low <= shares[value] <= high} == {}


def test_citizens_mostly_pick_the_right_category(tips):
    assert 0.8 < mean(tip.category is tip.true_category for tip in tips) < 0.93


def test_a_commune_is_given_for_most_and_belongs_to_its_province(tips):
    assert 0.8 < mean(tip.commune_code is not None for tip in tips) < 0.93
    assert all(tip.commune_code.startswith(tip.province_code) for tip in tips if tip.commune_code)


def test_a_few_tips_lie_outside_the_cluster_and_leave_it(tips):
    outside = [tip for tip in tips if tip.province_code and tip.province_code not in PROVINCES]
    assert 10 <= len(outside) <= 80
    assert all(set(PROVINCES).isdisjoint({tip.province_code}) and tip.commune_code is None for tip in outside)
    assert {tip.course[-1].kind for tip in outside if status_after(tip) not in {Status.RECEIVED, Status.TRIAGED}} == {
        StepKind.TRANSFER_OUT
    }


# -- seasons and hours ---------------------------------------------------------------------------------------------


def rate(tips: list[DemoTip], wanted, inside) -> float:
    """How many times as often the wanted tips come inside a season as outside it."""
    days_inside = {
        tip.received_at.astimezone(VN).date() for tip in tips if inside(tip.received_at.astimezone(VN).date())
    }
    days_outside = {tip.received_at.astimezone(VN).date() for tip in tips} - days_inside
    hits = Counter(tip.received_at.astimezone(VN).date() in days_inside for tip in tips if wanted(tip))
    return (hits[True] / len(days_inside)) / (hits[False] / len(days_outside))


@pytest.mark.parametrize(
    ("wanted", "inside"),
    [
        (lambda tip: "pháo" in tip.text.lower(), lambda day: -60 <= days_from_tet(day) <= 4),
        (lambda tip: "nương" in tip.text and tip.true_category is Category.FIRE, lambda day: day.month in {2, 3, 4}),
        (
            lambda tip: tip.kind is Kind.PRAISE and tip.true_category is Category.FIRE,
            lambda day: day.month in {7, 8, 9},
        ),
    ],
    ids=["fireworks before Tết", "burning fields in the dry months", "thanks for rescue in the floods"],
)
def test_seasonal_stories_come_more_often_when_it_is_their_season(tips, wanted, inside):
    assert rate(tips, wanted, inside) > 2.5


def test_online_fraud_and_the_whole_grow_when_months_pass(tips):
    middle = date(2025, 10, 24)
    late = [tip.received_at.astimezone(VN).date() > middle for tip in tips]
    online_late = [is_late for is_late, tip in zip(late, tips, strict=True) if tip.true_category is Category.ONLINE]
    assert mean(late) > 0.53
    assert mean(online_late) > mean(late) + 0.05


def test_tips_come_at_waking_hours_mostly(tips):
    hours = Counter(tip.received_at.astimezone(VN).hour for tip in tips)
    assert sum(hours[hour] for hour in (1, 2, 3, 4)) < 0.04 * len(tips)
    assert hours[20] > 4 * max(1, hours[2])


def test_letters_and_visits_come_when_the_office_is_open(tips):
    desk = [
        tip
        for tip in tips
        if tip.channel in {Channel.LETTER, Channel.IN_PERSON} and tip.received_at < UNTIL - timedelta(1)
    ]
    assert {tip.received_at.astimezone(VN).hour for tip in desk} <= set(range(7, 17))


def test_an_event_never_lies_after_its_report(tips):
    dated = [tip for tip in tips if tip.when is When.DATE]
    assert all(tip.when_on <= tip.received_at.astimezone(VN).date() for tip in dated)
    assert all(tip.when_on is None for tip in tips if tip.when is not When.DATE)


def test_officers_work_in_office_hours_unless_on_duty_and_citizens_sleep_at_night(tips):
    for tip in tips:
        urgent = any(data.priority is Priority.URGENT for data in data_of(tip, StepKind.TRIAGE))
        for at, step in timed(tip):
            local = at.astimezone(VN)
            if step.kind in CITIZEN_STEPS:
                assert time(6, 30) <= local.time() <= time(22, 40), (tip.number, step.kind, local)
            elif not urgent:
                assert not is_day_off(local.date()), (tip.number, step.kind, local)
                assert time(7, 30) <= local.time() <= time(18, 0), (tip.number, step.kind, local)


# -- courses -------------------------------------------------------------------------------------------------------


def test_every_course_is_legal_by_the_life_of_a_tip_and_carries_the_right_data(tips):
    for tip in tips:
        status_after(tip)
        for step in tip.course:
            assert type(step.data) is DATA.get(step.kind, type(None)), (tip.number, step)
            assert step.after >= timedelta()


def test_final_steps_come_last_and_every_kind_of_step_occurs(tips):
    assert {step.kind for tip in tips for step in tip.course} == set(StepKind)
    assert all(step.kind not in LAST_STEPS for tip in tips for step in tip.course[:-1])


def test_a_crime_report_is_never_declined(tips):
    declined = [tip for tip in tips if data_of(tip, StepKind.DECLINE)]
    assert len(declined) >= 10
    assert Kind.CRIME_REPORT not in {tip.kind for tip in declined}


def test_a_complaint_or_denunciation_is_explained_the_formal_way_and_never_reaches_a_department(tips):
    formal = [tip for tip in tips if tip.kind in {Kind.COMPLAINT, Kind.DENUNCIATION}]
    targets = defaultdict(set)
    for tip in formal:
        assert all(answer.is_formal_way for answer in data_of(tip, StepKind.PROPOSE_ANSWER)[:1])
        targets[tip.kind] |= {route.target for route in data_of(tip, StepKind.ROUTE)}
    assert targets == {
        Kind.COMPLAINT: {"intake"},
        Kind.DENUNCIATION: {"inspectorate", "lead-inspectorate"},
    }
    assert not any(
        answer.is_formal_way for tip in tips if tip not in formal for answer in data_of(tip, StepKind.PROPOSE_ANSWER)
    )


def test_misconduct_bypasses_the_commune_and_whoever_is_named(tips):
    misconduct = [tip for tip in tips if tip.about_police and tip.kind is not Kind.PRAISE]
    routes = [data for tip in misconduct for kind in (StepKind.ROUTE, StepKind.TRANSFER) for data in data_of(tip, kind)]
    assert len(misconduct) >= 60
    assert {route.target for route in routes} <= {"inspectorate", "lead-inspectorate", "intake"}
    assert not any(route.with_first_responder for route in routes)
    assert not any(data_of(tip, StepKind.DUPLICATE) for tip in misconduct)


def test_leadership_is_denounced_to_the_lead_province_only(tips):
    leadership = [tip for tip in tips if (tip.about_police or "").startswith("Lãnh đạo")]
    assert leadership
    assert {route.target for tip in leadership for route in data_of(tip, StepKind.ROUTE)} <= {"lead-inspectorate"}


def test_the_commune_police_is_chosen_only_where_triage_found_a_commune(tips):
    for tip in tips:
        for kind in (StepKind.ROUTE, StepKind.TRANSFER):
            for route in data_of(tip, kind):
                if route.target == "commune-police" or route.with_first_responder:
                    assert data_of(tip, StepKind.TRIAGE)[0].commune_code, tip.number


def test_triage_finds_the_place_when_the_citizen_left_it_out(tips):
    found = [data for tip in tips if tip.province_code is None for data in data_of(tip, StepKind.TRIAGE)]
    assert found
    assert all(data.province_code in PROVINCES for data in found)


def test_a_transfer_goes_elsewhere_with_a_reason(tips):
    transfers = [tip for tip in tips if data_of(tip, StepKind.TRANSFER)]
    assert 0.02 < len(transfers) / len(tips) < 0.09
    for tip in transfers:
        (first,), (second,) = data_of(tip, StepKind.ROUTE), data_of(tip, StepKind.TRANSFER)
        assert first.target != second.target
        assert second.reason
        assert not first.reason


def test_a_duplicate_points_to_an_earlier_tip_of_the_same_matter(tips):
    by_number = {tip.number: tip for tip in tips}
    pairs = [(tip, by_number[data.number]) for tip in tips for data in data_of(tip, StepKind.DUPLICATE)]
    assert 0.02 < len(pairs) / len(tips) < 0.035
    for tip, original in pairs:
        assert timedelta() < tip.received_at - original.received_at <= timedelta(days=4)
        assert (tip.true_category, tip.kind, tip.province_code) == (
            original.true_category,
            original.kind,
            original.province_code,
        )
        assert not data_of(original, StepKind.DUPLICATE)
        assert tip.text != original.text


def test_outcomes_agree_with_themselves(tips):
    outcomes = [(tip, outcome) for tip in tips for outcome in data_of(tip, StepKind.CLOSE)]
    for tip, outcome in outcomes:
        assert bool(outcome.cases) == bool(outcome.offenders)
        assert outcome.is_founded or not (outcome.is_valuable or outcome.is_grassroots or outcome.cases)
        assert tip.kind is Kind.CRIME_REPORT or not outcome.cases
    reports = [outcome for tip, outcome in outcomes if tip.kind is Kind.CRIME_REPORT]
    assert 0.55 < mean(bool(outcome.is_founded) for outcome in reports) < 0.75
    assert 0.2 < mean(outcome.cases > 0 for outcome in reports) < 0.45


def test_an_unsolved_rating_reopens_at_once_and_only_then(tips):
    reopened = 0
    for tip in tips:
        for before, step in pairwise(tip.course):
            is_unsolved = isinstance(before.data, Rating) and not before.data.is_solved
            assert is_unsolved == (step.kind is StepKind.REOPEN), tip.number
            reopened += is_unsolved
    assert 0.015 < reopened / len(tips) < 0.06


# -- figures -------------------------------------------------------------------------------------------------------


def on_time_share(tips: list[DemoTip]) -> float:
    answered = [(first_time(tip, StepKind.APPROVE), deadline(tip)) for tip in tips]
    return mean(at <= due for at, due in answered if at)


def test_answers_are_mostly_on_time_and_more_so_when_months_pass(tips):
    earlier, later = tips[: len(tips) // 2], tips[len(tips) // 2 :]
    assert 0.92 <= on_time_share(tips) <= 0.98
    assert on_time_share(later) > on_time_share(earlier)


def test_first_responses_take_hours_to_days(tips):
    answers = (StepKind.INFORM, StepKind.APPROVE, StepKind.TRANSFER_OUT, StepKind.DECLINE)
    hours = [office_hours_between(tip.received_at, at) for tip in tips if (at := first_time(tip, *answers))]
    assert 8 < median(hours) < 32
    assert sorted(hours)[len(hours) // 10] < 9


def test_satisfaction_is_about_four_and_not_everybody_rates(tips):
    scores = [rating.score for tip in tips for rating in data_of(tip, StepKind.RATE)]
    assert 3.8 < mean(scores) < 4.3
    assert set(scores) == {1, 2, 3, 4, 5}
    assert 0.3 < mean(bool(data_of(tip, StepKind.RATE)) for tip in tips) < 0.45


def test_the_open_ones_are_recent_in_many_states_with_some_overdue(tips):
    done = {Status.CLOSED, Status.ANSWERED, Status.DUPLICATE, Status.TRANSFERRED_OUT, Status.DECLINED}
    waiting = [tip for tip in tips if status_after(tip) not in done]
    overdue = [tip for tip in waiting if deadline(tip) < UNTIL]
    assert 30 <= len(waiting) <= 130
    assert 3 <= len(overdue) < len(waiting) / 2
    assert {status_after(tip) for tip in tips} == set(Status)
    assert min(tip.received_at for tip in waiting) > UNTIL - timedelta(days=45)
    assert min(deadline(tip) for tip in overdue) > UNTIL - timedelta(days=35)


@pytest.mark.parametrize("until", [datetime(2026, 7, 5, 1, tzinfo=UTC), datetime(2026, 12, 31, 20, tzinfo=UTC)])
def test_every_state_is_there_when_the_demo_is_made_on_a_sunday_or_at_night(until):
    assert {status_after(tip) for tip in corpus(2000, until=until)} == set(Status)


def test_some_of_those_who_type_send_a_picture_or_leave_an_address_of_nobody(tips):
    typed = [tip for tip in tips if tip.channel in {Channel.WEB, Channel.QR, Channel.ZALO}]
    assert 0.05 < mean(tip.has_picture for tip in typed) < 0.2
    assert 0.05 < mean(bool(tip.notice_address) for tip in typed) < 0.15
    assert all(tip.notice_address.endswith("@example.com") for tip in tips if tip.notice_address)
    assert not any(tip.has_picture or tip.notice_address for tip in tips if tip not in typed)


# -- texts ---------------------------------------------------------------------------------------------------------


def test_texts_are_nearly_all_distinct(tips):
    assert len({tip.text for tip in tips}) >= 0.98 * len(tips)


def test_texts_do_not_look_copied(tips):
    """Few texts share most of their runs of four words with any earlier one."""
    seen = defaultdict(list)
    runs = []
    copies = 0
    for number, tip in enumerate(tips):
        words = tip.text.lower().split()
        own = {tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3))}
        shared = Counter(other for run in own for other in seen[run])
        copies += any(count / len(own | runs[other]) > 0.6 for other, count in shared.items())
        for run in own:
            seen[run].append(number)
        runs.append(own)
    assert copies < 0.03 * len(tips)


def test_people_type_in_many_ways(tips):
    texts = [tip.text for tip in tips]
    assert 0.2 < mean(text == typing_styles.without_marks(text) for text in texts) < 0.36
    assert 0.015 < mean(text == text.upper() for text in texts) < 0.06
    assert 0.01 < mean("ddeer" in text or "owr " in text or "nguowif" in text for text in texts) < 0.06
    assert 0.02 < mean(text.count("\n\n") >= 3 for text in texts) < 0.08
    assert max(map(len, texts)) > 900
    assert min(map(len, texts)) < 40


def test_every_blank_is_filled_and_every_text_is_clean(tips):
    for tip in tips:
        for text in texts_of(tip):
            assert not re.search(r"[{}\[\]|¶]|  |None", text), (tip.number, text)
            assert unicodedata.is_normalized("NFC", text)
            assert len(text) < 10_000


def test_people_and_numbers_are_plainly_fictional(tips):
    senders = [tip.wants_name for tip in tips if tip.wants_name]
    assert 0.1 < len(senders) / len(tips) < 0.35
    assert all(re.fullmatch(r"Người Dân Mẫu \d{1,3}", sender.name) for sender in senders)
    assert all(re.fullmatch(r"0900 000 \d{3}", sender.phone) for sender in senders)
    numbers = {match for tip in tips for text in texts_of(tip) for match in re.findall(r"\d[\d .]{7,}\d", text)}
    assert numbers
    assert all(re.fullmatch(r"0900 000 \d{3}", number) for number in numbers)


def test_who_gives_a_name_does_not_ask_to_stay_unnamed(tips):
    unnamed = [wish for wish in phrasebook().pools["wish-unnamed", Kind.CRIME_REPORT] if "{" not in wish]
    asking = [tip for tip in tips if any(wish in tip.text for wish in unnamed)]
    assert asking
    assert not any(tip.wants_name for tip in asking)


def test_the_phrasebook_is_large_and_every_question_has_its_answer():
    book = phrasebook()
    blocks = sum(map(len, book.pools.values())) + sum(
        len(scenario.cores) + len(scenario.details) + sum(map(len, scenario.answers.values()))
        for scenario in book.scenarios
    )
    assert blocks > 900
    for scenario in book.scenarios:
        assert len({core.text for core in scenario.cores}) >= 3, scenario.id
        if scenario.path == "normal" and scenario.kind is not Kind.PRAISE:
            assert {core.topic for core in scenario.cores} <= set(scenario.answers), scenario.id
    assert {scenario.category for scenario in book.scenarios} == set(Category)
    assert {scenario.kind for scenario in book.scenarios} == set(Kind)


# -- typing and hours ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "keys"),
    [
        ("Tôi muốn báo công an", "Tooi muoons baos coong an"),
        ("được người đưa", "dduowcj nguowif dduwa"),
        ("Đường quá xấu, phường", "DDuowngf quas xaaus, phuowngf"),
        ("bẫy lửa ngõ hẻm", "baayx luwar ngox hemr"),
        ("xe 16 chỗ ăn Ở", "xe 16 choox awn Owr"),
    ],
)
def test_telex_spells_the_keys_that_were_pressed(marked, keys):
    assert typing_styles.in_telex(marked) == keys


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-11-20 16:30", 1, "2026-11-23 08:00"),
        ("2026-11-21 10:00", 0, "2026-11-23 07:30"),
        ("2026-11-23 11:00", 1, "2026-11-23 14:00"),
        ("2026-11-23 07:30", 7.5, "2026-11-24 07:30"),
        ("2026-02-13 16:00", 2, "2026-02-23 08:30"),
    ],
    ids=["over a weekend", "from a Saturday", "over noon", "a whole day", "over Tết"],
)
def test_office_hours_pass_only_when_offices_are_open(start, hours, expected):
    begin, end = (datetime.fromisoformat(moment).replace(tzinfo=VN) for moment in (start, expected))
    assert add_office_hours(begin.astimezone(UTC), hours) == end
    assert office_hours_between(begin.astimezone(UTC), end.astimezone(UTC)) == pytest.approx(hours)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23 12:00", "2026-11-23 12:00"),
        ("2026-11-23 23:10", "2026-11-24 06:50"),
        ("2026-11-24 03:05", "2026-11-24 06:40"),
    ],
)
def test_citizens_wait_for_the_morning_when_it_is_night(moment, expected):
    asleep, awake = (datetime.fromisoformat(text).replace(tzinfo=VN) for text in (moment, expected))
    assert at_waking_hour(asleep.astimezone(UTC)) == awake
