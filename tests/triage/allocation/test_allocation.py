"""A child is given to a worker, moved, ended; and what refuses it (T6; cevt-f6)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from cems.accounts.models import Appointment, User
from cems.accounts.services.person import user_end
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import CommandError, Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.children.choices import CaseRole, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.involvement import involvement_end, involvement_start
from cems.children.history.services.level import level_agree
from cems.children.models import Child, Involvement
from cems.clocks.choices import Stage
from cems.notices.models import Notice
from tests.factories.allocation import (
    away,
    child_at,
    erase,
    has_worker,
    make_manager,
    make_social_worker,
    make_worker,
    waits,
)
from tests.factories.children import agree_level, bar, involve, join, make_child, name_reader, restrict
from tests.factories.people import make_team, make_user
from tests.factories.policies import decide_policy
from tests.factories.triage import make_chair, ruling, waiting_child
from triage.allocation.selectors.board import board
from triage.allocation.selectors.figures import allocations_in
from triage.allocation.selectors.unallocated import unallocated
from triage.allocation.services.acceptance import allocation_accept
from triage.allocation.services.allocation import (
    allocation_end,
    allocation_make,
    allocation_move,
    allocations_move,
)
from triage.allocation.services.wait_end import allocation_decline, weekend_cover_set
from triage.allocation.services.worker import (
    absence_end,
    absence_set,
    capacity_set,
    vacancy_end,
    vacancy_open,
)
from triage.cevt.services.decision import decision_make
from triage.choices import WaitEnd, WorkerKind
from triage.models import Allocation, AllocationDeclined, AllocationWait
from triage.policy import REASSIGN_MOST

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T6")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


@pytest.fixture
def manager() -> User:
    return make_manager()


@pytest.fixture
def worker() -> User:
    return make_worker()


@pytest.fixture
def child() -> Child:
    return child_at(SIGNIFICANT)


def sees(user: User, child: Child) -> bool:
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def fill(worker: User, manager: User, children: int = 7) -> None:
    for _ in range(children):
        has_worker(child_at(), worker, by=manager)


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


def test_what_was_recorded_by_hand_before_is_taken_over(child: Child, worker: User, manager: User) -> None:
    involvement = involvement_start(manager, child=child, case_role=CaseRole.CE_WORKER, person=worker)
    row = allocation_make(manager, child=child, worker=worker)
    assert row.involvement == involvement
    claimed_by = make_worker()
    other = child_at()
    claim = involvement_start(claimed_by, child=other, case_role=CaseRole.CE_WORKER, person=claimed_by)
    assert claim.state == "claimed"
    assert allocation_make(manager, child=other, worker=claimed_by).involvement.state == "confirmed"


def test_an_involvement_ended_by_somebody_else_ends_the_allocation_and_nobody_drops_off(
    child: Child, worker: User, manager: User
) -> None:
    row = allocation_make(manager, child=child, worker=worker)
    involvement_end(make_user("first_contact"), involvement=row.involvement, reason="Recorded by mistake.")
    row.refresh_from_db()
    assert row.ended_at == Involvement.objects.get(pk=row.involvement_id).ended_at
    assert (row.ended_why, row.ended_by) == ("Recorded by mistake.", None)
    assert AllocationWait.objects.filter(child=child, ended_at=None).exists()
    assert Notice.objects.filter(kind="triage.allocation_ended", user=manager).exists()


def test_two_records_of_one_child_have_one_worker_and_waits_end_together(worker: User, manager: User) -> None:
    primary, alias = child_at(), child_at()
    waits(primary)
    waits(alias)
    join(primary, alias)
    allocation_make(manager, child=alias, worker=worker)
    assert not AllocationWait.objects.filter(ended_at=None).exists()
    with pytest.raises(Conflict, match="has the child already"):
        allocation_make(manager, child=primary, worker=make_worker())


def test_two_workers_by_a_merge_count_as_one_child_each_and_one_is_ended(worker: User, manager: User) -> None:
    primary, alias, other = child_at(), child_at(), make_worker()
    first, second = has_worker(primary, worker, by=manager), has_worker(alias, other, by=manager)
    join(primary, alias)
    with pytest.raises(Conflict, match="End that first"):
        allocation_move(manager, allocation=first, worker=make_worker(), why="One worker is enough.")
    allocation_end(manager, allocation=second, why="One worker is enough.")
    # The child, who has a worker, does not wait.
    assert not AllocationWait.objects.filter(ended_at=None).exists()


def test_no_worker_stands_on_the_exception_list_and_is_looked_at_again(child: Child, manager: User) -> None:
    wait = waits(child)
    with pytest.raises(Invalid):
        allocation_decline(manager, child=child, why="")
    first = allocation_decline(
        manager, child=child, why="Refuses any worker; the social worker visits weekly."
    )
    wait.refresh_from_db()
    assert wait.ended_how == WaitEnd.NOT_MADE and wait.clock.stage == Stage.CANCELLED
    [row] = unallocated(manager, now()).rows
    assert row.declined == first and row.clock and first.clock and first.clock.stage == Stage.RUNNING
    second = allocation_decline(manager, child=child, why="Asked again: not yet.")
    first.refresh_from_db()
    first.clock.refresh_from_db()
    assert first.ended_at == second.at and first.clock.stage == Stage.MET
    allocation_make(manager, child=child, worker=make_worker())
    second.refresh_from_db()
    assert second.clock
    second.clock.refresh_from_db()
    assert second.ended_at and second.clock.stage == Stage.MET
    assert not unallocated(manager, now()).rows
    with pytest.raises(Conflict):
        allocation_decline(manager, child=child, why="Too late.")


def test_who_nobody_asked_for_is_on_the_exception_list_too_by_key(
    manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [child_at() for _ in range(3)]
    child_at(MODERATE)
    page = unallocated(manager, now())
    assert {row.child for row in page.rows} == set(rows) and not page.after
    monkeypatch.setattr("triage.allocation.selectors.unallocated.ORDER.size", 1)
    place = unallocated(manager, now()).after
    monkeypatch.undo()
    assert [row.child for row in unallocated(manager, now(), after=place).rows] == [
        row.child for row in page.rows[1:]
    ]


def test_a_lower_level_ends_the_wait_and_the_looking_again(manager: User) -> None:
    child = make_child()
    chair, item = make_chair(), waiting_child(child)
    waits(child, level=SIGNIFICANT)
    decision_make(chair, child=child, ruling=ruling(item, LOW))
    wait = AllocationWait.objects.get(child=child)
    assert (wait.ended_how, wait.clock.stage) == (WaitEnd.NO_LONGER, Stage.CANCELLED)
    assert not AllocationDeclined.objects.exists()


def test_the_board_ends_the_looking_again_as_cevt_does_and_an_older_decision_entered_late_does_not(
    child: Child, manager: User
) -> None:
    made = allocation_decline(manager, child=child, why="The school's mentor has the child's trust.")
    level_agree(manager, child=child, level=LOW, forum=Forum.CEG, rationale="Paper.", at=now() - timedelta(9))
    made.refresh_from_db()
    assert made.ended_at is None and made.clock and made.clock.stage == Stage.RUNNING
    level_agree(manager, child=child, level=MODERATE, forum=Forum.CEG, rationale="Six quiet weeks.")
    made.refresh_from_db()
    made.clock.refresh_from_db()
    assert made.ended_at and made.clock.stage == Stage.MET


def test_the_worker_accepts_plans_the_visit_and_tells_the_social_worker(
    child: Child, worker: User, manager: User
) -> None:
    row = allocation_make(manager, child=child, worker=worker)
    with pytest.raises(NotAllowed):
        allocation_accept(make_worker(), allocation=row)
    with pytest.raises(Invalid) as refused:
        allocation_accept(worker, allocation=row, first_visit_on=today() - timedelta(days=1))
    assert refused.value.field == "first_visit_on"
    accepted = allocation_accept(worker, allocation=row).accepted_at
    later = allocation_accept(worker, allocation=row, first_visit_on=today(), social_worker_told=True)
    assert later.accepted_at == accepted and later.first_visit_on == today() and later.social_worker_told_at
    allocation_end(manager, allocation=row, why="Moves away.")
    with pytest.raises(Conflict):
        allocation_accept(worker, allocation=row)


def test_whoever_leaves_is_seen_on_the_board_until_each_child_has_somebody(
    worker: User, manager: User
) -> None:
    rows = [has_worker(child_at(), worker, by=manager) for _ in range(3)]
    user_end(make_user("administrator"), user=worker, last_day=today(), at_once=True)
    seen = board(manager, now())
    assert {row.allocation for row in seen.orphans} == set(rows)
    assert Notice.objects.get(kind="triage.worker_left").user == manager
    taker, other = make_worker(), make_worker()
    to = {rows[0].public_id: taker, rows[1].public_id: other}
    moved = allocations_move(manager, worker=worker, to=to, why="Has left.")
    assert {row.worker for row in moved} == {taker, other}
    assert [row.allocation for row in board(manager, now()).orphans] == [rows[2]]
    with pytest.raises(Conflict):
        allocations_move(manager, worker=worker, to=to, why="Sent twice.")


def test_moving_several_is_all_or_nothing_and_capped(worker: User, manager: User) -> None:
    rows = [has_worker(child_at(), worker, by=manager) for _ in range(2)]
    here, elsewhere = make_worker(), make_user("ce_worker", team=make_team())
    with pytest.raises(Invalid):
        allocations_move(
            manager, worker=worker, to={rows[0].public_id: here, rows[1].public_id: elsewhere}, why="Leaves."
        )
    assert Allocation.objects.filter(worker=worker, ended_at=None).count() == 2
    decide_policy(REASSIGN_MOST, 1)
    with pytest.raises(Invalid, match="at most 1"):
        allocations_move(manager, worker=worker, to={row.public_id: here for row in rows}, why="Leaves.")


def test_a_worker_who_declares_a_conflict_is_seen_too(child: Child, worker: User, manager: User) -> None:
    row = allocation_make(manager, child=child, worker=worker)
    bar(child, worker)
    [orphan] = board(manager, now()).orphans
    assert orphan.allocation == row and "may not open" in orphan.why


def test_at_eighteen_the_work_goes_on_and_is_said(worker: User, manager: User) -> None:
    child = child_at(date_of_birth=today().replace(year=today().year - 18) - timedelta(days=3))
    has_worker(child, worker, by=manager)
    [team] = [team for team in board(manager, now()).teams if team.kind is WorkerKind.CE_WORKER]
    assert [row.adults for row in team.workers if row.user == worker] == [1]
    assert sees(worker, child)


def test_who_holds_a_waiting_child_over_the_weekend_is_kept_and_corrected(
    child: Child, worker: User, manager: User
) -> None:
    wait, until = waits(child), today() + timedelta(days=3)
    with pytest.raises(Invalid) as refused:
        weekend_cover_set(manager, wait=wait, held_by=worker, until=until, plan=" ", duty_team_told=False)
    assert refused.value.field == "plan"
    first = weekend_cover_set(
        manager, wait=wait, held_by=worker, until=until, plan="Curfew.", duty_team_told=False
    )
    again = weekend_cover_set(
        manager, wait=wait, held_by=manager, until=until, plan="Curfew.", duty_team_told=True
    )
    assert first == again and again.held_by == manager and again.duty_team_told_at
    allocation_make(manager, child=child, worker=worker)
    with pytest.raises(Conflict):
        weekend_cover_set(manager, wait=wait, held_by=worker, until=until, plan="Late.", duty_team_told=True)


def test_absences_never_overlap_and_vacancies_end_once(worker: User, manager: User) -> None:
    absence_set(manager, worker=worker, starts_on=today(), ends_on=today() + timedelta(days=4))
    with pytest.raises(Conflict) as refused:
        absence_set(manager, worker=worker, starts_on=today() + timedelta(days=4))
    assert refused.value.field == "starts_on"
    open_ended = absence_set(manager, worker=worker, starts_on=today() + timedelta(days=5))
    with pytest.raises(Invalid):
        absence_end(manager, absence=open_ended, last_day=today())
    row = vacancy_open(manager, title="Worker, south", kind=WorkerKind.CE_WORKER, children=7)
    [team] = [team for team in board(manager, now()).teams if team.kind is WorkerKind.CE_WORKER]
    assert team.vacant == 7
    vacancy_end(manager, vacancy=row, last_day=today())
    with pytest.raises(Conflict):
        vacancy_end(manager, vacancy=row, last_day=today())


def test_coordinators_are_given_children_too_whatever_the_level(manager: User) -> None:
    child, coordinator = make_child(), make_worker(WorkerKind.COORDINATOR)
    waits(child, kind=WorkerKind.COORDINATOR, level=NONE)
    row = allocation_make(manager, child=child, worker=coordinator, kind=WorkerKind.COORDINATOR)
    assert row.involvement.case_role == CaseRole.COORDINATOR and sees(coordinator, child)
    with pytest.raises(Invalid, match="is not a child exploitation worker"):
        allocation_make(manager, child=child_at(), worker=coordinator)


def test_the_year_counts_each_child_once_at_the_first_level(manager: User) -> None:
    begin = datetime(2025, 4, 1, tzinfo=UTC)
    first, other, worker = child_at(SIGNIFICANT), child_at(MODERATE), make_worker()
    for child, day, end in [(first, 10, 20), (first, 40, 50), (other, 5, 30), (first, 400, None)]:
        ended = begin + timedelta(days=end) if end else None
        has_worker(child, worker, by=manager, at=begin + timedelta(days=day), ended_at=ended)
    year = allocations_in(begin, datetime(2026, 4, 1, tzinfo=UTC))
    assert year.by_level == {MODERATE: 1, SIGNIFICANT: 1}


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_at_once_the_first_counts() -> None:
    managers, workers_, child = [make_manager(), make_manager()], [make_worker(), make_worker()], child_at()
    waits(child)
    outcomes = _at_once(
        lambda number: allocation_make(managers[number], child=child, worker=workers_[number])
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Allocation", "Conflict"]
    assert Allocation.objects.filter(child=child, ended_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_children_for_the_last_place_the_second_asks_for_a_reason() -> None:
    managers, worker, children = [make_manager(), make_manager()], make_worker(), [child_at(), child_at()]
    fill(worker, managers[0], 6)
    outcomes = _at_once(
        lambda number: allocation_make(managers[number], child=children[number], worker=worker)
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Allocation", "Invalid"]


def _at_once(act) -> list[object]:
    together = Barrier(2)

    def run(number: int) -> object:
        together.wait(10)
        try:
            return act(number)
        except CommandError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))
