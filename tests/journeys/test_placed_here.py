"""A child placed here by another authority that does not act; and what a child tells only a few (C1, C2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import Team
from cems.base.time import now
from tests.factories.children import involve, make_child, make_placement
from tests.factories.people import DARLINGTON, make_authority, make_team, make_user
from tests.journeys.browser import PASSWORD, Visitor
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True)]


def press(visitor: Visitor, name: str) -> None:
    visitor.page.locator("main").get_by_role("button", name=name).click()
    visitor.looks_right()


@pytest.mark.requirement("C2")
def test_an_authority_that_does_not_act_is_taken_up_by_the_safeguarding_lead(person: Person) -> None:
    # Given a child whom Darlington placed in County Durham, a worker, First Contact, and the safeguarding lead
    child = make_child(family_name="Borderby")
    make_placement(child, kind="childrens_home", placed_by=make_authority(DARLINGTON))
    desk, lead = (Team.objects.get(code=code) for code in ("first-contact", "durham-safeguarding-lead"))
    worker = make_user(team=make_team(), password=PASSWORD)
    officer = make_user("first_contact", team=desk, agency=desk.agency, password=PASSWORD)
    leader = make_user("team_manager", team=lead, agency=lead.agency, password=PASSWORD)
    involve(child, worker)
    # When the worker raises a concern
    at_home = person(user=worker)
    at_home.open(reverse("children:placements", args=[child.public_id]))
    at_home.page.get_by_role("link", name="Raise a concern").click()
    press(at_home, "Send to First Contact")
    assert at_home.page.get_by_text("Write what worries you.").count() == 2
    for label, value in (("Day", now().day), ("Month", now().month), ("Year", now().year)):
        at_home.page.get_by_label(label, exact=True).fill(str(value))
    at_home.page.get_by_label("What worries you?").fill("Gone each evening; the home has rung nobody.")
    press(at_home, "Send to First Contact")
    # Then First Contact has it with a clock, and records who was told
    at_desk = person(user=officer)
    at_desk.open(reverse("clocks:list"))
    assert at_desk.page.get_by_text("Responsible authority to be told of a concern").first.is_visible()
    at_desk.open(reverse("children:placements", args=[child.public_id]))
    assert at_desk.page.get_by_text("Darlington is to be told").is_visible()
    at_desk.looks_right()
    at_desk.page.locator("main table").last.get_by_role("link").click()
    at_desk.looks_right()
    press(at_desk, "Record who was told")
    at_desk.page.get_by_label("Who was told?").fill("Example Person, duty manager")
    at_desk.page.get_by_label("By telephone").check()
    press(at_desk, "Record that they were told")
    # And the answer is not enough
    press(at_desk, "Record their answer")
    at_desk.page.get_by_label("What do they do about it, and by when?").fill("A visit next month.")
    at_desk.page.get_by_label("No: it must be taken up with them").check()
    press(at_desk, "Record the answer")
    # When the worker escalates
    at_home.page.reload()
    at_home.page.locator("main table").last.get_by_role("link").click()
    press(at_home, "Escalate")
    at_home.page.get_by_role("textbox").last.fill("A month is too late: the child is out each night.")
    press(at_home, "Escalate to the safeguarding lead")
    assert at_home.page.get_by_text("Nobody of the Business Unit uses CEMS").is_visible()
    # Then the lead finds it among their work, and closes it with what came of it
    at_lead = person(user=leader)
    at_lead.open(reverse("home"))
    assert at_lead.page.get_by_text("Placing authority's inaction to be taken up").first.is_visible()
    work = at_lead.page.locator(".cems-work__row", has_text="inaction to be taken up")
    work.get_by_role("button").first.click()
    press(at_lead, "Record what came of it")
    at_lead.page.get_by_label("What came of it?").fill("Their head of service visits today.")
    at_lead.page.get_by_role("button", name="Close the escalation").click()
    # And their access to the record has ended with it
    assert at_lead.here() == "home" and at_lead.page.get_by_text("The escalation is closed.").is_visible()
    assert at_lead.open(reverse("children:overview", args=[child.public_id])).status == 404
    at_home.page.reload()
    assert at_home.page.get_by_text("Escalation closed.").is_visible()
    at_home.looks_right()


@pytest.mark.requirement("C1")
def test_what_a_child_tells_a_few_is_shown_to_them_alone(person: Person) -> None:
    # Given a social worker and a colleague who both work with the child
    child, words = make_child(), "Plainly invented words about themselves"
    worker, colleague = (make_user(team=make_team(), password=PASSWORD) for _ in range(2))
    involve(child, worker)
    involve(child, colleague, "health", at=now() - timedelta(hours=1))
    closest = person(user=worker)
    # When the child wants their words kept
    closest.open(reverse("children:feedback", args=[child.public_id]))
    closest.looks_right()
    closest.page.get_by_role("link", name="How the child describes their orientation").click()
    closest.looks_right()
    closest.page.get_by_role("button", name="Keep the child’s own words").click()
    closest.looks_right()
    closest.page.get_by_label("What did the child say?").fill(words)
    press(closest, "Keep these words")
    assert closest.page.get_by_text("Keep it only if the child agrees.").count() == 2
    closest.page.get_by_label("The child agrees that this is kept").check()
    press(closest, "Keep these words")
    # Then the social worker reads them, and the colleague does not
    assert closest.page.get_by_text(words).is_visible()
    other = person(user=colleague)
    other.open(reverse("children:orientation", args=[child.public_id]))
    other.looks_right()
    assert other.page.get_by_text("nothing stands here").is_visible()
    assert words not in other.page.content()
    # And when the child takes them back, nobody does
    press(closest, "The child takes it back")
    assert closest.page.get_by_text("Nothing is kept", exact=True).is_visible()
    assert words not in closest.page.content()
