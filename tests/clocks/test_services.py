"""Writes to clocks (K1, T2), with their history and audit."""

import pytest
from django.db import IntegrityError, transaction

from cems.accounts.profile import profile_of
from cems.accounts.services.person import user_end
from cems.audit.models import Entry
from cems.base.calendar import close_of_business
from cems.base.errors import Invalid
from cems.base.time import today
from cems.clocks.access import has
from cems.clocks.choices import Stage
from cems.clocks.models import Clock, Transition
from cems.clocks.services import clock as services
from cems.clocks.sweeping import sweep
from cems.my_work import waiting_count
from cems.notices.models import Notice
from tests.factories.clocks import MISSING, MONDAY, london, make_clock
from tests.factories.people import make_team, make_user

pytestmark = pytest.mark.django_db


def steps(clock: Clock) -> list[str]:
    return list(clock.transitions.order_by("pk").values_list("stage", flat=True))


@pytest.mark.requirement("K1")
def test_it_starts_explains_itself_and_is_audited() -> None:
    user, owner = make_user(), make_user()
    deadline = close_of_business(london("2026-04-30T11:00"), 3)
    clock = services.clock_start(
        user, kind="test.promise", owner=owner, deadline=deadline, reference="TST-1", url="/x/", at=MONDAY
    )
    kept = Clock.objects.get(pk=clock.pk)
    assert (kept.due_at, kept.stage, kept.title) == (
        london("2026-05-06T17:00"),
        Stage.RUNNING,
        "Example promise",
    )
    assert kept.explanation.startswith("received Thu 30 Apr → due Wed 6 May 17:00")
    assert kept.next_at == london("2026-05-05T09:00")
    assert steps(kept) == ["started"]
    entry = Entry.objects.get(subject_id=str(clock.public_id))
    assert (entry.actor_id, entry.verb, entry.detail) == (user.pk, "created", {"step": "started"})


def test_it_has_exactly_one_owner() -> None:
    clock = make_clock(make_user())
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(owner_team=make_team())


@pytest.mark.requirement("K1")
def test_it_is_met_once() -> None:
    user = make_user()
    clock = make_clock(user)
    met = services.clock_meet(user, clock=clock, at=london("2026-06-03T17:00"))
    assert (met.stage, met.late_by, met.next_at) == (Stage.MET, None, None)
    again = services.clock_meet(user, clock=clock, at=london("2026-06-04T17:00"))
    assert again.met_at == london("2026-06-03T17:00")
    assert steps(clock) == ["started", "met"]
    with pytest.raises(Invalid, match="already met"):
        services.clock_cancel(user, clock=clock, reason="too late")


def test_it_knows_when_it_was_met_late() -> None:
    user = make_user()
    met = services.clock_meet(user, clock=make_clock(user), at=london("2026-06-03T18:30"))
    assert met.late_by is not None
    assert met.late_by.total_seconds() == 5400


@pytest.mark.requirement("T2", "K1")
def test_a_pause_keeps_the_days_left_and_resumption_is_day_0() -> None:
    user = make_user()
    clock = make_clock(user, days=3)  # due Thursday 4 June
    paused = services.clock_pause(
        user, clock=clock, reason="more information wanted", at=london("2026-06-02T12:00")
    )
    assert (paused.stage, paused.working_days_left, paused.next_at) == (Stage.PAUSED, 2, None)
    assert sweep(london("2026-06-10T12:00")) == 0
    resumed = services.clock_resume(
        user, clock=clock, at=london("2026-06-12T18:00")
    )  # Friday, after hours: Monday
    assert (resumed.stage, resumed.due_at) == (Stage.RUNNING, london("2026-06-17T17:00"))
    assert resumed.explanation.splitlines()[-1] == (
        "resumed Fri 12 Jun 18:00, out of hours, so counted as Mon 15 Jun → due Wed 17 Jun 17:00: 2 working days"
    )
    assert steps(clock) == ["started", "paused", "resumed"]
    assert sweep(london("2026-06-16T09:00")) == 1  # and it warns anew
    assert steps(clock)[-1] == "warned"


@pytest.mark.requirement("T2")
def test_a_pause_needs_a_reason_a_rule_that_allows_it_and_time_left() -> None:
    user = make_user()
    with pytest.raises(Invalid, match="Say why"):
        services.clock_pause(user, clock=make_clock(user), reason=" ", at=MONDAY)
    with pytest.raises(Invalid, match="can't be paused"):
        services.clock_pause(user, clock=make_clock(user, kind=MISSING), reason="x", at=MONDAY)
    with pytest.raises(Invalid, match="over its time"):
        services.clock_pause(user, clock=make_clock(user), reason="x", at=london("2026-06-03T17:01"))
    with pytest.raises(Invalid, match="not paused"):
        services.clock_resume(user, clock=make_clock(user), at=MONDAY)


