"""A chair ends a meeting on purpose, a desk decides a claim, a worker records a meeting and hands a document over."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.history.services.involvement import involvement_start
from cems.children.models import Child
from tests.factories.children import involve, make_child
from tests.factories.people import make_locality, make_team, make_user
from tests.factories.triage import make_chair, ruling, sitting, waiting_child
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person
from triage.cevt.services.decision import decision_make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def child(db: None) -> Child:
    return make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))


@pytest.mark.requirement("T3")
def test_the_chair_sees_who_is_undecided_and_goes_back_or_ends(person: Person, child: Child) -> None:
    # Given a meeting with one child overdue, one due later, and a provisional decision
    chair = make_chair(password=PASSWORD)
    waiting_child(child, at=now() - timedelta(days=14))
    later, decided = make_child(locality=child.locality), make_child(locality=child.locality)
    waiting_child(later, level=RiskLevel.MODERATE)
    meeting = sitting(chair)
    decision_make(chair, child=decided, meeting=meeting, ruling=ruling(waiting_child(decided)))
    visitor = person(user=chair)
    visitor.open(reverse("cevt:attendance", args=[meeting.public_id]))
    # When the chair presses the button at the end of the table
    visitor.page.get_by_role("button", name=f"Look, then end {meeting.reference}").click()
    # Then nothing has ended, and what is undone is in sight
    expect(visitor.page.get_by_role("heading", name="Check before the meeting ends")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Marnie Madeup")).to_be_visible()
    visitor.looks_right()
    visitor.page.get_by_role("button", name=f"End {meeting.reference}").click()
    expect(visitor.page.get_by_text("has ended. These are its minutes.")).to_be_visible()
    visitor.open(reverse("cevt:year_figures"))
    visitor.looks_right()


@pytest.mark.requirement("C3")
def test_a_claim_is_looked_at_before_it_is_decided(person: Person, child: Child) -> None:
    nurse = make_user(name="Example Nurse")
    involvement_start(nurse, child=child, case_role="health", person=nurse, why="School nurse since May.")
    visitor = person("first_contact", team=make_team())
    visitor.open(reverse("children:claims"))
    visitor.looks_right()
    visitor.page.get_by_role("button", name="Look and decide").click()
    visitor.looks_right()
    visitor.page.get_by_label("No: they keep their own submissions only").check()
    visitor.page.get_by_role("button", name="Decide").click()
    expect(visitor.page.get_by_text("Say why it is not agreed").first).to_be_visible()
    visitor.looks_right()
    visitor.page.get_by_label("Why?").fill("Another school.")
    visitor.page.get_by_role("button", name="Decide").click()
    expect(visitor.page.get_by_text("does not work with Marnie Madeup")).to_be_visible()


@pytest.mark.requirement("G3", "A4")
def test_a_worker_records_a_meeting_and_says_for_whom_a_document_is(person: Person, child: Child) -> None:
    worker = make_user(password=PASSWORD)
    involve(child, worker, "social_worker")
    visitor = person(user=worker)
    visitor.open(reverse("children:overview", args=[child.public_id]))
    visitor.page.get_by_role("link", name="Meetings", exact=True).click()
    visitor.looks_right()
    visitor.page.get_by_role("button", name="Record a meeting").click()
    visitor.looks_right()
    visitor.page.get_by_label("Core group").check()
    visitor.page.locator("[name=happened_time]").fill("00:01")
    visitor.page.get_by_label("Who was there?").fill("Mother, school, worker")
    visitor.page.get_by_label("What did it decide?").fill("Visits twice a week.")
    visitor.page.get_by_label("Moderate").check()
    visitor.page.get_by_role("button", name="Record this meeting").click()
    expect(visitor.page.get_by_text("The core group about Marnie Madeup is recorded")).to_be_visible()
    visitor.looks_right()
    visitor.open(reverse("children:chronology", args=[child.public_id]))
    visitor.page.get_by_role("link", name="Download as PDF").click()
    visitor.looks_right()
    visitor.page.get_by_label("For me or a colleague of the partnership").check()
    visitor.page.get_by_role("button", name="Go on to the document").click()
    expect(visitor.page.get_by_role("button", name="Download as a PDF")).to_be_visible()
    visitor.looks_right()
    visitor.open(reverse("children:disclosures", args=[child.public_id]))
    visitor.looks_right()
