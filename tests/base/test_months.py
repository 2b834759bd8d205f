"""A month is the same day, or the last (K1)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cems.base.months import add_months, last_of_month

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
pytestmark = pytest.mark.requirement("K1")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 3), 1, date(2026, 4, 3)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
    ],
)
def test_the_same_day_or_the_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@settings(deadline=None)
@given(days, st.integers(-300, 300))
def test_agrees_with_walking_month_by_month(day: date, months: int) -> None:
    first = day.replace(day=1)
    for _ in range(abs(months)):
        first = (first + timedelta(days=31) if months > 0 else first - timedelta(days=1)).replace(day=1)
    expected = first
    while expected.day < day.day and (expected + timedelta(days=1)).month == first.month:
        expected += timedelta(days=1)
    assert add_months(day, months) == expected


@settings(deadline=None)
@given(days, days, st.integers(0, 24))
def test_never_turns_two_days_round(one: date, two: date, months: int) -> None:
    early, late = sorted((one, two))
    assert add_months(early, months) <= add_months(late, months)


def test_the_edge_of_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        add_months(date(9999, 12, 1), 1)


@settings(deadline=None)
@given(days)
def test_the_last_of_the_month_is_followed_by_the_first(day: date) -> None:
    last = last_of_month(day)
    assert (last.year, last.month) == (day.year, day.month)
    assert (last + timedelta(days=1)).day == 1