@pytest.mark.requirement("K1")
def test_a_correction_moves_it_and_history_stays() -> None:
    user = make_user()
    clock = make_clock(user)
    sweep(london("2026-06-03T17:00"))
    count = Notice.objects.filter(user=user).count()
    later = close_of_business(london("2026-06-03T09:00"), 2)
    moved = services.clock_move(
        user, clock=clock, deadline=later, reason="received later", at=london("2026-06-03T18:00")
    )
    assert (moved.stage, moved.due_at) == (Stage.RUNNING, london("2026-06-05T17:00"))
    assert moved.next_at == london("2026-06-04T09:00")
    assert steps(clock) == ["started", "warned", "breached", "moved"]
    assert list(clock.transitions.values_list("due_at", flat=True))[-2:] == [
        london("2026-06-03T17:00"),
        london("2026-06-05T17:00"),
    ]
    sweep(london("2026-06-05T17:00"))
    assert steps(clock)[4:] == ["warned", "breached"]
    assert Notice.objects.filter(user=user).count() == count + 1


@pytest.mark.requirement("K1")
def test_a_small_correction_does_not_tell_the_same_breach_twice() -> None:
    user = make_user()
    clock = make_clock(user)
    sweep(london("2026-06-03T17:00"))
    count = Notice.objects.filter(user=user).count()
    earlier = close_of_business(london("2026-06-01T09:00"), 1)
    moved = services.clock_move(
        user, clock=clock, deadline=earlier, reason="typed wrong", at=london("2026-06-03T18:00")
    )
    assert (moved.stage, moved.next_at) == (Stage.BREACHED, london("2026-06-04T09:00"))
    assert sweep(london("2026-06-03T18:01")) == 0
    assert Notice.objects.filter(user=user).count() == count


def test_a_correction_to_an_earlier_time_is_told_at_the_next_sweep() -> None:
    user = make_user()
    clock = make_clock(user, days=5)
    services.clock_move(
        user,
        clock=clock,
        deadline=close_of_business(london("2026-05-27T10:00"), 2),
        reason="received earlier",
        at=MONDAY,
    )
    assert sweep(MONDAY) == 1
    assert steps(clock) == ["started", "moved", "warned", "breached", "reminded"]
    assert [n.kind for n in Notice.objects.filter(user=user)] == ["clock.reminded"]


def test_a_met_clock_is_judged_by_the_corrected_time() -> None:
    user = make_user()
    clock = make_clock(user)
    services.clock_meet(user, clock=clock, at=london("2026-06-04T10:00"))
    moved = services.clock_move(
        user,
        clock=clock,
        deadline=close_of_business(MONDAY, 4),
        reason="received later",
        at=london("2026-06-05T10:00"),
    )
    assert (moved.stage, moved.late_by) == (Stage.MET, None)


@pytest.mark.requirement("K1")
def test_handing_over_tells_the_new_owner_once_and_not_the_giver() -> None:
    giver, taker = make_user(), make_user()
    clock = make_clock(giver)
    services.clock_hand_over(giver, clock=clock, owner=taker, reason="on leave", at=MONDAY)
    services.clock_hand_over(giver, clock=clock, owner=taker, at=MONDAY)
    assert Clock.objects.get(pk=clock.pk).owner == taker
    assert Notice.objects.filter(user=taker).count() == 1
    assert not Notice.objects.filter(user=giver).exists()
    assert steps(clock) == ["started", "handed_over"]


@pytest.mark.requirement("K1", "A1")
def test_a_leavers_clocks_go_to_their_team() -> None:
    team = make_team()
    leaver, colleague = make_user(team=team), make_user(team=team)
    clock = make_clock(leaver)
    met = services.clock_meet(None, clock=make_clock(leaver), at=MONDAY)
    user_end(None, user=leaver, last_day=today(), at_once=True)
    clock.refresh_from_db()
    assert (clock.owner, Clock.objects.get(pk=met.pk).owner) == (team, leaver)
    assert Notice.objects.filter(user=colleague, kind="clock.handed_over").count() == 1


@pytest.mark.requirement("K1", "T6")
def test_what_waits_at_a_desk_of_workers_is_their_managers_alone() -> None:
    """A worker is given children by name: that others wait for one is no news to them, nor on their list."""
    erase = make_team()
    manager, worker = make_user("erase_manager", team=erase), make_user("ce_worker", team=erase)
    clock = make_clock(make_user())
    services.clock_hand_over(None, clock=clock, owner=erase, reason="A child waits", at=MONDAY)
    assert set(Notice.objects.values_list("user", flat=True)) == {manager.pk}
    clock.refresh_from_db()
    assert has(manager, clock) and not has(worker, clock)
    for person, open_clocks in ((manager, [clock]), (worker, [])):
        assert list(Clock.objects.open_of(profile_of(person))) == open_clocks
        assert waiting_count(person, MONDAY) == len(open_clocks)


@pytest.mark.requirement("K1")
def test_where_a_team_has_only_workers_they_are_told_so_that_nothing_waits_nowhere() -> None:
    team = make_team()
    worker = make_user("ce_worker", team=team)
    services.clock_hand_over(
        None, clock=make_clock(make_user()), owner=team, reason="A child waits", at=MONDAY
    )
    assert set(Notice.objects.values_list("user", flat=True)) == {worker.pk}


def test_a_failed_command_leaves_nothing_behind() -> None:
    clock = make_clock(make_user())
    before = Transition.objects.count()
    with pytest.raises(Invalid):
        services.clock_cancel(None, clock=clock, reason="")
    assert Transition.objects.count() == before
    assert Clock.objects.get(pk=clock.pk).stage == Stage.RUNNING
