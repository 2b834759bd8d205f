"""A child is given to a worker, moved, ended; and what refuses it (T6; cevt-f6)."""

from datetime import timedelta

import pytest

from cems.accounts.models import Appointment, User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid
from cems.base.time import now, today
from cems.children.choices import CaseRole, RiskLevel
from cems.children.models import Child, Involvement
from cems.clocks.choices import Stage
from cems.notices.models import Notice
from tests.factories.allocation import (
    away,
    child_at,
    erase,
    fill,
    make_social_worker,
    make_worker,
    sees,
    waits,
)
from tests.factories.children import agree_level, bar, involve, make_child, name_reader, restrict
from tests.factories.people import make_team, make_user
from triage.allocation.selectors.figures import allocations_in
from triage.allocation.services.allocation import (
    allocation_end,
    allocation_make,
    allocation_move,
)
from triage.allocation.services.worker import (
    absence_end,
    capacity_set,
)
from triage.choices import WaitEnd, WorkerKind
from triage.models import Allocation, AllocationWait

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T6")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


def test_an_allocation_gives_access_at_once_meets_the_clock_and_tells_both(
    child: Child, worker: User, manager: User
) -> None:
    wait = waits(child)
    social_worker = Involvement.objects.get(child=child, case_role="social_worker").user
    assert not sees(worker, child)
    row = allocation_make(manager, child=child, worker=worker)
    wait.refresh_from_db()
    wait.clock.refresh_from_db()
    assert sees(worker, child)
    assert (wait.ended_how, wait.clock.stage) == (WaitEnd.ALLOCATED, Stage.MET)
    assert row.involvement.case_role == CaseRole.CE_WORKER and row.involvement.team == erase()
    text_by_user = {notice.user: notice.text for notice in Notice.objects.filter(kind="triage.allocated")}
    assert text_by_user.keys() == {worker, social_worker}
    assert all(child.family_name not in text for text in text_by_user.values())
    entry = Entry.objects.get(subject_kind="triage.allocation", verb=Verb.CREATED)
    assert (entry.actor_id, entry.child) == (manager.pk, child.public_id)


def test_ending_takes_the_access_at_once_and_at_significant_the_child_waits_again(
    child: Child, worker: User, manager: User
) -> None:
    row = allocation_make(manager, child=child, worker=worker)
    with pytest.raises(Invalid):
        allocation_end(manager, allocation=row, why=" ")
    allocation_end(manager, allocation=row, why="Moves to another service.")
    assert not sees(worker, child)
    assert AllocationWait.objects.get(child=child, ended_at=None).clock.stage == Stage.RUNNING
    with pytest.raises(Conflict):
        allocation_end(manager, allocation=row, why="Again.")
    moderate = child_at(MODERATE)
    again = allocation_make(manager, child=moderate, worker=worker, why="By judgement.")
    allocation_end(manager, allocation=again, why="The work is done.")
    assert not AllocationWait.objects.filter(child=moderate, ended_at=None).exists()


def test_moving_a_child_ends_one_and_begins_the_other_in_the_same_instant(
    child: Child, worker: User, manager: User
) -> None:
    first, other = allocation_make(manager, child=child, worker=worker), make_worker()
    with pytest.raises(Invalid) as refused:
        allocation_move(manager, allocation=first, worker=other, why="")
    assert refused.value.field == "why"
    second = allocation_move(manager, allocation=first, worker=other, why="Knows the school.")
    first.refresh_from_db()
    assert first.ended_at == second.starts_at and first.ended_why == "Knows the school."
    assert sees(other, child) and not sees(worker, child)
    with pytest.raises(Conflict):
        allocation_move(manager, allocation=first, worker=make_worker(), why="A page that was open too long.")
    # Only one was given a worker anew: moving is not counted again.
    numbers = allocations_in(now() - timedelta(hours=1), now() + timedelta(hours=1))
    assert (numbers.by_level, numbers.children) == ({SIGNIFICANT: 1}, 1)


