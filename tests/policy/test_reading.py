"""A setting is read with the instant: dated values, of the partnership or an authority, kept for half a minute."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cems.base import calendar
from cems.base.time import now
from cems.policy import snapshot
from cems.policy.models import SettingValue
from cems.policy.policy import CLOSE_OF_BUSINESS, CLOSURES, OFFICE_OPENS
from cems.policy.snapshot import LEAD, MAX_AGE, Dated, Snapshot
from matrix.services.follow_up import out_of_hours
from tests.factories.policies import decide_policy
from triage.policy import GATHERING_DAYS

pytestmark = [pytest.mark.requirement("K1"), pytest.mark.django_db]
MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def test_until_something_is_decided_the_default_holds() -> None:
    assert GATHERING_DAYS.at(now()) == GATHERING_DAYS.default == 1
    assert GATHERING_DAYS.at(now(), 5) == 1


def test_each_value_holds_from_its_instant_to_the_next() -> None:
    decide_policy(GATHERING_DAYS, 2, since=MONDAY)
    decide_policy(GATHERING_DAYS, 4, since=MONDAY + DAY)
    instants = [MONDAY - timedelta(seconds=1), MONDAY, MONDAY + DAY - timedelta(seconds=1), MONDAY + DAY]
    assert [GATHERING_DAYS.at(instant) for instant in instants] == [1, 2, 2, 4]


def test_an_authority_has_its_own_value_and_may_go_by_the_partnership_again() -> None:
    decide_policy(GATHERING_DAYS, 2, since=MONDAY)
    decide_policy(GATHERING_DAYS, 5, since=MONDAY + DAY, authority_id=7)
    decide_policy(GATHERING_DAYS, 0, since=MONDAY + 2 * DAY, authority_id=7, inherits=True)
    assert [GATHERING_DAYS.at(MONDAY + n * DAY, 7) for n in range(3)] == [2, 5, 2]
    assert [GATHERING_DAYS.at(MONDAY + n * DAY, 8) for n in range(3)] == [2, 2, 2]
    assert GATHERING_DAYS.read(MONDAY + DAY, 7).value == 5


def test_a_value_taken_back_never_begins() -> None:
    row = decide_policy(GATHERING_DAYS, 2, since=MONDAY)
    SettingValue.objects.filter(pk=row.pk).update(
        withdrawn_at=MONDAY - timedelta(hours=1), withdrawn_by=row.made_by
    )
    snapshot.keep(None)
    assert GATHERING_DAYS.at(MONDAY + DAY) == 1


@given(st.lists(st.integers(0, 30), unique=True, max_size=6), st.integers(-1, 31))
def test_the_newest_that_has_begun_holds(starts: list[int], asked: int) -> None:
    rows = [Dated(MONDAY + start * DAY, start) for start in sorted(starts)]
    newest = Snapshot(MONDAY, {("key", None): rows}).in_force("key", None, MONDAY + asked * DAY)
    begun = [start for start in starts if start <= asked]
    assert (newest.stored if newest else None) == (max(begun) if begun else None)


class TestKept:
    def test_reading_again_asks_the_database_for_nothing(self) -> None:
        decide_policy(GATHERING_DAYS, 2)
        assert GATHERING_DAYS.at(now()) == 2
        with CaptureQueriesContext(connection) as asked:
            for _ in range(5):
                GATHERING_DAYS.at(now(), 3)
                CLOSURES.on(date(2026, 6, 1))
        assert len(asked) == 0

    def test_every_process_reads_anew_before_a_change_can_begin(self) -> None:
        """Another process has what it read just before the change was made; by the time it begins it has read anew."""
        assert MAX_AGE < LEAD
        with time_machine.travel(MONDAY, tick=False) as moment:
            assert GATHERING_DAYS.at(now()) == 1
            kept = snapshot.snapshot()
            decide_policy(GATHERING_DAYS, 2, since=MONDAY + LEAD, made_at=MONDAY)
            snapshot.keep(kept)  # as a process that was told nothing
            moment.shift(MAX_AGE - timedelta(seconds=1))
            assert snapshot.snapshot() is kept and GATHERING_DAYS.at(now()) == 1
            moment.shift(timedelta(seconds=1))
            assert GATHERING_DAYS.at(now()) == 1 and GATHERING_DAYS.at(MONDAY + LEAD) == 2
            moment.move_to(MONDAY + LEAD)
            assert GATHERING_DAYS.at(now()) == 2

    def test_it_is_read_anew_when_the_clock_of_the_machine_was_put_back(self) -> None:
        with time_machine.travel(MONDAY, tick=False) as moment:
            kept = snapshot.snapshot()
            moment.move_to(MONDAY - timedelta(hours=1))
            assert snapshot.snapshot() is not kept


class TestOffice:
    """The working day goes by the settings that hold on each day."""

    def test_close_of_business_is_that_of_the_day_something_is_due(self) -> None:
        decide_policy(CLOSE_OF_BUSINESS, time(16, 30), since=datetime(2026, 6, 2, 23, tzinfo=UTC))
        dues = [calendar.close_of_business(MONDAY, n).due_at for n in (0, 1, 2)]
        assert [f"{calendar.say(due)}" for due in dues] == [
            "Mon 1 Jun 17:00",
            "Tue 2 Jun 17:00",
            "Wed 3 Jun 16:30",
        ]

    def test_a_closure_counts_by_the_list_that_holds_on_that_day(self) -> None:
        decide_policy(CLOSURES, frozenset({date(2026, 6, 2), date(2026, 6, 3)}))
        decide_policy(CLOSURES, frozenset({date(2026, 6, 2)}), since=datetime(2026, 6, 2, 23, tzinfo=UTC))
        shut = [calendar.why_shut(date(2026, 6, day)) for day in (1, 2, 3)]
        assert shut == ["", "closed", ""]

    def test_the_emergency_duty_team_has_the_phone_until_offices_open(self) -> None:
        at = datetime(2026, 6, 1, 7, 45, tzinfo=UTC)  # 08:45 in London
        assert not out_of_hours(at)
        decide_policy(OFFICE_OPENS, time(9), since=MONDAY - DAY)
        assert out_of_hours(at)

    def test_warnings_of_clocks_follow_a_closure_decided_meanwhile(self) -> None:
        from cems.clocks.rules import agenda
        from triage.clocks import GATHERING

        due = calendar.close_of_business(MONDAY, 2).due_at
        before = agenda(GATHERING, MONDAY - DAY, due)[0].at
        decide_policy(CLOSURES, frozenset({date(2026, 6, 2)}))
        assert agenda(GATHERING, MONDAY - DAY, due)[0].at < before


@pytest.mark.parametrize(
    "changes",
    [
        {"made_at": MONDAY},
        {"made_at": MONDAY + DAY},
        {"why": ""},
        {"inherits": True},  # the whole partnership has nothing to go by
        {"withdrawn_at": MONDAY - DAY},
    ],
)
def test_the_database_itself_keeps_the_rules(changes: dict[str, object]) -> None:
    """Never for the past, never without a reason, never taken back by nobody."""
    with pytest.raises(IntegrityError), transaction.atomic():
        decide_policy(GATHERING_DAYS, 2, since=MONDAY, **changes)
