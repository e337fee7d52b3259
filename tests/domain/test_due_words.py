"""How deadlines are said: today, hours, working days, delays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.domain.due_words import DueWords, describe_due
from forum.domain.working_time import VN, WorkCalendar

NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - the strategy wants its bounds without a zone
INSTANTS = st.datetimes(NEW_YEAR, NEW_YEAR + timedelta(days=364), timezones=st.just(UTC))


def vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


@pytest.mark.parametrize(
    ("due", "now", "kind", "n"),
    [
        pytest.param("2026-03-06 00:00", "2026-03-03 09:00", "working-days-left", 2, id="Tuesday to Thursday"),
        pytest.param("2026-03-10 00:00", "2026-03-06 09:00", "working-days-left", 1, id="Friday to Monday"),
        pytest.param("2026-02-25 00:00", "2026-02-13 09:00", "working-days-left", 2, id="over Tết"),
        pytest.param("2026-03-06 00:00", "2026-03-05 23:59", "today", 0, id="on the last day until midnight"),
        pytest.param("2026-03-06 00:00", "2026-03-05 00:00", "today", 0, id="on the last day from midnight"),
        pytest.param("2026-03-06 00:00", "2026-03-04 23:59", "working-days-left", 1, id="the evening before"),
        pytest.param("2026-03-05 10:00", "2026-03-05 09:30", "minutes-left", 30, id="half an hour"),
        pytest.param("2026-03-05 10:00", "2026-03-05 10:00", "minutes-left", 1, id="the very instant is kept"),
        pytest.param("2026-03-05 05:00", "2026-03-04 23:00", "hours-left", 6, id="over midnight"),
        pytest.param("2026-03-08 10:00", "2026-03-07 09:00", "days-left", 1, id="both on a weekend"),
        pytest.param("2026-03-06 00:00", "2026-03-06 00:05", "overdue-minutes", 5, id="five minutes late"),
        pytest.param("2026-03-06 00:00", "2026-03-06 10:59", "overdue-hours", 10, id="the morning after"),
        pytest.param("2026-03-06 00:00", "2026-03-09 10:00", "overdue-days", 3, id="after a weekend"),
    ],
)
def test_a_deadline_is_said_in_the_measure_that_fits(
    calendar: WorkCalendar, due: str, now: str, kind: str, n: int
) -> None:
    words = describe_due(vn(due), vn(now), calendar=calendar)
    assert (words.kind.value, words.n) == (kind, n)
    assert words.is_overdue is kind.startswith("overdue")


@given(INSTANTS, INSTANTS)
def test_a_deadline_is_said_to_be_overdue_exactly_when_it_has_passed(
    calendar: WorkCalendar, due: datetime, now: datetime
) -> None:
    words: DueWords = describe_due(due, now, calendar=calendar)
    assert words.is_overdue is (now > due)
    assert words.n >= (words.kind.value != "today")
