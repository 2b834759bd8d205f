"""First Contact finds one child twice, joins the records, and an address becomes confidential (C1, A2)."""

from datetime import date

import pytest
from django.urls import reverse

from cems.children.models import Child
from tests.factories.children import involve, make_child
from tests.factories.people import make_team, make_user
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("C1", "A2")]


def test_two_records_of_one_child_become_one_and_its_address_confidential(person: Person) -> None:
    # Given a child recorded twice, by two spellings, a turned birth date and two addresses
    known = make_child(
        given_name="Katie",
        family_name="Lovell",
        date_of_birth=date(2012, 3, 4),
        address="1 First Street",
        postcode="DH1 1AA",
    )
    again = make_child(
        given_name="Caitie Ann",
        family_name="Lovell-Moss",
        date_of_birth=date(2012, 4, 3),
        address="2 Second Street",
        postcode="DL2 2BB",
        first_language="Polish",
    )
    worker = make_user(team=make_team(), name="Robin Worker")
    involve(known, worker)
    visitor = person(user=make_user("first_contact", team=make_team(), password=PASSWORD))
    page = visitor.page
    # When First Contact opens the queue
    visitor.open(reverse("children:duplicates"))
    assert page.get_by_text("day and month turned").is_visible()
    visitor.looks_right()
    # and compares the two, both shown
    page.get_by_role("link", name="Katie Lovell and Caitie Ann Lovell-Moss").click()
    visitor.looks_right()
    page.get_by_role("group", name="Where does the child live?").get_by_label("2 Second Street").check()
    page.get_by_label("Why are these one child?").fill("Confirmed by the school")
    page.get_by_role("button", name="Join these records").click()
    # Then the record says what was chosen, and what it said before
    page.wait_for_url(f"**{reverse('children:overview', args=[known.public_id])}")
    who = page.locator("section[aria-labelledby=panel-identity]").inner_text()
    for words in ("2 Second Street", "Earlier addresses", "1 First Street", "3 April 2012", "Polish"):
        assert words in who, words
    visitor.looks_right()
    # When the address becomes confidential
    visitor.open(reverse("children:address_keep", args=[known.public_id]))
    page.get_by_label("Address").fill("2 Second Street")
    page.get_by_label("Why is it confidential?").fill("A threat")
    page.get_by_label("Robin Worker").check()
    page.get_by_role("button", name="Keep this address").click()
    # Then no copy is left open, and who may still have it is named
    assert page.get_by_role("heading", name="Who may still have the address that was open").is_visible()
    visitor.looks_right()
    visitor.open(reverse("children:overview", args=[known.public_id]))
    who = page.locator("section[aria-labelledby=panel-identity]").inner_text()
    assert "Street" not in who and "Confidential: ask First Contact" in who
    visitor.looks_right()
    assert Child.objects.unscoped("a test looks").get(pk=again.pk).address == ""
