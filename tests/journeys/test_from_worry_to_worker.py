"""One child, four browsers: practitioner, First Contact, CEVT's chair, child exploitation worker (T1–T6)."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.accounts.models import AgencyKind, Team, User
from cems.children.choices import CaseRole
from cems.children.models import Child
from matrix.models import Submission
from tests.factories.children import involve, make_child
from tests.factories.people import make_locality, make_user
from tests.factories.triage import make_chair, sitting
from tests.journeys.browser import Visitor
from tests.journeys.conftest import Open
from tests.journeys.test_first_matrix import QUESTION, WORDS, is_saved, says_seen_today
from triage.models import Allocation, Decision

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("T1", "T2", "T3", "T4", "T6", "M5", "C4", "C6"),
]
WHY = "Three agencies name the same adult; harm this week."
TABLE = (AgencyKind.CHILDRENS_SERVICES, AgencyKind.HEALTH, AgencyKind.EDUCATION)


def signed_in(window: Open, user: User) -> Visitor:
    visitor = window()
    visitor.is_signed_in(user)
    return visitor


def sends_a_matrix(sender: Visitor, child: Child) -> Submission:
    """The practitioner fills in what matters and sends it."""
    page = sender.page
    sender.open(reverse("matrix:for_child", args=[child.public_id]))
    page.get_by_role("button", name=re.compile("Start")).click()
    tasks = page.url
    page.get_by_role("link", name="Sexual exploitation").click()
    says_seen_today(sender, QUESTION, WORDS)
    is_saved(sender)
    page.goto(f"{tasks}views/")
    page.locator("[data-answer='informed'] label").first.click()
    is_saved(sender)
    page.goto(f"{tasks}judgement/")
    page.locator("#level-3").check(force=True)
    page.locator("[data-answer='reasons'] textarea").fill("A disclosure of harm this week.")
    page.locator("[data-answer='reasons'] textarea").blur()
    is_saved(sender)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name=re.compile("Send")).click()
    page.wait_for_url("**/submissions/**")
    return Submission.objects.get(child=child)


def decides_the_referral(desk: Visitor) -> None:
    """First Contact finds it on top of its queue and decides it."""
    page = desk.page
    desk.open(reverse("first_contact:queue"))
    page.get_by_role("button", name=re.compile("^Open *: REF")).click()
    page.get_by_role("link", name="Write down what you found").click()
    page.get_by_label("Child in need (section 17)").check()
    page.get_by_label("Outside the home", exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Decide", exact=True).click()
    page.get_by_label("Child and family assessment", exact=True).check()
    page.get_by_label("Why?").fill("The need is clear and the risk lies in the town.")
    page.get_by_label("Also open the status").check()
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator(".govuk-notification-banner, .govuk-panel").first).to_be_visible()


def decides(chair: Visitor, child: Child) -> Decision:
    """The chair reads the sheet, adopts the level, says why, looks at what it starts, and decides."""
    page = chair.page
    chair.open(reverse("cevt:list"))
    page.get_by_role("button", name="Begin with the first child").click()
    expect(page.locator("main")).to_contain_text("Processed by First Contact", ignore_case=True)
    page.locator("input[name=level][value='3']").check()
    page.locator("textarea[name=rationale]").fill(WHY)
    page.locator("textarea[name=feedback]").fill("Thank you: the dates made it clear.")
    page.get_by_role("button", name="See what this starts").click()
    chair.looks_right()
    expect(page.locator("main")).to_contain_text("East")
    page.get_by_role("button", name="Decide").click()
    page.wait_for_url("**/cevt/**")
    return Decision.objects.get(child=child)


def test_from_a_worry_to_a_worker(window: Open) -> None:
    # Given a child of East whose social worker is worried, a desk, a quorate meeting, and ERASE with one worker
    child = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
    families_first = Team.objects.get(code="families-first-east")
    sender = make_user(name="Example Sender", team=families_first)
    involve(child, sender, CaseRole.SOCIAL_WORKER, team=families_first)
    first_contact = make_user("first_contact", team=Team.objects.get(code="first-contact"))
    chair, erase = make_chair(), Team.objects.get(code="erase")
    worker = make_user("ce_worker", team=erase, name="Example Worker")
    manager = make_user("erase_manager", team=erase)

    # When the practitioner sends a Significant matrix
    practitioner = signed_in(window, sender)
    sent = sends_a_matrix(practitioner, child)
    # Then the chair has it on the list at once, waiting for First Contact
    three = signed_in(window, chair)
    three.open(reverse("cevt:list"))
    expect(three.page.locator("main")).to_contain_text("First Contact")

    # When First Contact has decided the referral
    two = signed_in(window, first_contact)
    decides_the_referral(two)
    # And CEVT sits with its agencies and decides
    meeting = sitting(chair, *TABLE)
    row = decides(three, child)
    assert row.meeting == meeting and not row.provisional

    # Then the sender reads level, rationale and feedback in the same minute
    practitioner.open(reverse("matrix:submission", args=[sent.public_id]))
    for words in ("What CEVT decided", WHY, "Thank you: the dates made it clear."):
        expect(practitioner.page.locator("main")).to_contain_text(words)
    practitioner.looks_right()

    # When ERASE gives the child to its worker, who could not see the record until now
    assert not Child.objects.visible_to(worker).filter(pk=child.pk).exists()
    boss = signed_in(window, manager)
    boss.open(reverse("allocation:board"))
    expect(boss.page.locator("main")).to_contain_text("Suggested: Example Worker")
    boss.page.get_by_role("button", name=f"Choose a worker for {child.reference}").click()
    boss.page.get_by_role("button", name="See what it would do for Example Worker").click()
    boss.page.get_by_role("button", name="Give the child to this worker").click()
    expect(boss.page.locator("main")).to_contain_text("Example Worker has the child from now on")

    # Then the worker finds the child, CEVT's words and the matrix, and accepts
    four = signed_in(window, worker)
    four.open("/")
    four.page.get_by_role("button", name="Accept a child given to you").click()
    four.page.get_by_label("I have spoken with the social worker about who does what").check()
    four.page.get_by_role("button", name="Accept and save").click()
    four.open(reverse("children:overview", args=[child.public_id]))
    expect(four.page.locator("main")).to_contain_text("Significant")
    four.looks_right()
    assert Allocation.objects.get(child=child).accepted_at

    # And when the meeting ends, its minutes name nobody
    three.open(reverse("cevt:attendance", args=[meeting.public_id]))
    three.page.get_by_role("button", name=re.compile("^Look, then end")).click()
    three.page.get_by_role("button", name=re.compile("^End CEVT")).click()
    minutes = three.page.locator("main")
    expect(minutes).to_contain_text(child.reference)
    expect(minutes).not_to_contain_text("Madeup")
