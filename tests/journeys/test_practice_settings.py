"""The partnership decides; an administrator writes it down: form, check, saved, taken back (K1)."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.policy.models import SettingValue
from tests.factories.people import make_agency, make_user
from tests.factories.policies import decide_policy
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person
from triage.policy import GATHERING_DAYS, WORKER_CAPACITY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("K1")]


def test_a_setting_is_changed_from_a_day_to_come_and_taken_back(person: Person) -> None:
    # Given an administrator, and a setting decided long ago
    make_agency()
    decide_policy(WORKER_CAPACITY, 8)
    visitor = person(user=make_user("administrator", password=PASSWORD))
    page = visitor.page
    visitor.open(reverse("people:users"))
    page.get_by_role("link", name="Practice settings").click()
    expect(page.get_by_text("8 children")).to_be_visible()
    visitor.looks_right()
    # When they open one and change it, after a mistake
    page.get_by_role("link", name=f"Open {GATHERING_DAYS.title.lower()}").click()
    visitor.looks_right()
    page.get_by_role("button", name="Change it").click()
    visitor.looks_right()
    page.get_by_label(GATHERING_DAYS.title).fill("200")
    page.get_by_label("From the start of a later day").check()
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_text("Write a number from 0 to 10.").count() == 2
    visitor.looks_right()
    page.get_by_label(GATHERING_DAYS.title).fill("2")
    for label, value in (("Day", "4"), ("Month", "1"), ("Year", "2099")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Why, and who decided it").fill("The Executive, on 4 March")
    page.get_by_role("button", name="Continue").click()
    # Then they see what it will do before it is done
    assert page.get_by_text("Sun 4 Jan 2099 00:00").is_visible() and not SettingValue.objects.filter(
        key=GATHERING_DAYS.key
    )
    visitor.looks_right()
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_text("the new value holds from Sun 4 Jan 2099 00:00")).to_be_visible()
    visitor.looks_right()
    # When the Executive thinks better of it
    page.get_by_role("button", name="Take this change back").click()
    # Then it will not begin, and the history keeps both
    expect(page.get_by_text("is taken back and will not begin")).to_be_visible()
    expect(page.get_by_text("The Executive, on 4 March")).to_be_visible()
    visitor.looks_right()


def test_two_administrators_at_once(person: Person) -> None:
    # Given a form that is open
    visitor = person(user=make_user("administrator", password=PASSWORD))
    page = visitor.page
    visitor.open(reverse("practice_settings:change", args=[GATHERING_DAYS.key]))
    page.get_by_label(GATHERING_DAYS.title).fill("3")
    page.get_by_label("Why, and who decided it").fill("As the nurses asked")
    # When a colleague changes the setting meanwhile
    decide_policy(GATHERING_DAYS, 2, number=1)
    page.get_by_role("button", name="Continue").click()
    # Then both values stand there, and one's own words are still in the form
    expect(page.get_by_text("was quicker")).to_be_visible()
    expect(page.get_by_text("You wrote 3")).to_be_visible()
    assert page.get_by_label("Why, and who decided it").input_value() == "As the nurses asked"
    visitor.looks_right()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check the change")).to_be_visible()
