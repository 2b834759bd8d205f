"""First Contact asks and decides, and the child is eligible for CEVT (T1, T2)."""

import re

import pytest
from django.urls import reverse

from cems.accounts.models import Team
from cems.children.choices import RiskLevel
from cems.children.models import Status
from plans.models import Referral
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import make_locality, make_user
from tests.journeys.conftest import Person
from triage.cevt.rules.eligibility import Passed
from triage.cevt.selectors.eligibility import eligibility_of
from triage.models import AgencyEnquiry, Item, ReferralAssessment

pytestmark = [pytest.mark.django_db(transaction=True)]
WORDS = "At the clinic twice in October, each time with an adult nobody could name."


@pytest.mark.requirement("T1", "T2")
def test_first_contact_gathers_and_decides_and_the_child_is_cevts(person: Person) -> None:
    # given a Significant matrix of a practitioner, which waits for First Contact
    child = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
    item = Item.objects.get(submission=submit(make_user(), child, RiskLevel.SIGNIFICANT))
    assert not eligibility_of([item])[item.pk]
    clinic = Team.objects.get(code="cddft-safeguarding")
    nurse = person("practitioner", team=clinic)
    desk = person("first_contact", team=Team.objects.get(code="first-contact"))
    page = desk.page

    # when First Contact opens its queue from its first page, and asks whether the child has a matrix
    page.get_by_role("button", name="Open First Contact's queue").click()
    desk.looks_right()
    assert "Significant submitted" in page.inner_text("main")
    page.get_by_role("searchbox", name="Has this child a matrix?").fill("Marnie Madeup")
    page.get_by_role("button", name="Ask").click()
    assert "Yes: Significant submitted" in page.inner_text("main")
    desk.looks_right()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="First Contact").click()

    # and opens the referral and asks the clinic what it knows
    page.get_by_role("button", name=re.compile("^Open *: REF")).click()
    desk.looks_right()
    referral = page.url
    page.get_by_role("link", name="Ask agencies what they know").click()
    desk.looks_right()
    page.get_by_label(re.compile("Safeguarding children, CDDFT")).check()
    page.get_by_label("What do you want to know?").fill("What have your clinics seen since the summer?")
    page.get_by_role("button", name="Ask them").click()
    assert "0 of 1 answered" in page.inner_text("main")

    # then the clinic finds the question among its work, and who the child is, and answers
    nurse.open("/")
    assert "Madeup" not in nurse.page.inner_text("main")
    nurse.page.get_by_role("button", name=re.compile("First Contact asks")).click()
    nurse.looks_right()
    assert "Marnie Madeup" in nurse.page.inner_text("main")
    nurse.page.get_by_label("I write below what we know").check()
    nurse.page.get_by_label("What your agency knows").fill(WORDS)
    nurse.page.get_by_role("button", name="Send the answer").click()
    assert "First Contact has your answer" in nurse.page.inner_text("main")
    asked = AgencyEnquiry.objects.get()
    assert asked.text == WORDS
    # (what led there says from now on that it is answered)
    nurse.open(reverse("first_contact:enquiry_answer", args=[asked.public_id]))
    assert "Nothing is left to do." in nurse.page.inner_text("main")
    assert "Madeup" not in nurse.page.inner_text("body")
    nurse.looks_right()

    # when First Contact has read it and writes down what it found, with the approach
    page.goto(referral)
    assert WORDS in page.inner_text("main")
    desk.looks_right()
    page.get_by_role("link", name="Write down what you found").click()
    desk.looks_right()
    page.get_by_label("Child in need (section 17)").check()
    page.get_by_label("The Harm Outside the Home approach is taken").check()
    page.get_by_role("button", name="Save").click()
    # (refused by field: where the risk lies was not said)
    assert "outside the home" in page.locator(".govuk-error-summary").inner_text()
    desk.looks_right()
    page.get_by_label("Outside the home", exact=True).check()
    page.get_by_role("button", name="Save").click()
    assert ReferralAssessment.objects.get().approach

    # and answers the request for a strategy meeting, and decides
    page.get_by_role("link", name="Strategy meeting", exact=True).click()
    page.get_by_label("Threshold not met").check()
    page.locator("textarea[name=words]").fill("No adult is identified yet; an assessment comes first.")
    page.get_by_role("button", name="Record the answer").click()
    page.goto(referral)
    page.get_by_role("link", name="Decide", exact=True).click()
    desk.looks_right()
    page.get_by_label("Child and family assessment", exact=True).check()
    page.get_by_label("Why?").fill("The need is clear and the risk lies in the town.")
    page.get_by_label("Also open the status").check()
    page.get_by_role("button", name="Record the decision").click()
    desk.looks_right()

    # then the child is eligible and the clock is CEVT's
    assert Referral.objects.get(child=child).outcome == "assessment"
    assert Status.objects.get(child=child).kind == "child_in_need"
    assert set(eligibility_of([item])[item.pk]) == {Passed.OPEN, Passed.PROCESSED}
    assert item.clock
    item.clock.refresh_from_db()
    assert item.clock.owner_team and item.clock.owner_team.code == "cevt"
