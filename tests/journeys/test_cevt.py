"""CEVT as its people meet it: decided by keyboard, what a colleague writes arriving meanwhile (T2, T3, T4)."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from cems.accounts.models import AgencyKind, User
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.meetings.models import Contribution, Meeting
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_agency, make_locality, make_team, make_user
from tests.factories.triage import QUORATE, make_chair, sitting, waiting_child
from tests.journeys.browser import Visitor
from tests.journeys.conftest import Open
from triage.models import Decision

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("T3")]
SOON = 2_500 * settings.CEVT_LIVE_SECONDS  # milliseconds: the page has asked twice by then


def given_two_children_on_the_list(sender: User) -> tuple[Child, Child]:
    east = make_locality("east")
    first = make_child(given_name="Marnie", family_name="Madeup", locality=east, postcode="DH1 1AA")
    second = make_child(given_name="Robin", family_name="Pretend", locality=east)
    involve(first, sender)
    waiting_child(first, by=sender)
    waiting_child(second, level=RiskLevel.MODERATE, by=sender)
    return first, second


def signed_in(window: Open, user: User) -> Visitor:
    visitor = window()
    visitor.is_signed_in(user)
    return visitor


def sheet(child: Child) -> str:
    return reverse("cevt:sheet", args=[child.public_id])


@pytest.mark.requirement("T2", "T4")
def test_a_chair_decides_by_keyboard_and_the_sender_reads_it_the_same_minute(window: Open) -> None:
    # given a quorate meeting, and two children who wait
    sender, chair = make_user(name="Example Sender"), make_chair()
    first, second = given_two_children_on_the_list(sender)
    meeting = sitting(chair, *QUORATE)
    visitor = signed_in(window, chair)
    page, keyboard = visitor.page, visitor.page.keyboard

    # when the chair opens the list and the first child, and goes to the next and back by single keys
    visitor.open(reverse("cevt:list"))
    visitor.looks_right()
    page.get_by_role("button", name="Begin with the first child").click()
    visitor.looks_right()
    assert page.url.endswith(sheet(first))
    keyboard.press("j")
    page.wait_for_url(f"**{sheet(second)}")
    keyboard.press("k")
    page.wait_for_url(f"**{sheet(first)}")

    # and goes to the decision, adopts the submitted level, and says why, with keys alone
    keyboard.press("d")
    assert page.evaluate("document.activeElement.id") == "decision-heading"
    keyboard.press("a")
    assert page.locator("input[name=level]:checked").get_attribute("value") == "3"
    assert page.evaluate("document.activeElement.name") == "rationale"
    keyboard.type("Driven about by an adult, j and k are letters here.")
    assert page.url.endswith(sheet(first))  # inside a field a key is a letter
    visitor.looks_right()
    for _ in range(60):
        keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "check":
            break
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check before you decide")).to_be_visible()
    visitor.looks_right()
    page.get_by_role("button", name="Decide").focus()
    keyboard.press("Enter")

    # then the next child is there, and the sender has the decision on the matrix's page
    page.wait_for_url(f"**{sheet(second)}")
    expect(page.locator(".govuk-notification-banner")).to_contain_text("decided")
    row = Decision.objects.get()
    assert not row.provisional and row.meeting == meeting
    reader = signed_in(window, sender)
    item = row.items.get()
    assert item.submission is not None
    reader.open(reverse("matrix:submission", args=[item.submission.public_id]))
    expect(reader.page.get_by_role("heading", name="What CEVT decided")).to_be_visible()
    expect(reader.page.locator("main")).to_contain_text("Driven about by an adult")
    reader.looks_right()

    # and when the meeting ends, its minutes are there
    visitor.open(reverse("cevt:attendance", args=[meeting.public_id]))
    visitor.looks_right()
    page.get_by_role("button", name=re.compile("^Look, then end")).click()
    expect(page.locator("main")).to_contain_text("1 decided, 1 undecided")
    visitor.looks_right()
    page.get_by_role("button", name=re.compile("^End CEVT")).click()
    expect(page.get_by_role("heading", name=re.compile("^Minutes of"))).to_be_visible()
    visitor.looks_right()
    assert Meeting.objects.get().ended_at


def test_what_a_colleague_writes_arrives_without_touching_what_one_types(window: Open) -> None:
    # given a nurse and an officer with the same sheet open
    first, _ = given_two_children_on_the_list(make_user())
    nurse = make_user(
        "cevt_member", team=make_team(agency=make_agency(kind=AgencyKind.HEALTH, name="Example Health"))
    )
    officer = make_user(
        "cevt_member",
        name="Example Officer",
        team=make_team(agency=make_agency(kind=AgencyKind.POLICE, name="Example Police")),
    )
    nurse_visitor, officer_visitor = signed_in(window, nurse), signed_in(window, officer)
    for visitor in (nurse_visitor, officer_visitor):
        visitor.open(sheet(first))
    words = nurse_visitor.page.locator("textarea[name=text]")
    words.fill("Half a sentence of the nur")
    # when the officer writes
    officer_visitor.page.keyboard.press("c")
    officer_visitor.page.get_by_label("What your agency knows").fill("Stopped twice in a car this week.")
    expect(officer_visitor.page.locator("[data-saved]")).to_contain_text("Saved")
    # then it stands on the nurse's page, marked, and what the nurse types is as it was
    arrived = nurse_visitor.page.locator(".cems-said--new")
    expect(arrived).to_contain_text("Stopped twice in a car this week.", timeout=SOON)
    expect(nurse_visitor.page.locator("[data-arrived]")).to_contain_text("Example Police has written")
    expect(words).to_have_value("Half a sentence of the nur")
    expect(nurse_visitor.page.locator("p[data-live-people]")).to_contain_text("Example Officer", timeout=SOON)
    nurse_visitor.looks_right()
    # and when the nurse is taken off the record, the page says so and keeps the text
    type(nurse).objects.filter(pk=nurse.pk).update(is_active=False)
    expect(nurse_visitor.page.locator("[data-arrived]")).to_contain_text(
        "no longer open to you", timeout=SOON
    )
    expect(words).to_have_value("Half a sentence of the nur")


def test_cevt_f7_ten_minutes_offline_loses_nothing(window: Open) -> None:
    # given a nurse whose connection goes while she types
    first, _ = given_two_children_on_the_list(make_user())
    agency = make_agency(kind=AgencyKind.HEALTH)
    nurse = make_user("cevt_member", agency=agency)
    colleague = make_user("cevt_member", agency=agency, name="Example Colleague")
    nurse_visitor, colleague_visitor = signed_in(window, nurse), signed_in(window, colleague)
    nurse_visitor.open(sheet(first))
    colleague_visitor.open(sheet(first))
    nurse_visitor.context.set_offline(True)
    nurse_visitor.page.locator("textarea[name=text]").fill("Typed in the tunnel.")
    expect(nurse_visitor.page.locator("[data-saved]")).to_contain_text("Not saved yet")
    # when a colleague of the same agency writes meanwhile
    colleague_visitor.page.locator("textarea[name=text]").fill("Written at the desk.")
    expect(colleague_visitor.page.locator("[data-saved]")).to_contain_text("Saved")
    # then, back online, both texts are shown and the nurse chooses
    nurse_visitor.context.set_offline(False)
    conflict = nurse_visitor.page.locator(".cems-conflict")
    expect(conflict).to_contain_text("Written at the desk.", timeout=15_000)
    expect(conflict).to_contain_text("Typed in the tunnel.")
    nurse_visitor.page.get_by_role("button", name="Keep mine").click()
    expect(nurse_visitor.page.locator("[data-saved]")).to_contain_text("Saved")
    assert Contribution.objects.get().text == "Typed in the tunnel."


def test_the_research_list_is_answered_on_one_page(window: Open) -> None:
    first, _ = given_two_children_on_the_list(make_user())
    nurse = make_user("cevt_member", team=make_team(agency=make_agency(kind=AgencyKind.HEALTH)))
    visitor = signed_in(window, nurse)
    visitor.open("/")
    expect(visitor.page.locator("main")).to_contain_text("2 children to check for CEVT")
    visitor.open(reverse("cevt:research"))
    visitor.looks_right()
    visitor.page.get_by_text("Checked, nothing held").first.click()
    expect(visitor.page.locator("[data-saved]").first).to_contain_text("Saved")
    assert Contribution.objects.get().held == "nothing"
    visitor.open("/")
    expect(visitor.page.locator("main")).to_contain_text("1 child to check for CEVT")


def test_pages_of_a_decision_that_is_provisional_or_waits(window: Open) -> None:
    # given a child decided outside a meeting, who has come again
    sender, chair = make_user(), make_chair()
    first, second = given_two_children_on_the_list(sender)
    visitor = signed_in(window, chair)
    page = visitor.page
    visitor.open(sheet(first))
    page.locator("input[name=level][value='3']").check()
    page.locator("textarea[name=rationale]").fill("Decided between meetings.")
    page.get_by_role("button", name="See what this starts").click()
    expect(page.locator(".govuk-warning-text")).to_contain_text("provisional: outside a meeting")
    visitor.looks_right()
    page.get_by_role("button", name="Decide").click()
    submit(sender, first, RiskLevel.SIGNIFICANT)
    # when the chair goes through the pages beside it
    for name, child in (
        ("decision_confirm", first),
        ("information_request_new", second),
        ("information_request_answer", second),
        ("item_withdraw", second),
    ):
        visitor.open(reverse(f"cevt:{name}", args=[child.public_id]))
        visitor.looks_right()
    for name in ("provisional", "meetings", "single_keys", "list"):
        visitor.open(reverse(f"cevt:{name}"))
        visitor.looks_right()
    # and shows a sheet to the room; what is wrong in the form is said at its top
    visitor.open(f"{sheet(first)}?projector=1")
    visitor.looks_right()
    visitor.open(sheet(second))
    page.get_by_role("button", name="See what this starts").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose the level that is agreed")
    visitor.looks_right()
