"""An administrator adds to a list of the partnership, ends an entry, and adds a provider (M4, T4)."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.policy.models import ListEntry
from plans.models import Provider
from tests.factories.people import make_agency, make_user
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("M4", "T4")]


def test_an_occasion_is_added_and_another_ended(person: Person) -> None:
    # Given an administrator on the page of people
    make_agency()
    visitor = person(user=make_user("administrator", password=PASSWORD))
    page = visitor.page
    visitor.open(reverse("people:users"))
    page.get_by_role("link", name="Lists", exact=True).click()
    visitor.looks_right()
    # When they add an occasion, after words that are taken
    page.get_by_role("link", name="Add to occasions of a CE Matrix").click()
    visitor.looks_right()
    page.get_by_label("Words").fill("Review")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("perhaps an ended one, has these words").first).to_be_visible()
    visitor.looks_right()
    page.get_by_label("Words").fill("Found at a place of gambling")
    page.get_by_label("It requires a matrix or its update").check()
    page.get_by_label("Where does it stand?").select_option("After “Held in custody overnight”")
    page.get_by_role("button", name="Save").click()
    # Then it stands in the list
    expect(page.get_by_role("term").filter(has_text="Found at a place of gambling")).to_be_visible()
    # When they end it to a day, as it is not needed any more
    page.get_by_role("link", name="Change Found at a place of gambling").click()
    last = page.get_by_role("group", name="Last day on which it is offered")
    for label, value in (("Day", "4"), ("Month", "1"), ("Year", "2099")):
        last.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save").click()
    # Then the list says until when it is offered
    expect(page.get_by_text("Offered until 4 January 2099")).to_be_visible()
    visitor.looks_right()
    assert ListEntry.objects.count() == 2


def test_a_provider_is_added(person: Person) -> None:
    # Given an administrator on the page of providers
    make_agency()
    visitor = person(user=make_user("administrator", password=PASSWORD))
    page = visitor.page
    visitor.open(reverse("people:users"))
    page.get_by_role("link", name="Providers", exact=True).click()
    visitor.looks_right()
    # When they add one, after a mistake
    page.get_by_role("button", name="Add a provider").click()
    visitor.looks_right()
    page.get_by_label("Name", exact=True).fill("Made-up Mentors")
    page.get_by_label("Short name").fill("mentors")
    page.get_by_label("Takes young people from age").fill("18")
    page.get_by_label("To age").fill("16")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The youngest age is above the oldest.").first).to_be_visible()
    visitor.looks_right()
    page.get_by_label("Takes young people from age").fill("13")
    page.get_by_label("Sexual exploitation").check()
    page.get_by_role("button", name="Save").click()
    # Then it stands among the providers
    expect(page.get_by_role("term").filter(has_text="Made-up Mentors")).to_be_visible()
    visitor.looks_right()
    assert Provider.objects.get(code="mentors").age_to == 16
