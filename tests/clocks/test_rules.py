"""When a clock acts (K1), as pure rules."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cems.base.calendar import close_of_business, close_of_business_resumed, hours_after
from cems.base.extension import Misfilled
from cems.clocks.choices import Measure, Stage, Step
from cems.clocks.kinds import ClockKind, Finding, clock_kind
from cems.clocks.rules import Due, advance, agenda, working_days_left
from cems.clocks.slots import KINDS
from tests.factories.clocks import MISSING, MONDAY, PROMISE, london

DEADLINE = close_of_business(MONDAY, 2)  # Wednesday 3 June 17:00


@pytest.mark.requirement("K1")
def test_it_warns_in_the_morning_before_and_reminds_on_the_working_days_after() -> None:
    assert agenda(PROMISE, DEADLINE.started_at, DEADLINE.due_at) == [
        Due(london("2026-06-02T09:00"), Step.WARNED),
        Due(london("2026-06-03T17:00"), Step.BREACHED),
        Due(london("2026-06-04T09:00"), Step.REMINDED, 1),
        Due(london("2026-06-05T09:00"), Step.REMINDED, 2),
    ]


@pytest.mark.requirement("E3", "K1")
def test_it_can_warn_more_than_once_by_elapsed_hours() -> None:
    deadline = hours_after(MONDAY, 72)
    steps = [(due.step, due.number, due.at - MONDAY) for due in agenda(MISSING, MONDAY, deadline.due_at)]
    assert steps == [
        (Step.WARNED, 0, timedelta(hours=24)),
        (Step.WARNED, 1, timedelta(hours=48)),
        (Step.BREACHED, 0, timedelta(hours=72)),
    ]


def test_it_does_not_warn_before_the_clock_starts() -> None:
    deadline = close_of_business(london("2026-06-03T09:30"), 0)
    assert [due.step for due in agenda(PROMISE, deadline.started_at, deadline.due_at)][0] is Step.BREACHED


@pytest.mark.requirement("K1")
@given(st.lists(st.timedeltas(timedelta(), timedelta(days=7)), min_size=1, max_size=12))
def test_each_step_is_taken_once_and_in_order_whenever_the_sweeps_come(offsets: list[timedelta]) -> None:
    acted_until: datetime | None = None
    stage, taken = Stage.RUNNING, []
    for now in sorted(MONDAY + offset for offset in offsets):
        move = advance(
            PROMISE,
            stage=stage,
            started_at=MONDAY,
            due_at=DEADLINE.due_at,
            acted_until=acted_until,
            now=now,
        )
        taken.extend(move.steps)
        stage, acted_until = move.stage, now
        expected = [due for due in agenda(PROMISE, MONDAY, DEADLINE.due_at) if due.at <= now]
        assert taken == expected
        assert move.next_at == next(
            (due.at for due in agenda(PROMISE, MONDAY, DEADLINE.due_at) if due.at > now), None
        )
        assert (stage is Stage.BREACHED) == (now >= DEADLINE.due_at)


@pytest.mark.requirement("K1")
@pytest.mark.parametrize(
    ("paused", "left"),
    [("2026-06-01T12:00", 2), ("2026-06-02T23:00", 1), ("2026-06-03T09:00", 0)],
)
def test_a_pause_keeps_the_whole_working_days_left(paused: str, left: int) -> None:
    assert working_days_left(london(paused), DEADLINE.due_at) == left


# Within hours, after hours, at the weekend, on a bank holiday, and in the nights the clocks change.
MOMENTS = [
    "2026-06-01T09:00", "2026-06-01T16:59", "2026-06-01T17:01", "2026-06-05T18:30", "2026-06-06T12:00",
    "2026-06-07T23:59", "2026-05-04T10:00", "2026-05-03T10:00", "2026-12-24T20:00", "2026-12-26T09:00",
    "2026-03-28T23:30", "2026-10-25T01:30",
]  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("days", [0, 1, 2, 5, 20])
def test_a_pause_of_no_length_changes_no_deadline(moment: str, days: int) -> None:
    """A pause by day keeps what is left of the day; by night, at a weekend and on a holiday it took one more."""
    at = london(moment)
    due = close_of_business(at, days).due_at
    left = working_days_left(at, due)
    assert close_of_business_resumed(at, at, left).due_at == due


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("2026-06-05T18:30", "2026-06-07T09:00", "2026-06-10T17:00"),  # within a weekend: nothing changes
        (
            "2026-06-05T18:30",
            "2026-06-08T09:00",
            "2026-06-11T17:00",
        ),  # three whole days left, Monday is day 0
        ("2026-06-04T10:00", "2026-06-05T18:30", "2026-06-12T17:00"),  # four left, Monday is day 0
        ("2026-06-10T09:00", "2026-06-10T18:00", "2026-06-11T17:00"),  # none left, and the day is over
    ],
)
def test_after_a_pause_the_whole_days_left_follow_the_day_of_resumption(
    paused: str, resumed: str, due: str
) -> None:
    left = working_days_left(london(paused), london("2026-06-10T17:00"))
    assert close_of_business_resumed(london(paused), london(resumed), left).due_at == london(due)


def test_only_a_clock_of_working_days_may_be_paused() -> None:
    with pytest.raises(ValueError, match="working days"):
        ClockKind("test.never", "Never", Measure.HOURS, may_pause=True)


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(Misfilled, match="has test.promise of tests already"):
        KINDS.fill(ClockKind("test.promise", "Another", Measure.DATE), by="tests")
    assert clock_kind("test.promise") is PROMISE
    with pytest.raises(LookupError):
        clock_kind("test.unknown")


def test_a_finding_closes_a_clock() -> None:
    with pytest.raises(ValueError, match="closes"):
        Finding(Stage.WARNED, MONDAY)
