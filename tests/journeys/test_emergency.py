"""A night call: a record that is not open, opened with a reason, closed again, looked at afterwards (A2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.base.time import now
from cems.children.models import Child, EmergencyAccess
from tests.factories.children import involve, make_child
from tests.factories.people import make_team, make_user
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("A2")]


def sees(user, child):
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def test_a_record_is_opened_in_an_emergency_and_looked_at_afterwards(person: Person) -> None:
    team, child = make_team(), make_child(family_name="Nightingford")
    # Given a social worker without reach to the child, and their manager
    worker = make_user("practitioner", team=team, password=PASSWORD)
    manager = make_user("team_manager", team=team, password=PASSWORD)
    at_night = person(user=worker)
    # When they search for the child by reference
    at_night.open(reverse("children:search"))
    at_night.page.locator("#q").fill(child.reference)
    at_night.page.locator("main").get_by_role("button", name="Search").click()
    at_night.looks_right()
    at_night.page.get_by_role("link", name="I need to see this now").click()
    # Then they read what will be recorded, and must say why
    at_night.looks_right()
    at_night.page.get_by_role("button", name="Open the record now").click()
    assert at_night.page.get_by_text("Say why you need the record now.").count() == 2
    at_night.page.get_by_label("Why do you need the record now?").fill(
        "Found at the station, who is the carer?"
    )
    at_night.page.get_by_role("button", name="Open the record now").click()
    # And the record is open, and says so on each page
    assert at_night.here() == "children:overview"
    assert at_night.page.get_by_text("Opened with your reason until").is_visible()
    at_night.looks_right()
    # When the time runs out while the page is open
    emergency_access = EmergencyAccess.objects.get()
    ended = now() - timedelta(seconds=1)
    EmergencyAccess.objects.filter(pk=emergency_access.pk).update(
        opened_at=ended - timedelta(hours=4), until=ended
    )
    at_night.page.get_by_role("link", name="Notes").click()
    # Then the next click says it plainly
    assert at_night.page.get_by_text("Your emergency access to this record ended").is_visible()
    # And the manager says whether it was right
    later = person(user=manager)
    later.open(reverse("children:emergency_access_reviews"))
    later.looks_right()
    later.page.get_by_role("link", name="Say what you found").click()
    later.looks_right()
    later.page.get_by_label("It was right to open it").check()
    later.page.get_by_role("button", name="Record what you found").click()
    assert later.page.get_by_text("Nothing to look at").is_visible()
    assert not sees(manager, child)


def test_a_record_is_restricted_named_barred_and_opened_again(person: Person) -> None:
    child, team = make_child(), make_team()
    # Given a team's manager who works with the child, and a colleague
    manager = make_user("team_manager", team=team, password=PASSWORD)
    worker = make_user("practitioner", team=team, name="Robin Pretend")
    involve(child, manager, "team_manager")
    involve(child, worker)
    visitor = person(user=manager)
    visitor.open(reverse("children:restriction", args=[child.public_id]))
    visitor.looks_right()
    # When the manager restricts the record and owns it
    visitor.page.get_by_role("button", name="Restrict this record").click()
    visitor.looks_right()
    visitor.page.get_by_label("Who owns the record?").select_option(str(manager.public_id))
    visitor.page.get_by_label("Why must only named people read it?").fill("A relation works in the team")
    visitor.page.get_by_role("button", name="Restrict the record").click()
    # Then only the manager reads it, and names the colleague
    assert not sees(worker, child)
    visitor.looks_right()
    visitor.page.get_by_role("button", name="Name a person").click()
    visitor.looks_right()
    visitor.page.get_by_label("Who may read the record?").select_option(str(worker.public_id))
    visitor.page.get_by_role("button", name="Name this person").click()
    assert sees(worker, child)
    # When the colleague turns out to know the family
    visitor.page.get_by_role("link", name="Bar a person").click()
    visitor.looks_right()
    visitor.page.get_by_label("Who must not read the record?").select_option(str(worker.public_id))
    visitor.page.get_by_label("Why?").fill("Knows the family")
    visitor.page.get_by_role("button", name="Bar this person").click()
    assert visitor.page.get_by_role("cell", name="Knows the family").is_visible() and not sees(worker, child)
    visitor.looks_right()
    visitor.page.get_by_role("link", name="Seal the identity").click()
    visitor.looks_right()
    visitor.page.get_by_role("link", name="Back", exact=True).click()
    # Then the review keeps it restricted, and at last the restriction ends
    for link in ("Review it", "End the restriction"):
        opener = visitor.page.get_by_role("button" if link == "Review it" else "link", name=link)
        opener.click()
        visitor.looks_right()
        visitor.page.get_by_role("textbox").last.fill("As agreed with the service")
        visitor.page.locator("main button[type=submit], main input[type=submit]").last.click()
    child.refresh_from_db()
    assert not child.restricted


def test_what_else_closes_a_record_is_said_before_it_is_done(person: Person) -> None:
    child = make_child()
    officer = person("first_contact", team=make_team())
    for page in ("conflict", "death", "address", "address_keep"):
        officer.open(reverse(f"children:{page}", args=[child.public_id]))
        officer.looks_right()


def test_a_key_for_a_system_is_made_and_shown_once(person: Person) -> None:
    system = make_user("service_account", name="Case system")
    admin = person("administrator")
    admin.open(reverse("people:token-new", args=[system.public_id]))
    admin.looks_right()
    admin.page.get_by_label("What is the key for?").fill("Nightly hand-over")
    admin.page.get_by_label("Submit matrices").check()
    last = now() + timedelta(days=60)
    for label, value in (("Day", last.day), ("Month", last.month), ("Year", last.year)):
        admin.page.get_by_label(label, exact=True).fill(str(value))
    admin.page.get_by_role("button", name="Make the key").click()
    assert admin.page.get_by_label("Key", exact=True).input_value().startswith("cems_")
    admin.looks_right()
    admin.page.get_by_role("link", name="Go to the account").click()
    admin.looks_right()
