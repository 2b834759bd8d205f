"""A clock keeps the length that its practice setting had when it began, and says so (house-f2)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.models import User
from cems.base.calendar import close_of_business
from cems.clocks.kinds import clock_kinds
from cems.clocks.services import clock as services
from cems.policy.declared import declared
from tests.factories.people import make_team, make_user, sign_in
from tests.factories.policies import decide_policy
from triage.clocks import GATHERING
from triage.policy import GATHERING_DAYS, LOOK_AGAIN_DAYS

pytestmark = [pytest.mark.requirement("K1"), pytest.mark.django_db]
MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def owner() -> User:
    return make_user("first_contact", team=make_team())


def begin(owner: User, at: datetime):  # type: ignore[no-untyped-def]
    length = GATHERING_DAYS.read(at)
    return services.clock_start(
        owner,
        kind=GATHERING.key,
        owner=owner,
        deadline=close_of_business(at, length.value, word="asked"),
        length=length,
        reference="REF-2026-0001",
        at=at,
    )


def test_a_clock_that_runs_keeps_its_length_and_says_so(owner: User) -> None:
    with time_machine.travel(MONDAY, tick=False) as moment:
        decide_policy(GATHERING_DAYS, 3)
        running = begin(owner, MONDAY)
        page = reverse("clocks:detail", args=[running.public_id])
        assert "as set when it began" not in sign_in(owner).get(page).content.decode()
        decide_policy(GATHERING_DAYS, 1, since=MONDAY + timedelta(hours=1), made_at=MONDAY)
        moment.shift(timedelta(hours=2))
        due = running.due_at
        running.refresh_from_db()
        assert running.due_at == due == close_of_business(MONDAY, 3).due_at
        html = sign_in(owner).get(page).content.decode()
        assert "3 working days, as set when it began. For what begins now it is 1 working day." in html
        assert "as set when it began" in sign_in(owner).get(reverse("clocks:list")).content.decode()
        new = begin(owner, MONDAY + timedelta(hours=2))
        assert new.due_at == close_of_business(MONDAY, 1).due_at
        again = reverse("clocks:detail", args=[new.public_id])
        assert "as set when it began" not in sign_in(owner).get(again).content.decode()


def test_once_it_is_met_there_is_nothing_to_say(owner: User) -> None:
    with time_machine.travel(MONDAY, tick=False) as moment:
        running = begin(owner, MONDAY)
        services.clock_meet(owner, clock=running)
        decide_policy(GATHERING_DAYS, 5, since=MONDAY + timedelta(hours=1), made_at=MONDAY)
        moment.shift(timedelta(hours=2))
        page = reverse("clocks:detail", args=[running.public_id])
        assert "as set when it began" not in sign_in(owner).get(page).content.decode()


def test_a_pause_goes_on_with_the_days_it_had(owner: User) -> None:
    with time_machine.travel(MONDAY, tick=False) as moment:
        decide_policy(GATHERING_DAYS, 3)
        clock = begin(owner, MONDAY)
        assert clock.length == 3 and clock.length_setting == GATHERING_DAYS.key
        decide_policy(GATHERING_DAYS, 1, since=MONDAY + timedelta(hours=1), made_at=MONDAY)
        moment.shift(timedelta(hours=2))
        moved = services.clock_move(
            owner, clock=clock, deadline=close_of_business(MONDAY, 3, word="asked"), reason="Received earlier"
        )
        assert moved.length == 3


def test_a_kind_whose_length_is_a_setting_is_started_with_it(owner: User) -> None:
    deadline = close_of_business(MONDAY, 1)
    fields = {"kind": GATHERING.key, "owner": owner, "deadline": deadline, "reference": "REF-2026-0002"}
    with pytest.raises(ValueError, match="started with the setting"):
        services.clock_start(owner, **fields)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="started with the setting"):
        services.clock_start(owner, **fields, length=LOOK_AGAIN_DAYS.read(MONDAY))  # type: ignore[arg-type]


def test_every_length_of_a_kind_is_a_declared_setting() -> None:
    named = [policy for kind in clock_kinds() for policy in kind.lengths]
    assert len(named) > 10
    assert all(declared(policy.key) is policy for policy in named)
