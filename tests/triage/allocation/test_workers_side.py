"""What a worker accepts, leaves and is away for; two managers at once (T6)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from cems.accounts.models import User
from cems.accounts.selectors.hand_over import open_things_of
from cems.accounts.services.person import user_end
from cems.base.errors import CommandError, Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.children.choices import CaseRole, RiskLevel
from cems.children.models import Child
from cems.notices.models import Notice
from tests.factories.allocation import (
    child_at,
    fill,
    has_worker,
    make_manager,
    make_worker,
    sees,
    waits,
)
from tests.factories.children import bar, make_child
from tests.factories.people import make_team, make_user
from tests.factories.policies import decide_policy
from triage.allocation.selectors.board import board
from triage.allocation.selectors.figures import allocations_in
from triage.allocation.selectors.handover import handover, until_day
from triage.allocation.services.acceptance import allocation_accept
from triage.allocation.services.allocation import (
    allocation_end,
    allocation_make,
    allocations_move,
)
from triage.allocation.services.wait_end import weekend_cover_set
from triage.allocation.services.worker import (
    absence_end,
    absence_set,
    vacancy_end,
    vacancy_open,
)
from triage.choices import WorkerKind
from triage.models import Allocation
from triage.policy import REASSIGN_MOST

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T6")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


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


@pytest.mark.requirement("A1")
def test_who_leaves_holds_no_child_over_the_weekend(child: Child, worker: User, manager: User) -> None:
    wait, until = waits(child), until_day(now())
    held = {"wait": wait, "until": until, "plan": "Curfew.", "duty_team_told": True}
    weekend_cover_set(manager, held_by=worker, **held)
    assert handover(manager, now()).unheld == 0
    assert [kind.key for kind in open_things_of(worker)] == ["covers"]
    assert "Held until" in open_things_of(worker)[0].things[0].label
    user_end(None, user=worker, last_day=today() - timedelta(days=1))
    assert handover(manager, now()).unheld == 1, "a leaver holds the child"
    assert [row.weekend_cover for row in board(manager, now()).wait] == [None]
    worker.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        weekend_cover_set(manager, held_by=worker, **held)
    assert refused.value.field == "held_by"
    weekend_cover_set(manager, held_by=manager, **held)
    assert handover(manager, now()).unheld == 0 and not open_things_of(worker)
