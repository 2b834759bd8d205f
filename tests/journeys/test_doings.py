"""From the task on the list to what was done, read where it began; and back again when it was an error (K1, X6)."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.actions.models import Action
from cems.children.choices import RiskLevel
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_team, make_user
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("K1", "X6", "M5")]


def test_the_national_referral_mechanism_is_considered_and_told(person: Person) -> None:
    # Given a lead practitioner who sent a Significant matrix
    lead, child = make_user("practitioner", team=make_team(), password=PASSWORD), make_child()
    involve(child, lead, "lead_practitioner")
    sent = submit(lead, child, RiskLevel.SIGNIFICANT)
    nrm = Action.objects.get(child=child, key="nrm")
    visitor = person(user=lead)
    page = visitor.page
    visitor.open(reverse("actions:detail", args=[nrm.public_id]))
    visitor.looks_right()
    # When they say that the referral went, and forget its reference
    page.get_by_label("The referral was submitted", exact=True).check()
    page.get_by_label("Who submitted it?").fill("Example officer, police")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("alert")).to_contain_text("Write the reference of the referral.")
    visitor.looks_right()
    page.get_by_label("Reference", exact=True).fill("NRM-77")
    page.get_by_role("button", name="Record it").click()
    # Then it stands on the action and on the page of the matrix, and nothing asks for it
    expect(page.get_by_text("Submitted by: Example officer, police")).to_be_visible()
    visitor.looks_right()
    visitor.open(reverse("matrix:submission", args=[sent.public_id]))
    expect(page.get_by_text("Reference: NRM-77")).to_be_visible()
    visitor.looks_right()
    # When it was an error
    visitor.open(reverse("actions:detail", args=[nrm.public_id]))
    page.get_by_text("This was recorded in error").click()
    page.get_by_label("What was wrong with it?").fill("It was sent for another child.")
    page.get_by_role("button", name="Undo: it is to do again").click()
    # Then it is to do again, with what was said of it
    expect(page.get_by_text("It was sent for another child.").first).to_be_visible()
    expect(page.get_by_role("button", name="Record it")).to_be_visible()
    visitor.looks_right()
