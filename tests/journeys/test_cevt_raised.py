"""A child comes to CEVT without a matrix, and an agency that is away is heard through the chair (T3, T4)."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.accounts.models import AgencyKind
from cems.children.choices import MatterKind
from cems.meetings.models import RelayedContribution
from tests.factories.children import involve, make_child, make_matter
from tests.factories.people import make_agency, make_locality, make_team, make_user
from tests.factories.triage import QUORATE, make_chair, sitting, waiting_child
from tests.journeys.conftest import Open
from triage.models import Item

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("T3")]
WHY = "Missing for the third time this month, each time found with the same adult."


@pytest.mark.requirement("T4")
def test_first_contact_raises_a_child_and_hears_that_cevt_has_discussed_them(window: Open) -> None:
    # given a child who is missing and is not on CEVT's list, and somebody of First Contact
    child = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
    make_matter(child, MatterKind.MISSING)
    desk, chair = make_user("first_contact", name="Example Desk"), make_chair(name="Example Chair")
    visitor, other = window(), window()
    visitor.is_signed_in(desk)
    other.is_signed_in(chair)
    page, main = visitor.page, visitor.page.locator("main")

    # when they go from the child's page, forget to say why, and then say it
    visitor.open(reverse("children:overview", args=[child.public_id]))
    visitor.looks_right()
    page.get_by_role("link", name="Raise at CEVT").click()
    visitor.looks_right()
    expect(main).to_contain_text("First Contact has not processed this child")
    page.get_by_role("button", name="Raise at CEVT").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Say what CEVT should look at, and why now.")
    visitor.looks_right()
    page.get_by_label("Why CEVT should look at this child, and why now").fill(WHY)
    page.get_by_role("button", name="Raise at CEVT").click()

    # then the child is on the list, with why, by whom and when, for the chair
    expect(main).to_contain_text("It waits for CEVT")
    visitor.looks_right()
    other.open(reverse("cevt:list"))
    expect(other.page.locator("main")).to_contain_text(WHY)
    expect(other.page.locator("main")).to_contain_text("Raised by Example Desk")
    other.looks_right()
    other.page.get_by_role("link", name="Marnie Madeup").click()
    expect(other.page.locator("main")).to_contain_text("Raised by Example Desk")
    other.looks_right()

    # and a user who would raise them again reads that it is done
    other.open(reverse("cevt:item_raise", args=[child.public_id]))
    expect(other.page.locator("main")).to_contain_text("is on CEVT’s list already")
    other.looks_right()

    # and when the chair takes it off, they are told, and read why
    other.open(reverse("cevt:item_withdraw", args=[child.public_id]))
    other.page.locator("textarea[name=why]").fill("The strategy meeting of this morning has it.")
    other.page.get_by_role("button", name="Take it off the list").click()
    visitor.open("/")
    page.get_by_text("A child you raised was taken off CEVT's list").click()
    expect(main).to_contain_text("The strategy meeting of this morning has it.")
    visitor.looks_right()
    assert Item.objects.get().raised_by == desk


def test_the_chair_writes_for_an_agency_that_rang_in_and_it_adds_its_own(window: Open) -> None:
    # given a meeting without the nurse, who has rung the chair
    child = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
    sender, chair = make_user(), make_chair(name="Example Chair")
    health = make_agency(kind=AgencyKind.HEALTH, name="Example Health")
    nurse = make_user("cevt_member", team=make_team(agency=health), name="Example Nurse")
    involve(child, sender)
    waiting_child(child, by=sender)
    sitting(chair, *QUORATE[:1])
    visitor, away = window(), window()
    visitor.is_signed_in(chair)
    away.is_signed_in(nurse)
    page, line = visitor.page, visitor.page.locator(f"#said-{health.public_id}")
    sheet = reverse("cevt:sheet", args=[child.public_id])

    # when the chair writes it down, at first without saying who told it
    visitor.open(sheet)
    expect(line).to_contain_text("No answer yet")
    line.get_by_role("link", name="Write as told by Example Health").click()
    visitor.looks_right()
    page.get_by_label("Has information").check()
    page.get_by_label("What they told you").fill("Seen at the clinic on Monday, alone.")
    page.get_by_label("By telephone").check()
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Write who told you.")
    expect(page.get_by_label("What they told you")).to_have_value("Seen at the clinic on Monday, alone.")
    visitor.looks_right()
    page.get_by_label("Who told you?").fill("Example Nurse, school nursing")
    page.get_by_role("button", name="Write it down").click()

    # then it stands on the sheet as relayed, health is still not at the table, and there is room for more
    expect(line).to_contain_text(
        re.compile(r"Written by Example Chair.* as told by Example Nurse, school nursing")
    )
    expect(page.locator(".cems-meeting")).not_to_contain_text("Example Health")
    visitor.looks_right()
    line.get_by_role("link", name="Write more as told by Example Health").click()
    expect(page.locator("main")).to_contain_text("Seen at the clinic on Monday, alone.")
    visitor.looks_right()
    page.go_back()

    # and the nurse reads it on her list and sheet, adds her own words, and both stay
    away.open(reverse("cevt:research"))
    expect(away.page.locator("main")).to_contain_text("The chair wrote this down for your agency.")
    away.looks_right()
    away.open(sheet)
    expect(away.page.locator("#say")).to_contain_text("Seen at the clinic on Monday, alone.")
    away.looks_right()
    away.page.locator("#say").get_by_label("What your agency knows").fill("A friend waited outside.")
    expect(away.page.locator("[data-saved]")).to_contain_text("Saved")
    visitor.open(sheet)
    expect(line).to_contain_text("A friend waited outside.")
    expect(line).to_contain_text("Seen at the clinic on Monday, alone.")
    expect(line.get_by_role("link")).to_have_count(0)
    visitor.looks_right()
    assert RelayedContribution.objects.get().written_by == chair