def test_a_moderate_child_needs_a_reason_and_a_low_one_a_decision(worker: User, manager: User) -> None:
    moderate, low = child_at(MODERATE), child_at(LOW)
    with pytest.raises(Invalid) as refused:
        allocation_make(manager, child=moderate, worker=worker)
    assert refused.value.field == "why"
    row = allocation_make(manager, child=moderate, worker=worker, why="Intelligence shared by partners.")
    assert (row.level, row.why) == (MODERATE, "Intelligence shared by partners.")
    with pytest.raises(Invalid, match="Low is agreed"):
        allocation_make(manager, child=low, worker=worker, why="Please.")


def test_it_needs_a_social_worker_of_a_team_erase_works_beside(worker: User, manager: User) -> None:
    child = make_child()
    agree_level(child, SIGNIFICANT)
    with pytest.raises(Invalid, match="No social worker is recorded"):
        allocation_make(manager, child=child, worker=worker)
    make_social_worker(child, "one-point-east")
    with pytest.raises(Invalid, match="not in ASET"):
        allocation_make(manager, child=child, worker=worker)
    # Recorded without a team, the team of the appointment counts; the newest of a right team is found.
    families_first = make_social_worker(make_child(), "families-first-east")
    involve(child, families_first, at=now() - timedelta(days=3))
    assert allocation_make(manager, child=child, worker=worker).worker == worker


@pytest.mark.parametrize("how", ["left", "agency", "team", "role", "off"])
def test_cevt_f6_nobody_who_left_or_works_elsewhere_is_given_a_child(
    how: str, child: Child, manager: User
) -> None:
    who = make_worker() if how in {"left", "agency", "off"} else make_user("ce_worker", team=make_team())
    yesterday = today() - timedelta(days=1)
    if how == "left":
        User.objects.filter(pk=who.pk).update(ends_on=yesterday)
    elif how == "agency":
        Appointment.objects.filter(user=who).update(ends_on=yesterday)
    elif how == "off":
        User.objects.filter(pk=who.pk).update(is_active=False)
    elif how == "role":
        who = make_user("practitioner", team=erase())
    with pytest.raises(Invalid, match="is not a child exploitation worker of this team today") as refused:
        allocation_make(manager, child=child, worker=who, why="All the same.")
    assert refused.value.field == "worker" and not Allocation.objects.exists()


def test_cevt_f6_nobody_away_without_a_known_return_is_and_others_with_a_reason(
    child: Child, worker: User, manager: User
) -> None:
    absence = away(worker, today() - timedelta(days=2))
    with pytest.raises(Invalid, match="day of return is not known"):
        allocation_make(manager, child=child, worker=worker, why="All the same.")
    absence_end(manager, absence=absence, last_day=today() + timedelta(days=1))
    with pytest.raises(Invalid, match="Is away until") as refused:
        allocation_make(manager, child=child, worker=worker)
    assert refused.value.field == "why"
    assert allocation_make(manager, child=child, worker=worker, why="Knows the child from school.").why


def test_over_the_room_asks_for_a_reason_and_part_time_has_less(
    child: Child, worker: User, manager: User
) -> None:
    fill(worker, manager, 4)
    capacity_set(manager, worker=worker, kind=WorkerKind.CE_WORKER, children=7, share=60)
    with pytest.raises(Invalid, match="4 of 4, and this would be 5"):
        allocation_make(manager, child=child, worker=worker)
    capacity_set(
        manager,
        worker=worker,
        kind=WorkerKind.CE_WORKER,
        children=7,
        share=100,
        starts_on=today() + timedelta(days=3),
    )
    with pytest.raises(Invalid, match="4 of 4"):  # the new room counts from its day on
        allocation_make(manager, child=child, worker=worker)
    assert allocation_make(manager, child=child, worker=worker, why="Only for two weeks.").why


def test_a_worker_shut_out_of_the_record_is_not_given_it(worker: User, manager: User) -> None:
    barred, narrow = child_at(), child_at()
    bar(barred, worker)
    restrict(narrow, owner=manager)
    for child in (barred, narrow):
        with pytest.raises(Invalid, match="The record is closed to them"):
            allocation_make(manager, child=child, worker=worker, why="All the same.")
    name_reader(narrow, worker)
    allocation_make(manager, child=narrow, worker=worker)
    assert sees(worker, narrow)
