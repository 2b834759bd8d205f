"""The ERASE manager's morning: her children by name, the worst first, from many rows to none as she works (K1, T6)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.history.models.involvement import InvolvementState
from tests.factories.allocation import child_at, make_manager, make_worker, waits
from tests.factories.children import involve
from tests.factories.people import make_user
from tests.journeys.browser import PASSWORD, Visitor
from tests.journeys.conftest import Person
from triage.models import Allocation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("K1", "T6")]
NAMES = ("Marnie", "Otto", "Wilf", "Zadie")


def names_on(manager: Visitor) -> list[str]:
    """The names of the children in the rows of work, from the top."""
    links = manager.page.locator(".cems-work__child a")
    return [words.split()[0] for words in links.all_inner_texts()]


def test_a_list_of_children_by_name_empties_as_its_manager_works(person: Person) -> None:
    # Given four children who wait for a worker, the one who waits longest over the time, and a claim
    boss = make_manager(password=PASSWORD, name="Morgan Example")
    worker = make_worker(name="Robin Example")
    for number, name in enumerate(NAMES):
        child = child_at(RiskLevel.SIGNIFICANT, given_name=name, family_name="Madeup")
        waits(child, at=now() - timedelta(days=20) if number == 2 else None)
    involve(child, make_user(name="Lee Example"), "lead_practitioner", state=InvolvementState.CLAIMED)
    # When the manager looks at her first page
    manager = person(user=boss)
    manager.open(reverse("home"))
    # Then the late one stands on top, by name and level, and the page is right on a desk and on a phone
    assert names_on(manager)[0] == "Wilf" and sorted(names_on(manager)) == sorted(NAMES)
    assert manager.page.get_by_text("5 to do, 1 late").is_visible()
    assert manager.page.locator(".cems-work .cems-level--significant").count() == len(NAMES)
    manager.looks_right()
    # When she decides the claim
    manager.page.get_by_role("button", name="Decide who works with a child").click()
    manager.looks_right()
    manager.page.get_by_text("Yes: the record opens to them at once").click()
    manager.page.get_by_role("button", name="Decide", exact=True).click()
    manager.page.get_by_text("can open the record of").wait_for()
    manager.open(reverse("home"))
    assert manager.page.get_by_text("4 to do, 1 late").is_visible()
    # And gives each child to a worker, from the row
    for left in range(len(NAMES) - 1, -1, -1):
        first = names_on(manager)[0]
        manager.page.get_by_role("button", name="Allocate a child exploitation worker").first.click()
        manager.page.get_by_role("button", name="See what it would do for Robin Example").click()
        manager.page.get_by_role("button", name="Give the child to this worker").click()
        manager.page.get_by_text("Robin Example has the child from now on").wait_for()
        # Then the row is gone, and the number is less by one
        manager.open(reverse("home"))
        assert first not in names_on(manager) and len(names_on(manager)) == left
    assert Allocation.objects.filter(worker=worker, ended_at=None).count() == len(NAMES)
    # And in the end nothing waits, which the page says kindly, with the main job to go on with
    assert manager.page.get_by_text("Nothing is waiting for you").is_visible()
    manager.looks_right()
