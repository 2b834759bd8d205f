"""The journey the system stands for: from "I am worried" to promises with names and times (C1, M1 to M6, T2)."""

import re

import pytest
from playwright.sync_api import expect

from cems.base.time import now
from cems.children.models import Child
from cems.clocks.models import Clock
from matrix.models import Answer, Submission
from tests.factories.children import involve, make_child
from tests.factories.people import make_user, sign_in
from tests.journeys.browser import Visitor
from tests.journeys.conftest import Open, Person

pytestmark = [pytest.mark.django_db(transaction=True)]

QUESTION = "sexual-told"  # a sign of harm that has happened
WORDS = "Told the school nurse that an older man makes them meet his friends."


def given_a_worker_and_their_child(person: Person) -> tuple[Visitor, Child]:
    """A practitioner at the browser, and a child they work with."""
    worker = person("practitioner")
    assert worker.user is not None
    child = make_child(given_name="Marnie", family_name="Madeup")
    involve(child, worker.user)
    return worker, child


def finds_the_child(worker: Visitor, words: str) -> None:
    worker.page.get_by_role("searchbox").or_(worker.page.locator("#cems-search")).first.fill(words)
    worker.page.get_by_role("button", name="Search").click()


def says_seen_today(worker: Visitor, code: str, what: str) -> None:
    answer = worker.page.locator(f"[data-answer='{code}']")
    answer.locator("label", has_text=re.compile("^Seen$")).click()
    answer.locator(f"#{code}-when").select_option("this_week")
    answer.locator(f"#{code}-what").fill(what)
    answer.locator(f"#{code}-source").fill("School nurse")
    answer.locator(f"#{code}-source").blur()


def is_saved(worker: Visitor) -> None:
    # Not an earlier "Saved": one that is true of every answer on the page.
    worker.page.wait_for_function("() => window.cems.answers().every((answer) => !answer.unsaved)")
    expect(worker.page.locator("[data-saved]").first).to_contain_text(re.compile(r"Saved \d\d:\d\d"))


@pytest.mark.requirement("C1", "C4", "C6", "M1", "M2", "M3", "M5", "M6", "T2", "K1")
def test_a_practitioner_sends_a_matrix_and_sees_what_follows(person: Person) -> None:
    # given a practitioner who works with a child
    worker, child = given_a_worker_and_their_child(person)
    page = worker.page

    # when they look for the child by a name spelled wrong
    finds_the_child(worker, "Marny Maddeup")
    worker.looks_right()
    page.get_by_role("link", name="Marnie Madeup").first.click()
    worker.looks_right()

    # and start a matrix
    page.get_by_role("navigation").get_by_role("link", name="Matrix", exact=True).click()
    worker.looks_right()
    page.get_by_role("button", name=re.compile("Start")).click()
    worker.looks_right()
    tasks = page.url

    # and say what was seen, which is saved while they type
    page.get_by_role("link", name="Sexual exploitation").click()
    says_seen_today(worker, QUESTION, WORDS)
    is_saved(worker)
    worker.looks_right()
    assert Answer.objects.get(code=QUESTION).what == WORDS

    # and leave without pressing anything, and come back from their own page
    worker.open("/")
    worker.looks_right()
    page.get_by_role("button", name=re.compile("^Continue.*matrix", re.IGNORECASE)).click()
    assert page.url == tasks
    page.get_by_role("link", name="Sexual exploitation").click()
    assert page.locator(f"#{QUESTION}-what").input_value() == WORDS

    # and write down what the child says, and that the parents know
    page.goto(f"{tasks}views/")
    page.locator("[data-answer='child_views'] textarea").fill(
        "I want it to stop. I don't want my mum told how."
    )
    page.locator("[data-answer='informed'] label").first.click()
    is_saved(worker)
    worker.looks_right()

    # and judge the level that the evidence suggests, seeing why it does
    page.goto(f"{tasks}judgement/")
    assert "suggests Significant" in page.inner_text("main")
    page.locator("#level-3").check(force=True)
    page.locator("[data-answer='reasons'] textarea").fill("A disclosure of harm this week.")
    page.locator("[data-answer='reasons'] textarea").blur()
    is_saved(worker)
    worker.looks_right()
    page.get_by_role("button", name="Save and continue").click()

    # and check the answers and send
    worker.looks_right()
    sent_at = now()
    page.get_by_role("button", name=re.compile("Send")).click()

    # then they see what happens now: who has it, and by when
    assert worker.here() == "matrix:submission"
    worker.looks_right()
    text = page.inner_text("main")
    submission = Submission.objects.get(child=child)
    assert submission.reference in text
    assert submission.received_at >= sent_at
    for words in ("First Contact", "safety plan", "Strategy meeting", "Phone"):
        assert words.lower() in text.lower()
    clock = Clock.objects.get(kind="triage.receipt")
    assert "2 working days" in clock.explanation
    assert clock.child == child.public_id

    # and sending again from the page they had before changes nothing
    page.go_back()
    assert Submission.objects.count() == 1


@pytest.mark.requirement("M6")
def test_floor_f4_what_was_typed_outlives_a_sign_in_that_timed_out(person: Person, window: Open) -> None:
    # given somebody half way through an answer
    worker, child = given_a_worker_and_their_child(person)
    page = worker.page
    worker.open(f"/children/{child.public_id}/matrix/")
    page.get_by_role("button", name=re.compile("Start")).click()
    page.get_by_role("link", name="Sexual exploitation").click()

    # when their sign-in ends and they go on typing
    cookies = [cooky for cooky in worker.context.cookies() if cooky["name"] != "sessionid"]
    worker.context.clear_cookies()
    worker.context.add_cookies(cookies)  # type: ignore[arg-type]
    says_seen_today(worker, QUESTION, WORDS)

    # then the page says that it is not saved, and the text stays
    expect(page.locator("[data-saved]").first).to_contain_text("Not saved")
    assert page.locator(f"#{QUESTION}-what").input_value() == WORDS
    assert not Answer.objects.exists()

    # when they sign in again in another tab
    assert worker.user is not None
    again = sign_in(worker.user).cookies["sessionid"].value
    worker.context.add_cookies([{"name": "sessionid", "value": again, "url": worker.address}])
    page.locator(f"#{QUESTION}-what").press("End")
    page.locator(f"#{QUESTION}-what").type(" Today.")
    page.locator(f"#{QUESTION}-what").blur()

    # then it is saved, whole
    is_saved(worker)
    assert Answer.objects.get(code=QUESTION).what == f"{WORDS} Today."
    worker.said.clear()  # the refusals on the way are what this is about


@pytest.mark.requirement("A2", "C1")
def test_a_stranger_learns_nothing_and_is_sent_to_first_contact(person: Person, window: Open) -> None:
    # given a child somebody else works with
    child = make_child(given_name="Marnie", family_name="Madeup")
    involve(child, make_user("practitioner"))
    # when another practitioner asks by name and birth date, and by address
    stranger = person("practitioner")
    finds_the_child(stranger, f"Marnie Madeup {child.date_of_birth:%d/%m/%Y}")
    # then they are sent to First Contact and told no more
    assert "First Contact" in stranger.page.inner_text("main")
    assert child.reference not in stranger.page.content()
    stranger.looks_right()
    assert stranger.open(f"/children/{child.public_id}/").status == 404
    stranger.looks_right()
