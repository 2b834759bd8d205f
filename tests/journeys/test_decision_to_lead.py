"""From CEVT's decision to the page of a lead practitioner who sent no matrix (T4)."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.children.choices import RiskLevel
from tests.factories.children import involve, make_child
from tests.factories.people import make_locality, make_team, make_user
from tests.factories.triage import QUORATE, make_chair, sitting, waiting_child
from tests.journeys.conftest import Open
from tests.journeys.test_cevt import signed_in
from tests.triage.cevt.pages import sheet
from triage.advice.services import sync

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("T4")]
WHY = "Debts to older boys, and lifts home after eleven."


def test_the_lead_reads_level_reasons_advice_and_what_happens_next(window: Open) -> None:
    # given a lead practitioner who sent nothing, and a child at Moderate on the list of a quorate meeting
    child = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
    lead, chair = make_user(name="Example Lead", team=make_team()), make_chair()
    involve(child, lead, "lead_practitioner")
    waiting_child(child, level=RiskLevel.MODERATE)
    sync()
    sitting(chair, *QUORATE)

    # when the chair decides without a word on advice, the page asks for it
    visitor = signed_in(window, chair)
    page = visitor.page
    visitor.open(sheet(child))
    page.locator("input[name=level][value='2']").check()
    page.locator("textarea[name=rationale]").fill(WHY)
    page.get_by_role("button", name="See what this starts").click()
    expect(page.locator("main")).to_contain_text(
        "Choose advice from the library, write it, or say why there is none."
    )
    visitor.looks_right()
    page.get_by_label("Advice to the lead practitioner").check()
    page.get_by_label("A line the young person can ring").check()
    page.get_by_role("button", name="See what this starts").click()

    # then the words for whoever sent the matrix are proposed, and the lead is named among those who are told
    words = page.get_by_label("What the person who sent the matrix or raised the child reads")
    expect(words).to_have_value(WHY)
    expect(page.locator("main")).to_contain_text("Example Lead, lead practitioner")
    visitor.looks_right()
    words.fill("Thank you: agreed at Moderate because of the debts.")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".govuk-notification-banner")).to_contain_text("decided")

    # and the lead reads it in the same minute, with whom to ring
    reader = signed_in(window, lead)
    reader.open(reverse("children:overview", args=[child.public_id]))
    panel = reader.page.locator("main")
    expect(panel).to_contain_text("What CEVT decided")
    expect(panel).to_contain_text(WHY)
    reader.page.get_by_text("Advice: A line the young person can ring").click()
    expect(panel).to_contain_text("0800 1111")
    reader.looks_right()
