"""Whom no worker has: waits, the exception list, records that are joined, what ends the looking again (T6)."""

from datetime import timedelta

import pytest

from cems.accounts.models import User
from cems.base.errors import Conflict, Invalid
from cems.base.time import now
from cems.children.choices import CaseRole, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.involvement import involvement_end, involvement_start
from cems.children.history.services.level import level_agree
from cems.children.models import Child, Involvement
from cems.clocks.choices import Stage
from cems.notices.models import Notice
from tests.factories.allocation import (
    child_at,
    has_worker,
    make_worker,
    waits,
)
from tests.factories.children import join, make_child
from tests.factories.people import make_user
from tests.factories.triage import make_chair, ruling, waiting_child
from triage.allocation.selectors.unallocated import unallocated
from triage.allocation.services.allocation import (
    allocation_end,
    allocation_make,
    allocation_move,
)
from triage.allocation.services.wait_end import allocation_decline
from triage.cevt.services.decision import decision_make
from triage.choices import WaitEnd
from triage.models import AllocationDeclined, AllocationWait

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T6")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


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
