"""A clock in words (K1)."""

import pytest

from cems.base.calendar import hours_after, on_day
from cems.clocks.presentation import present
from cems.clocks.services import clock as services
from tests.factories.clocks import MISSING, MONDAY, london, make_clock
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("K1")
@pytest.mark.parametrize(
    ("now", "words", "state"),
    [
        ("2026-06-01T10:00", "2 working days left", "running"),
        ("2026-06-02T18:00", "1 working day left", "running"),
        ("2026-06-03T09:00", "8 hours left", "running"),
        ("2026-06-03T15:59", "1 hour left", "running"),
        ("2026-06-03T16:30", "30 minutes left", "running"),
        ("2026-06-03T20:10", "3 hours over", "breached"),  # even before the sweep has told anybody
        ("2026-06-05T09:00", "2 working days over", "breached"),
    ],
)
def test_it_says_what_is_left_as_people_say_it(now: str, words: str, state: str) -> None:
    shown = present(make_clock(make_user()), london(now))
    assert (shown["words"], shown["state"]) == (words, state)
    assert shown["due"] == "Wed 3 Jun 2026, 17:00"


def test_hours_are_said_in_hours_however_many() -> None:
    owner = make_user()
    clock = make_clock(owner, kind=MISSING, deadline=hours_after(MONDAY, 72))
    shown = present(clock, london("2026-06-03T15:00"))
    assert (shown["words"], shown["percent"], shown["owner"]) == ("19 hours left", 73, owner.name)


def test_a_far_date_is_said_in_days() -> None:
    clock = make_clock(make_user(), kind=MISSING, deadline=on_day(MONDAY, london("2026-06-13T09:00").date()))
    assert present(clock, MONDAY)["words"] == "12 days left"


def test_closed_and_paused_clocks_say_so() -> None:
    owner = make_user()
    in_time = services.clock_meet(owner, clock=make_clock(owner), at=london("2026-06-03T16:00"))
    late = services.clock_meet(owner, clock=make_clock(owner), at=london("2026-06-03T20:00"))
    paused = services.clock_pause(owner, clock=make_clock(owner), reason="x", at=MONDAY)
    cancelled = services.clock_cancel(owner, clock=make_clock(owner), reason="x", at=MONDAY)
    now = london("2026-06-20T12:00")
    assert [present(clock, now)["words"] for clock in (in_time, late, paused, cancelled)] == [
        "met in time",
        "met 3 hours late",
        "paused, 2 working days left",
        "cancelled",
    ]
    assert present(paused, now)["percent"] == 0
