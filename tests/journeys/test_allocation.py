"""A Friday at ERASE: a child waits, the manager gives them to a worker, who accepts; another is held (T6)."""

import pytest
from django.urls import reverse

from cems.children.choices import RiskLevel
from cems.children.models import Child
from tests.factories.allocation import child_at, has_worker, make_manager, make_worker, waits
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person
from triage.models import Allocation, AllocationWait

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("T6")]


def test_a_child_is_given_to_a_worker_who_accepts_and_another_is_held(person: Person) -> None:
    # Given two children who wait, a worker who is full and one with room
    child, other = child_at(RiskLevel.SIGNIFICANT), child_at(RiskLevel.SIGNIFICANT)
    for waiting in (child, other):
        waits(waiting)
    boss = make_manager(password=PASSWORD, name="Morgan Example")
    worker, full = make_worker(password=PASSWORD, name="Robin Example"), make_worker(name="Sam Example")
    for _ in range(7):
        has_worker(child_at(), full, by=boss)
    # When the manager opens the board from the first page
    manager = person(user=boss)
    manager.open(reverse("home"))
    manager.page.get_by_role("button", name="Allocation: who has room").click()
    manager.looks_right()
    assert manager.page.get_by_text("Suggested: Robin Example.").count() == 2
    manager.page.get_by_role("button", name=f"Choose a worker for {child.reference}").click()
    manager.looks_right()
    # Then somebody who is full makes the page stop and ask
    manager.page.get_by_role("button", name="See what it would do for Sam Example").click()
    assert manager.page.get_by_text("Has no room: 7 of 7, and this would be 8.").is_visible()
    manager.looks_right()
    manager.page.get_by_role("button", name="Give the child to this worker").click()
    assert manager.page.get_by_text("Say why Sam Example is given the child all the same.").count() == 2
    manager.looks_right()
    manager.page.get_by_role("link", name="Back", exact=True).click()
    # And the suggested one is given the child, the effect seen before
    manager.page.get_by_role("button", name="See what it would do for Robin Example").click()
    manager.looks_right()
    assert not Allocation.objects.filter(child=child).exists()
    manager.page.get_by_role("button", name="Give the child to this worker").click()
    assert manager.page.get_by_text("Robin Example has the child from now on").is_visible()
    assert Child.objects.visible_to(worker).filter(pk=child.pk).exists()
    # When the worker looks in
    mine = person(user=worker)
    mine.open(reverse("home"))
    mine.page.get_by_role("button", name="Accept a child given to you").click()
    mine.looks_right()
    mine.page.get_by_label("I have spoken with the social worker about who does what").check()
    mine.page.get_by_role("button", name="Accept and save").click()
    # Then the child is among theirs, with what is still to do
    assert mine.page.get_by_role("link", name="Plan the first visit").is_visible()
    mine.looks_right()
    # And the manager says who holds the other one, and that EDT knows
    manager.open(reverse("allocation:handover"))
    manager.looks_right()
    manager.page.get_by_role("link", name="Say who holds").click()
    manager.looks_right()
    manager.page.get_by_label("Who holds the child?").select_option(str(boss.public_id))
    manager.page.get_by_label("What is in force meanwhile?").fill("The safety plan; ring the carer first.")
    manager.page.get_by_label("The Emergency Duty Team has been briefed").check()
    manager.page.get_by_role("button", name="Record who holds the child").click()
    assert manager.page.get_by_text("All are held, and the Emergency Duty Team has been told.").is_visible()
    manager.looks_right()
    # And no worker for now is said with its reason, and stands on the exception list
    manager.open(reverse("allocation:decline", args=[other.public_id, "ce_worker"]))
    manager.page.get_by_label("Why is no worker given?").fill("Does not want one yet; seen weekly at school.")
    manager.page.get_by_role("button", name="Record it").click()
    assert manager.page.get_by_text("Does not want one yet; seen weekly at school.").is_visible()
    manager.looks_right()
    assert not AllocationWait.objects.filter(ended_at=None).exists()


def test_children_of_somebody_who_leaves_are_moved_after_a_look(person: Person) -> None:
    # Given a worker with two children, and a colleague
    boss = make_manager(password=PASSWORD)
    leaver, stays = make_worker(name="Robin Example"), make_worker(name="Sam Example")
    rows = [has_worker(child_at(), leaver, by=boss) for _ in range(2)]
    manager = person(user=boss)
    manager.open(reverse("allocation:reallocation", args=[leaver.public_id]))
    manager.looks_right()
    # When nothing but the reason is missing
    manager.page.get_by_role("button", name="Look at what would happen").click()
    assert manager.page.get_by_text("Say why the children move.").count() == 2
    manager.page.get_by_label("Why do they move?").fill("Robin goes to another service.")
    manager.page.get_by_role("button", name="Look at what would happen").click()
    # Then the effect is shown, and happens only with the second button
    assert manager.page.get_by_text("Sam Example: 0 children now, 2 afterwards, with room for 7").is_visible()
    manager.looks_right()
    assert Allocation.objects.filter(worker=leaver, ended_at=None).count() == len(rows)
    manager.page.get_by_role("button", name="Move 2 children now").click()
    assert manager.here() == "allocation:board"
    manager.looks_right()
    assert Allocation.objects.filter(worker=stays, ended_at=None).count() == len(rows)
