"""A sign that is usual for this child: asked for, kept, shown, and counted for nothing (M1, M2, M3)."""

import re

import pytest
from playwright.sync_api import expect

from matrix.models import Answer, Submission
from tests.factories.children import involve, make_child
from tests.journeys.browser import Visitor
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True)]

MOOD, LATE, GIFTS = "changes-mood", "online-late-night", "money-gifts"


def chooses(worker: Visitor, code: str, answer: str, what: str, *, when: str = "", managed: str = "") -> None:
    box = worker.page.locator(f"[data-answer='{code}']")
    box.locator("label", has_text=re.compile(f"^{answer}$")).click()
    if when:
        box.locator(f"#{code}-when").select_option(when)
    box.locator(f"#{code}-what").fill(what)
    if managed:
        box.locator(f"#{code}-managed").select_option(managed)
    box.locator(f"#{code}-what").blur()


def is_saved(worker: Visitor) -> None:
    worker.page.wait_for_function("() => window.cems.answers().every((answer) => !answer.unsaved)")
    expect(worker.page.locator("[data-saved]").first).to_contain_text(re.compile(r"Saved \d\d:\d\d"))


@pytest.mark.requirement("M1", "M2", "M3")
def test_what_is_usual_for_the_child_makes_no_level_and_a_hold_on_them_does(person: Person) -> None:
    # given a practitioner with a matrix of a child who has always been moody
    worker = person("practitioner")
    assert worker.user is not None
    child = make_child(given_name="Marnie", family_name="Madeup")
    involve(child, worker.user)
    page = worker.page
    worker.open(f"/children/{child.public_id}/matrix/")
    page.get_by_role("button", name=re.compile("Start")).click()
    tasks = page.url

    # when they say that the moods are usual, which asks for no day, and the late screens a change
    page.get_by_role("link", name="Changes in the child").click()
    mood = page.locator(f"[data-answer='{MOOD}']")
    expect(mood).to_contain_text("Is this a change for this child?")
    expect(mood).to_contain_text("Risk: warning sign")
    chooses(worker, MOOD, "Usual for this child", "Has been so since primary school.")
    expect(page.locator(f"#{MOOD}-when")).to_be_hidden()
    is_saved(worker)
    worker.looks_right()
    page.goto(f"{tasks}groups/online/")
    chooses(worker, LATE, "Yes, a change", "Online past two this week.", when="this_week", managed="partly")
    is_saved(worker)
    worker.looks_right()

    # then one sign alone suggests no level, and the usual one is named and counted for nothing
    page.goto(f"{tasks}judgement/")
    words = page.inner_text("main")
    assert "suggests None" in words
    assert "1 sign is usual for this child, and counted for nothing." in words
    page.get_by_text("How the suggestion is found").click()
    assert "2 or more warning signs within 6 months" in page.inner_text("main")
    worker.looks_right()

    # when somebody is found to give the child a phone and lifts
    page.goto(f"{tasks}groups/money/")
    expect(page.locator(f"[data-answer='{GIFTS}']")).to_contain_text("Risk: contact or control")
    chooses(worker, GIFTS, "Seen", "A man pays for the phone.", when="this_week", managed="not_yet")
    is_saved(worker)

    # then the suggestion is Moderate, told apart from harm that has happened
    page.goto(f"{tasks}judgement/")
    words = page.inner_text("main")
    assert "suggests Moderate" in words
    assert "No harm recorded as having happened" in words
    page.locator("#level-2").check(force=True)
    page.locator("[data-answer='reasons'] textarea").fill("Somebody has a hold on her.")
    page.locator("[data-answer='reasons'] textarea").blur()
    is_saved(worker)

    # and the plan page asks for strength and worry, and lists how each worry is managed
    page.goto(f"{tasks}plan/")
    assert "Not yet" in page.inner_text("main")
    page.locator("[data-answer='school_strength'] textarea").fill("A maths teacher she likes.")
    page.locator("[data-answer='plan_needs'] textarea").fill("Who gave the phone, and a way to say no.")
    page.locator("[data-answer='plan_needs'] textarea").blur()
    is_saved(worker)
    worker.looks_right()
    page.get_by_role("button", name="Save and continue").click()
    page.locator("[data-answer='informed'] label").first.click()
    is_saved(worker)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Save and continue").click()
    worker.looks_right()
    page.get_by_role("button", name=re.compile("Send")).click()

    # then the sent matrix shows all of it to its reader
    assert worker.here() == "matrix:submission"
    worker.looks_right()
    words = page.inner_text("main")
    for shown in (
        "Usual for this child",
        "Counted for nothing",
        "Managed now: not yet",
        "A maths teacher she likes.",
    ):
        assert shown in words
    assert Answer.objects.get(code=MOOD).seen_on is None
    assert Submission.objects.get(child=child).suggested == 2
