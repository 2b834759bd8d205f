"""Before the leave: a deputy is named, looks in the other's place, and hands back; a student reads along (A2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import Delegation
from cems.base.time import today
from cems.children.models import Child
from tests.factories.children import involve, make_child
from tests.factories.people import make_agency, make_team, make_user
from tests.journeys.browser import PASSWORD, Visitor
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("A2")]


def sees(user, child):
    return Child.objects.visible_to(type(user).objects.get(pk=user.pk)).filter(pk=child.pk).exists()


def last_day(visitor: Visitor, days: int) -> None:
    """Write the last day into its three boxes, the only ones asked for or the second of two."""
    day = today() + timedelta(days=days)
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        visitor.page.get_by_label(label, exact=True).last.fill(str(value))


def test_a_deputy_is_named_looks_and_hands_back(person: Person) -> None:
    team, child = make_team(), make_child(family_name="Ottermere")
    # Given a practitioner who works with a child, and a colleague who does not
    worker = make_user("practitioner", team=team, password=PASSWORD, name="Robin Pretend")
    colleague = make_user("practitioner", team=team, password=PASSWORD, name="Sam Invented")
    involve(child, worker)
    leaving = person(user=worker)
    leaving.open(reverse("account:cover"))
    leaving.looks_right()
    # When they name the colleague, after a mistake
    leaving.page.get_by_role("button", name="Name a deputy").click()
    leaving.looks_right()
    leaving.page.get_by_role("button", name="Name the deputy").click()
    assert leaving.page.get_by_text("Write the last day of the cover.").count() == 2
    leaving.looks_right()
    leaving.page.get_by_label("The deputy's e-mail address at work").fill(colleague.email)
    last_day(leaving, 5)
    leaving.page.get_by_role("button", name="Name the deputy").click()
    assert leaving.here() == "account:cover"
    assert leaving.page.get_by_role("rowheader", name="Sam Invented").is_visible()
    leaving.looks_right()
    # Then the colleague reads the record, and is told whose place they take
    covering = person(user=colleague)
    covering.open(reverse("notices:list"))
    assert covering.page.get_by_text("You stand in for a colleague.").is_visible()
    covering.open(reverse("children:overview", args=[child.public_id]))
    assert covering.here() == "children:overview" and sees(colleague, child)
    # When they hand back
    covering.open(reverse("account:cover"))
    covering.looks_right()
    covering.page.get_by_role("button", name="End now").click()
    # Then the record is closed to them this minute
    assert covering.page.get_by_text("what was reached through it is closed").is_visible()
    assert not sees(colleague, child)
    assert covering.open(reverse("children:overview", args=[child.public_id])).status == 404


def test_a_manager_covers_for_somebody_who_is_ill(person: Person) -> None:
    team = make_team()
    manager = make_user("team_manager", team=team, password=PASSWORD)
    make_user("practitioner", team=team, name="Robin Pretend")
    other = make_user("practitioner", team=team, name="Sam Invented")
    visitor = person(user=manager)
    visitor.open(reverse("account:cover"))
    visitor.looks_right()
    visitor.page.get_by_role("link", name="Name a deputy for Robin Pretend").click()
    visitor.page.get_by_label("The deputy's e-mail address at work").fill(other.email)
    last_day(visitor, 2)
    visitor.page.get_by_role("button", name="Name the deputy").click()
    assert Delegation.objects.get().deputy == other
    visitor.looks_right()


def test_a_supervisor_shows_a_student_a_record(person: Person) -> None:
    agency = make_agency()
    team, child = make_team(agency=agency), make_child(family_name="Ottermere")
    supervisor = make_user("practitioner", team=team, password=PASSWORD)
    student = make_user(None, agency=agency, password=PASSWORD, name="Sam Invented")
    # Given an administrator who gives a student their role
    admin = person("administrator", agency=agency)
    admin.open(reverse("people:appoint", args=[student.public_id]))
    admin.page.get_by_label("Role", exact=True).select_option("student")
    admin.page.get_by_role("button", name="Give this role").click()
    assert admin.page.get_by_text("Name the supervisor").count() == 2
    admin.looks_right()
    admin.page.get_by_label("Supervisor's e-mail address").fill(supervisor.email)
    last_day(admin, 60)
    admin.page.get_by_role("button", name="Give this role").click()
    admin.looks_right()
    # When the supervisor shows them a child of theirs
    involve(child, supervisor)
    visitor = person(user=supervisor)
    visitor.open(reverse("account:cover"))
    visitor.page.get_by_role("link", name="Which children your students see").click()
    visitor.looks_right()
    visitor.page.get_by_role("button", name="Show a student a record").click()
    visitor.looks_right()
    visitor.page.get_by_label("Child", exact=True).select_option(str(child.public_id))
    last_day(visitor, 9)
    visitor.page.get_by_role("button", name="Show them this record").click()
    assert visitor.here() == "children:students"
    visitor.looks_right()
    # Then the student reads it, and takes nothing away
    reading = person(user=student)
    reading.open(reverse("children:overview", args=[child.public_id]))
    reading.looks_right()
    assert reading.open(reverse("children:chronology_pdf", args=[child.public_id])).status == 403
    # And no longer once it is ended
    visitor.page.get_by_role("button", name="End now").click()
    assert visitor.page.get_by_text("They see no record yet.").is_visible()
    assert not sees(student, child)
