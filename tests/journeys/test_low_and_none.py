"""A matrix at Low starts no clock; CEVT's chair looks at it in one list, and the sender reads that (M5)."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.children.choices import RiskLevel
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import make_locality, make_user
from tests.factories.short_reviews import make_lead
from tests.factories.triage import make_chair
from tests.journeys.conftest import Open

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("M5")]


def test_the_chair_looks_at_one_brings_another_and_the_sender_reads_it(window: Open) -> None:
    # given two children whose matrices were sent at Low and at None
    one = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
    other = make_child(given_name="Robin", family_name="Pretend", locality=make_locality("east"))
    nurse, chair = make_user(name="Example Nurse"), make_chair(name="Example Chair")
    make_lead(one, name="Example Lead")
    sent = submit(nurse, one, RiskLevel.LOW)
    submit(nurse, other, RiskLevel.NONE)
    visitor, sender = window(), window()
    visitor.is_signed_in(chair)
    sender.is_signed_in(nurse)
    page, main = visitor.page, visitor.page.locator("main")

    # when the chair goes there from the first page
    visitor.open("/")
    expect(main).to_contain_text("2 children at Low or None to look at")
    page.locator(f"main a[href='{reverse('cevt:low')}']").first.click()
    expect(main).to_contain_text("Example Lead")
    expect(main).to_contain_text("Example Nurse")
    visitor.looks_right()

    # and says nothing, and then what was looked at
    page.get_by_role("button", name="CEVT has looked at what is ticked").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Tick the children CEVT has looked at.")
    visitor.looks_right()
    page.get_by_label("Marnie Madeup").check()
    page.get_by_label("Note, if there is something to say").fill("The school knows.")
    page.get_by_role("button", name="CEVT has looked at what is ticked").click()
    expect(main).to_contain_text("Looked at: 1 child.")
    expect(main).not_to_contain_text("Marnie Madeup")

    # and brings the other to the next meeting
    page.get_by_role("link", name="Bring to CEVT").click()
    page.get_by_label("Why CEVT should look at this child, and why now").fill("The second this spring.")
    page.get_by_role("button", name="Raise at CEVT").click()
    visitor.open(reverse("cevt:low"))
    expect(main).to_contain_text("Nothing to look at")
    visitor.looks_right()
    visitor.open(reverse("cevt:list"))
    expect(main).to_contain_text("Robin Pretend")

    # then whoever sent the first reads who looked
    sender.open(reverse("matrix:submission", args=[sent.public_id]))
    expect(sender.page.locator("main")).to_contain_text("CEVT has looked at it on")
    expect(sender.page.locator("main")).not_to_contain_text("The school knows.")
    sender.looks_right()
