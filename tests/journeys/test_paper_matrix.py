"""A matrix that came by post: a desk enters it for its author, and its clock runs from the day it came (T2)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.base.time import local, now
from cems.children.choices import MatterKind
from cems.clocks.models import Clock
from matrix.models import Submission
from tests.factories.children import make_child, make_matter
from tests.factories.people import make_user
from tests.journeys.conftest import Open, Person
from tests.journeys.test_cevt import signed_in
from tests.journeys.test_first_matrix import QUESTION, WORDS, is_saved, says_seen_today

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("T2", "M7")]


def test_a_matrix_on_paper_is_entered_for_its_author(person: Person, window: Open) -> None:
    # given First Contact with a matrix in the post about a child who was referred, and a chair of CEVT
    child = make_child(given_name="Marnie", family_name="Madeup")
    make_matter(child, MatterKind.REFERRAL)
    desk = person("first_contact")
    page, came = desk.page, local(now() - timedelta(days=1))

    # when the desk says who made it and when it came, and writes a day to come first
    desk.open(reverse("matrix:for_child", args=[child.public_id]))
    page.get_by_role("link", name="Enter a matrix that came by mail or on paper").click()
    desk.looks_right()
    page.get_by_label("Who made it?").fill("Robin Pretend")
    page.get_by_label("Their role").fill("School nurse")
    page.get_by_label("Another agency: its name").fill("An invented surgery")
    page.get_by_label("How else to reach them").fill("1 Invented Road")
    page.locator("input[name=came_by]").first.check()
    for part, value in enumerate((came.day, came.month, came.year + 1)):
        page.locator(f"input[name=received_on_{part}]").fill(str(value))
    page.locator("input[name=received_time]").fill("09:30")
    page.locator("select[name=occasion]").select_option(index=1)
    page.get_by_role("button", name="Go on to the answers").click()
    expect(page.locator("main")).to_contain_text("This is still to come. Write when it was received.")
    desk.looks_right()
    page.locator("input[name=received_on_2]").fill(str(came.year))
    page.get_by_role("button", name="Go on to the answers").click()
    desk.looks_right()
    tasks = page.url

    # and enters the answers as they stand on the paper
    page.get_by_role("link", name="Sexual exploitation").click()
    says_seen_today(desk, QUESTION, WORDS)
    is_saved(desk)
    page.goto(f"{tasks}views/")
    page.locator("[data-answer='child_views'] textarea").fill("Wants it to stop.")
    page.locator("[data-answer='informed'] label").first.click()
    is_saved(desk)
    page.goto(f"{tasks}judgement/")
    page.locator("#level-3").check(force=True)
    page.locator("[data-answer='reasons'] textarea").fill("A disclosure of harm.")
    page.locator("[data-answer='reasons'] textarea").blur()
    is_saved(desk)
    page.get_by_role("button", name="Save and continue").click()
    desk.looks_right()
    page.get_by_role("button", name=re.compile("Send")).click()

    # then the page says who made it and when it came, apart from who entered it
    assert desk.here() == "matrix:submission"
    desk.looks_right()
    main = page.locator("main")
    expect(main).to_contain_text("Robin Pretend")
    expect(main).to_contain_text(f"{came:%-d %B %Y}")
    submission = Submission.objects.get(child=child)
    assert local(submission.received_at).date() == came.date() < local(submission.recorded_at).date()
    assert desk.user is not None and str(desk.user) in page.inner_text("main")

    # and its clock at CEVT counts from the day it came
    clock = Clock.objects.get(kind="triage.receipt")
    assert local(clock.started_at).date() == came.date()
    reader = signed_in(window, make_user("cevt_chair"))
    reader.open(reverse("cevt:list"))
    expect(reader.page.locator("main")).to_contain_text("Madeup")
