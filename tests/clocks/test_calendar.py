"""Working days and deadlines (K1, T2), against a slow and obvious count from one day to the next."""

from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cems.base import calendar
from cems.base.time import LONDON, local
from cems.policy.policy import CLOSURES
from tests.factories.policies import decide_policy

ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=range(2023, 2034))
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 1), timezones=st.just(UTC))
SHUT = st.frozensets(DAYS, max_size=6)


def london(text: str) -> datetime:
    """An instant given as people in Durham would write it."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def slow_is_working(day: date, shut: frozenset[date]) -> bool:
    return day.isoweekday() not in {6, 7} and day not in ENGLAND and day not in shut


def slow_due(received: datetime, n: int, shut: frozenset[date]) -> datetime:
    """Walk minute-free: decide day 0, then tick off one working day after another."""
    here = received.astimezone(LONDON)
    day = here.date()
    late = here.time() > time(17)
    while late or not slow_is_working(day, shut):
        day, late = day + timedelta(days=1), False
    ticked = 0
    while ticked < n:
        day += timedelta(days=1)
        ticked += slow_is_working(day, shut)
    return datetime.combine(day, time(17), LONDON).astimezone(UTC)


@pytest.mark.requirement("T2", "K1")
@given(INSTANTS, st.integers(0, 15), SHUT)
def test_it_agrees_with_the_slow_count(received: datetime, n: int, shut: frozenset[date]) -> None:
    deadline = calendar.close_of_business(received, n, shut=shut)
    assert deadline.due_at == slow_due(received, n, shut)
    assert deadline.started_at == received
    assert local(deadline.due_at).time() == time(17)


@given(DAYS, st.integers(1, 30), SHUT)
def test_it_counts_back_as_it_counts_forth(day: date, n: int, shut: frozenset[date]) -> None:
    later = calendar.add_working_days(day, n, shut)
    assert calendar.working_days_between(day, later, shut) == n
    assert slow_is_working(later, shut)
    earlier = calendar.add_working_days(day, -n, shut)
    assert sum(slow_is_working(earlier + timedelta(i), shut) for i in range((day - earlier).days)) == n


@given(INSTANTS, st.integers(1, 200))
def test_hours_are_elapsed(start: datetime, hours: int) -> None:
    assert (calendar.hours_after(start, hours).due_at - start).total_seconds() == hours * 3600


@pytest.mark.requirement("T2")
@pytest.mark.parametrize(
    ("received", "n", "explanation"),
    [
        (
            "2026-04-30T11:00",
            3,
            "received Thu 30 Apr → due Wed 6 May 17:00: 3 working days, Mon 4 May skipped (Early May bank holiday)",
        ),
        # Easter: Good Friday and Easter Monday.
        (
            "2026-04-02T17:00",
            2,
            "received Thu 2 Apr → due Wed 8 Apr 17:00: 2 working days, Fri 3 Apr skipped (Good Friday), "
            "Mon 6 Apr skipped (Easter Monday)",
        ),
        # One second late is out of hours.
        (
            "2026-04-02T17:00:01",
            2,
            "received Thu 2 Apr 17:00, out of hours, so counted as Tue 7 Apr → due Thu 9 Apr 17:00: 2 working days, "
            "Fri 3 Apr skipped (Good Friday), Mon 6 Apr skipped (Easter Monday)",
        ),
        # Christmas and the New Year, with the years written where they differ.
        (
            "2026-12-24T09:00",
            4,
            "received Thu 24 Dec 2026 → due Mon 4 Jan 2027 17:00: 4 working days, Fri 25 Dec 2026 skipped (Christmas "
            "Day), Mon 28 Dec 2026 skipped (Boxing Day (substitute day)), Fri 1 Jan 2027 skipped (New Year's Day)",
        ),
        ("2026-06-01T08:59", 0, "received Mon 1 Jun → due Mon 1 Jun 17:00: the same working day"),
        ("2026-06-06T12:00", 1, "received Sat 6 Jun 12:00, out of hours, so counted as Mon 8 Jun → "
         "due Tue 9 Jun 17:00: 1 working day"),
    ],
)  # fmt: skip
def test_it_explains_itself(received: str, n: int, explanation: str) -> None:
    assert calendar.close_of_business(london(received), n).explanation == explanation


@pytest.mark.requirement("K1")
def test_closing_time_is_londons_on_both_sides_of_a_clock_change() -> None:
    spring = calendar.close_of_business(london("2026-03-27T12:00"), 1)  # clocks go forward on Sunday 29 March
    autumn = calendar.close_of_business(london("2026-10-23T12:00"), 1)  # and back on Sunday 25 October
    assert spring.due_at == datetime(2026, 3, 30, 16, tzinfo=UTC)
    assert autumn.due_at == datetime(2026, 10, 26, 17, tzinfo=UTC)


@pytest.mark.requirement("K1", "E2")
@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-03-28T12:00", "2026-03-31T13:00"), ("2026-10-24T12:00", "2026-10-27T11:00")],
)
def test_72_hours_stay_72_hours_over_a_clock_change(start: str, due: str) -> None:
    assert calendar.hours_after(london(start), 72).due_at == london(due)


@pytest.mark.requirement("K1", "M6")
def test_a_month_is_the_same_day_or_the_last() -> None:
    deadline = calendar.month_after(london("2026-01-31T10:00"), 1, word="submitted")
    assert deadline.due_at == london("2026-02-28T17:00")
    assert deadline.explanation == "submitted Sat 31 Jan → due Sat 28 Feb 17:00: 1 month"


def test_a_deadline_before_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="working days"):
        calendar.close_of_business(london("2026-06-01T10:00"), -1)


@pytest.mark.django_db
def test_the_partnerships_own_closures_are_skipped() -> None:
    decide_policy(CLOSURES, frozenset({date(2026, 6, 2)}))
    deadline = calendar.close_of_business(london("2026-06-01T10:00"), 1)
    assert deadline.explanation.endswith("1 working day, Tue 2 Jun skipped (closed)")
    assert deadline.due_at == london("2026-06-03T17:00")


@pytest.mark.requirement("K1")
def test_the_years_are_there_before_anybody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A year filled by the first who asks is empty for a thread that asks meanwhile, and that answer stayed."""

    def fill(*_: object) -> None:
        raise AssertionError("a year was filled when it was asked for")

    monkeypatch.setattr(type(ENGLAND), "_populate", fill)
    for year in (1974, 1999, 2027, 2061, 2100):
        assert calendar.why_shut(date(year, 12, 25)) in {"Christmas Day", "weekend"}
    assert calendar.why_shut(date(2061, 12, 26)) == "Boxing Day"
    shut = frozenset({date(2061, 12, 28)})
    assert calendar.add_working_days(date(2061, 12, 23), 1, shut) == date(2061, 12, 29)


def test_closures_of_one_partnership_do_not_stay_for_another() -> None:
    day = date(2026, 6, 2)
    assert calendar.why_shut(day, frozenset({day})) == "closed"
    assert calendar.why_shut(day, frozenset()) == ""
    christmas = date(2026, 12, 25)
    assert calendar.why_shut(christmas, frozenset({christmas})) == "Christmas Day"
