"""Days, deadlines and working time: Tết, weekends, swapped days, month ends, and the first minutes of a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.domain.working_time import (
    VN,
    DayKind,
    WorkCalendar,
    day_of,
    end_of,
    last_day_of,
    month_of,
    start_of,
)

NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - the strategy wants its bounds without a zone
INSTANTS = st.datetimes(NEW_YEAR - timedelta(days=61), NEW_YEAR + timedelta(days=364), timezones=st.just(UTC))
WHOLE_SECONDS = INSTANTS.map(lambda instant: instant.replace(microsecond=0))


def vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


@pytest.mark.parametrize(
    ("instant", "day", "month"),
    [
        (datetime(2025, 12, 31, 17, 30, tzinfo=UTC), date(2026, 1, 1), date(2026, 1, 1)),
        (datetime(2025, 12, 31, 16, 59, 59, tzinfo=UTC), date(2025, 12, 31), date(2025, 12, 1)),
        (datetime(2026, 2, 28, 17, 0, tzinfo=UTC), date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_an_instant_falls_on_its_day_and_month_in_viet_nam(instant: datetime, day: date, month: date) -> None:
    assert (day_of(instant), month_of(instant)) == (day, month)


def test_a_day_begins_at_five_in_the_afternoon_utc_of_the_day_before() -> None:
    assert start_of(date(2026, 1, 1)) == datetime(2025, 12, 31, 17, tzinfo=UTC)
    assert end_of(date(2026, 1, 1)) == datetime(2026, 1, 1, 17, tzinfo=UTC)
    assert start_of(date(2026, 1, 1)).tzinfo is UTC


@pytest.mark.parametrize(
    ("deadline", "day"),
    [
        ("2026-03-07 00:00", date(2026, 3, 6)),
        ("2026-03-07 00:01", date(2026, 3, 7)),
        ("2026-03-06 23:59", date(2026, 3, 6)),
    ],
)
def test_last_day_of_a_deadline_is_the_one_it_ends_when_it_falls_at_midnight(deadline: str, day: date) -> None:
    assert last_day_of(vn(deadline)) == day


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2026, 3, 4), True),
        (date(2026, 3, 7), False),
        (date(2026, 2, 17), False),
        (date(2026, 1, 2), False),
        (date(2026, 1, 10), True),
        (date(2026, 11, 24), False),
        (date(2031, 6, 2), True),
    ],
)
def test_a_day_is_worked_as_the_week_or_its_exception_says(
    calendar: WorkCalendar, day: date, *, is_worked: bool
) -> None:
    assert calendar.is_working_day(day) is is_worked


@pytest.mark.parametrize(
    ("start", "days", "last_day"),
    [
        pytest.param("2026-03-02 09:00", 3, date(2026, 3, 5), id="the day of the start does not count"),
        pytest.param("2026-03-02 00:00", 1, date(2026, 3, 3), id="not even from its first instant"),
        pytest.param("2026-03-06 16:59", 1, date(2026, 3, 9), id="over a weekend"),
        pytest.param("2026-03-07 10:00", 1, date(2026, 3, 9), id="begun on a Saturday"),
        pytest.param("2026-03-02 09:00", 10, date(2026, 3, 16), id="ten days are two weeks"),
        pytest.param("2026-02-13 09:00", 1, date(2026, 2, 23), id="over Tết"),
        pytest.param("2026-02-12 23:59", 3, date(2026, 2, 24), id="one day before Tết and two after"),
        pytest.param("2026-02-17 08:00", 10, date(2026, 3, 6), id="begun in Tết"),
        pytest.param("2025-12-31 09:00", 1, date(2026, 1, 5), id="over a swapped Friday"),
        pytest.param("2025-12-31 09:00", 6, date(2026, 1, 10), id="up to a Saturday worked for it"),
        pytest.param("2026-01-01 00:30", 5, date(2026, 1, 9), id="begun at half past midnight on 1 January"),
        pytest.param("2026-08-21 09:00", 7, date(2026, 9, 3), id="over both halves of a swap"),
        pytest.param("2026-11-23 09:00", 1, date(2026, 11, 25), id="over 24 November"),
    ],
)
def test_working_days_end_at_midnight_of_the_last_one(
    calendar: WorkCalendar, start: str, days: int, last_day: date
) -> None:
    assert calendar.add_working_days(vn(start), days) == end_of(last_day)


@pytest.mark.parametrize(
    ("start", "days", "last_day"),
    [
        pytest.param("2026-03-03 09:00", 20, date(2026, 3, 23), id="a Monday stays"),
        pytest.param("2026-03-02 09:00", 20, date(2026, 3, 23), id="a Sunday moves to Monday"),
        pytest.param("2026-01-27 09:00", 20, date(2026, 2, 23), id="Tết moves to the Monday after it"),
        pytest.param("2026-04-07 09:00", 20, date(2026, 4, 28), id="a holiday moves to the next day"),
        pytest.param("2025-12-21 09:00", 20, date(2026, 1, 10), id="a worked Saturday stays"),
        pytest.param("2026-01-01 00:30", 20, date(2026, 1, 21), id="counted from the day in Viet Nam, not in UTC"),
        pytest.param("2025-12-31 23:59", 20, date(2026, 1, 20), id="one minute before the year"),
        pytest.param("2026-04-01 09:00", 30, date(2026, 5, 4), id="a long weekend is skipped whole"),
    ],
)
def test_calendar_days_end_on_a_working_day(calendar: WorkCalendar, start: str, days: int, last_day: date) -> None:
    assert calendar.add_calendar_days(vn(start), days) == end_of(last_day)


@pytest.mark.parametrize(
    ("start", "months", "last_day"),
    [
        pytest.param("2026-03-12 09:00", 2, date(2026, 5, 12), id="the same day"),
        pytest.param("2026-11-30 09:00", 3, date(2027, 3, 1), id="30 November + 3: 28 February 2027 is a Sunday"),
        pytest.param("2028-01-31 09:00", 1, date(2028, 2, 29), id="the last day of a leap February"),
        pytest.param("2025-12-31 23:00", 2, date(2026, 3, 2), id="28 February 2026 is a Saturday"),
        pytest.param("2026-03-31 09:00", 1, date(2026, 5, 4), id="30 April, 1 May and a weekend"),
        pytest.param("2025-12-31 09:00", 12, date(2026, 12, 31), id="December stays December"),
        pytest.param("2026-01-01 00:30", 1, date(2026, 2, 2), id="begun at half past midnight on 1 January"),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(
    calendar: WorkCalendar, start: str, months: int, last_day: date
) -> None:
    assert calendar.add_months(vn(start), months) == end_of(last_day)


def test_hours_run_through_night_and_tet(calendar: WorkCalendar) -> None:
    assert calendar.add_hours(vn("2026-02-16 22:00"), 12) == vn("2026-02-17 10:00")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-03-02 08:00", 3, "2026-03-02 11:00", id="within the morning"),
        pytest.param("2026-03-02 07:30", 4, "2026-03-02 11:30", id="up to the break and not beyond it"),
        pytest.param("2026-03-02 10:30", 2, "2026-03-02 14:30", id="over the break"),
        pytest.param("2026-03-02 12:00", 1, "2026-03-02 14:30", id="begun in the break"),
        pytest.param("2026-03-02 05:00", 1, "2026-03-02 08:30", id="begun before the office opens"),
        pytest.param("2026-03-06 16:00", 4, "2026-03-09 10:30", id="over a weekend"),
        pytest.param("2026-02-13 16:00", 1, "2026-02-13 17:00", id="up to the evening before Tết"),
        pytest.param("2026-02-13 16:00", 2, "2026-02-23 08:30", id="over Tết"),
        pytest.param("2026-01-10 08:00", 8, "2026-01-12 08:30", id="on a worked Saturday"),
        pytest.param("2026-01-01 00:30", 8, "2026-01-06 08:00", id="begun at half past midnight on 1 January"),
    ],
)
def test_working_hours_end_once_so_much_was_worked(calendar: WorkCalendar, start: str, hours: int, end: str) -> None:
    assert calendar.add_working_hours(vn(start), hours) == vn(end)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-03-02 00:00", "2026-03-03 00:00", 7.5),
        ("2026-03-02 11:00", "2026-03-02 14:00", 1),
        ("2026-03-02 17:00", "2026-03-03 07:30", 0),
        ("2026-03-06 16:00", "2026-03-09 08:30", 2),
        ("2026-02-13 17:00", "2026-02-23 07:30", 0),
        ("2026-02-13 00:00", "2026-02-24 00:00", 15),
        ("2025-12-31 00:00", "2026-01-11 00:00", 7.5 * 7),
        ("2026-08-17 00:00", "2026-09-07 00:00", 7.5 * (6 + 5 + 2)),
        ("2026-03-09 00:00", "2026-03-23 00:00", 7.5 * 10),
        ("2026-03-03 00:00", "2026-03-02 00:00", -7.5),
    ],
)
def test_working_time_between_two_instants_leaves_nights_and_days_off_out(
    calendar: WorkCalendar, begin: str, end: str, hours: float
) -> None:
    assert calendar.working_seconds(vn(begin), vn(end)) == hours * 3600


@pytest.mark.parametrize(
    ("after", "until", "days"),
    [
        (date(2026, 3, 2), date(2026, 3, 5), 3),
        (date(2026, 3, 5), date(2026, 3, 5), 0),
        (date(2026, 3, 6), date(2026, 3, 8), 0),
        (date(2026, 2, 13), date(2026, 2, 23), 1),
        (date(2026, 1, 2), date(2026, 1, 10), 6),
        (date(2026, 3, 5), date(2026, 3, 2), -3),
    ],
)
def test_working_days_between_leave_the_first_day_out(
    calendar: WorkCalendar, after: date, until: date, days: int
) -> None:
    assert calendar.working_days_between(after, until) == days


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(11), time(8)),),
        ((time(8), time(12)), (time(11), time(17))),
        ((time(13), time(17)), (time(8), time(12))),
        ((time(8), time(12)), (time(12), time(17))),
    ],
)
def test_a_calendar_is_refused_when_its_hours_are_missing_or_out_of_order(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="working day"):
        WorkCalendar({}, hours)


@given(st.lists(INSTANTS, min_size=3, max_size=3))
def test_working_seconds_add_up_and_never_run_backwards(calendar: WorkCalendar, instants: list[datetime]) -> None:
    first, middle, last = sorted(instants)
    whole = calendar.working_seconds(first, last)
    assert calendar.working_seconds(first, middle) + calendar.working_seconds(middle, last) == whole
    assert 0 <= whole <= (last - first).total_seconds() + 1
    assert calendar.working_seconds(last, first) == -whole


@given(WHOLE_SECONDS, st.integers(0, 60 * 24 * 10))
def test_working_seconds_agree_with_looking_at_every_minute(
    calendar: WorkCalendar, begin: datetime, minutes: int
) -> None:
    begin = begin.replace(second=0)
    instants = [(begin + timedelta(minutes=minute)).astimezone(VN) for minute in range(minutes)]
    worked = [
        any(opens <= instant.time() < closes for opens, closes in calendar.hours)
        for instant in instants
        if calendar.is_working_day(instant.date())
    ]
    assert calendar.working_seconds(begin, begin + timedelta(minutes=minutes)) == 60 * sum(worked)


@given(WHOLE_SECONDS, st.integers(1, 400 * 3600))
def test_added_working_seconds_are_the_first_instant_at_which_they_have_passed(
    calendar: WorkCalendar, start: datetime, seconds: int
) -> None:
    end = calendar.add_working_seconds(start, seconds)
    assert calendar.working_seconds(start, end) == seconds
    assert calendar.working_seconds(start, end - timedelta(seconds=1)) == seconds - 1


@given(INSTANTS, st.integers(0, 60))
def test_added_working_days_are_counted_back_by_working_days_between(
    calendar: WorkCalendar, start: datetime, days: int
) -> None:
    assert calendar.working_days_between(day_of(start), last_day_of(calendar.add_working_days(start, days))) == days


@given(INSTANTS, INSTANTS, st.integers(1, 60), st.sampled_from(["working_days", "calendar_days", "months", "hours"]))
def test_a_later_start_never_has_an_earlier_deadline(
    calendar: WorkCalendar, one: datetime, other: datetime, amount: int, unit: str
) -> None:
    add = getattr(calendar, f"add_{unit}")
    earlier, later = sorted((one, other))
    assert later < add(later, amount)
    assert add(earlier, amount) <= add(later, amount)


@given(INSTANTS, st.integers(1, 90))
def test_a_deadline_of_days_never_ends_on_a_day_off(calendar: WorkCalendar, start: datetime, days: int) -> None:
    for deadline in (calendar.add_calendar_days(start, days), calendar.add_working_days(start, days)):
        assert calendar.is_working_day(last_day_of(deadline))
        assert deadline == start_of(day_of(deadline))


def test_a_swapped_pair_leaves_the_working_time_of_the_year_as_it_was() -> None:
    hours = ((time(8), time(12)),)
    swapped = WorkCalendar({date(2026, 1, 2): DayKind.DAY_OFF, date(2026, 1, 10): DayKind.WORKED}, hours)
    year = (start_of(date(2026, 1, 1)), start_of(date(2027, 1, 1)))
    assert swapped.working_seconds(*year) == WorkCalendar({}, hours).working_seconds(*year)
