"""A child given to a worker in error: undone, and all that it met is open again (K1, T6)."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.models import User
from cems.actions.choices import Status
from cems.actions.services import Source, action_open
from cems.base.calendar import close_of_business
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now
from cems.children.choices import CaseRole, RiskLevel
from cems.children.history.services.note import note_write
from cems.children.models import Child, Involvement
from cems.clocks.choices import Stage
from cems.notices.models import Notice
from matrix.rules import CE_WORKER
from tests.factories.allocation import erase, make_manager, make_worker, roles_of, sees, waits
from tests.factories.children import agree_level, involve
from tests.factories.people import sign_in
from triage.allocation.selectors.figures import allocations_in
from triage.allocation.services.acceptance import allocation_accept
from triage.allocation.services.allocation import allocation_end, allocation_make, allocation_move
from triage.allocation.services.allocation_undo import allocation_undo
from triage.choices import WaitEnd
from triage.models import Allocation, AllocationWait

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1", "T6")]


def address(row: Allocation, name: str = "undo") -> str:
    return reverse(f"allocation:{name}", args=[row.child.public_id, row.public_id])


def test_what_it_met_is_open_again_and_it_counts_for_nothing(
    child: Child, worker: User, manager: User
) -> None:
    wait = waits(child)
    due_at = wait.clock.due_at
    action = action_open(
        manager, title="Allocate a worker", owner=erase(), child=child, key=CE_WORKER,
        source=Source("test", "1"), deadline=close_of_business(now(), 3),
    )  # fmt: skip
    row = allocation_make(manager, child=child, worker=worker)
    allocation_undo(manager, allocation=row, why="It was the sister.")
    for changed in (wait, wait.clock, action, row):
        changed.refresh_from_db()
    assert not sees(worker, child) and not roles_of(child, worker)
    assert (wait.ended_at, wait.ended_how, wait.clock.stage) == (None, "", Stage.RUNNING)
    assert wait.clock.due_at == due_at
    assert action.status == Status.OPEN and "It was the sister." in action.detail
    assert AllocationWait.objects.filter(child=child, ended_at=None).count() == 1
    day = now()
    assert allocations_in(day - timedelta(days=1), day + timedelta(days=1)).children == 0
    allocation_make(manager, child=child, worker=worker)  # and to give the child anew is no matter
    assert sees(worker, child)
    assert allocations_in(day - timedelta(days=1), day + timedelta(days=1)).children == 1


def test_worker_social_worker_and_the_team_are_told_and_nothing_asks_to_accept(
    child: Child, worker: User, manager: User
) -> None:
    colleague = make_manager()
    social_worker = Involvement.objects.get(child=child, case_role=CaseRole.SOCIAL_WORKER).user
    row = allocation_make(manager, child=child, worker=worker)
    allocation_undo(manager, allocation=row, why="Wrong child.")
    told = Notice.objects.filter(kind="triage.allocation_undone")
    assert {notice.user for notice in told} == {worker, colleague, social_worker}
    assert all(child.family_name not in notice.text for notice in told)
    for notice in told:  # each leads where that person can go
        assert sign_in(notice.user).get(notice.url).status_code == 200
    asked = Notice.objects.get(kind="triage.allocated", user=worker)
    assert asked.read_at is not None


def test_once_the_worker_recorded_something_it_is_ended_instead(
    child: Child, worker: User, manager: User
) -> None:
    row = allocation_make(manager, child=child, worker=worker)
    note_write(worker, child=child, happened_at=now(), text="Rang the aunt.")
    with pytest.raises(Conflict, match="recorded something"):
        allocation_undo(manager, allocation=row, why="Wrong child.")
    page = sign_in(manager).post(address(row), {"key": uuid4(), "why": "Wrong child."})
    assert page.status_code == 409 and "Wrong child." in page.content.decode()
    assert sees(worker, child)


def test_on_the_day_it_may_have_been_accepted_and_later_it_may_not(
    child: Child, worker: User, manager: User
) -> None:
    row = allocation_make(manager, child=child, worker=worker)
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        assert "given in error" in sign_in(manager).get(address(row, "detail")).content.decode()
    allocation_accept(worker, allocation=row)
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        assert "given in error" not in sign_in(manager).get(address(row, "detail")).content.decode()
        with pytest.raises(Conflict, match="accepted"):
            allocation_undo(manager, allocation=row, why="Wrong child.")
    allocation_undo(manager, allocation=row, why="Wrong child.")
    with pytest.raises(Conflict):  # the second time
        allocation_undo(manager, allocation=row, why="Wrong child.")


def test_only_who_gave_the_child_undoes_it_and_says_why(child: Child, worker: User, manager: User) -> None:
    row = allocation_make(manager, child=child, worker=worker)
    with pytest.raises(NotAllowed):
        allocation_undo(make_manager(), allocation=row, why="Wrong child.")
    with pytest.raises(Invalid):
        allocation_undo(manager, allocation=row, why=" ")
    assert sign_in(worker).get(address(row)).status_code == 403
    other = make_manager()
    assert "given in error" not in sign_in(other).get(address(row, "detail")).content.decode()


def test_a_child_who_was_moved_is_given_back_not_undone(child: Child, worker: User, manager: User) -> None:
    first = allocation_make(manager, child=child, worker=worker)
    moved = allocation_move(manager, allocation=first, worker=make_worker(), why="Nearer home.")
    with pytest.raises(Invalid, match="another worker"):
        allocation_undo(manager, allocation=moved, why="Wrong worker.")


def test_work_that_stood_before_goes_on(child: Child, worker: User, manager: User) -> None:
    involve(child, worker, CaseRole.CE_WORKER, team=erase(), at=now() - timedelta(days=30))
    row = allocation_make(manager, child=child, worker=worker)
    allocation_undo(manager, allocation=row, why="Wrong child.")
    assert len(roles_of(child, worker)) == 1 and sees(worker, child)
    allocation_end(manager, allocation=allocation_make(manager, child=child, worker=worker), why="Done.")


def test_a_wait_that_no_longer_stands_does_not_come_back(child: Child, worker: User, manager: User) -> None:
    waits(child)
    row = allocation_make(manager, child=child, worker=worker)
    agree_level(child, RiskLevel.LOW)
    allocation_undo(manager, allocation=row, why="Wrong child.")
    assert AllocationWait.objects.get(child=child).ended_how == WaitEnd.NO_LONGER


def test_the_page_that_gave_the_child_links_the_undo_and_the_chronology_tells_it(
    child: Child, worker: User, manager: User
) -> None:
    waits(child)
    client = sign_in(manager)
    give = reverse("allocation:allocate", args=[child.public_id, "ce_worker", worker.public_id])
    done = client.post(give, {"key": uuid4(), "why": ""}, follow=True)
    row = Allocation.objects.get(child=child)
    assert f'href="{address(row)}"' in done.content.decode()
    page = unescape(client.get(address(row)).content.decode())
    assert child.name in page and "the child waits as before" in page
    assert not Allocation.objects.get(child=child).undone
    sent = {"key": uuid4(), "why": "It was the sister."}
    for _ in range(2):  # a double click
        assert "was not given to" in client.post(address(row), sent, follow=True).content.decode()
    told = client.get(reverse("children:chronology", args=[child.public_id])).content.decode()
    assert f"undone: {worker}" in told and "It was the sister." in told
