"""Two colleagues in one matrix at the same time: each sees what the other does, nobody loses a word (M6, C6)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from cems.accounts.models import User
from cems.base.time import today
from cems.children.models import Child
from matrix.models import Answer, Matrix
from matrix.services.contributors import contributor_add, contributor_end
from matrix.services.drafts import matrix_start
from tests.factories.children import involve, make_child
from tests.factories.instruments import GONE, NAMED_NOW, RENAMED, first_version_alone, second_version
from tests.factories.matrices import answer, seen
from tests.factories.people import make_user
from tests.journeys.browser import Visitor
from tests.journeys.conftest import Open

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("M6")]

FIRST, SECOND = "sexual-told", "sexual-unequal-relationship"


@dataclass
class Both:
    """A practitioner and a nurse with one matrix open, each at their own browser."""

    child: Child
    matrix: Matrix
    worker: Visitor
    nurse: Visitor

    def open(self, page: str) -> None:
        for visitor in (self.worker, self.nurse):
            visitor.open(f"/matrix/{self.matrix.public_id}/{page}")


@pytest.fixture
def both(window: Open, settings: Any) -> Both:
    """given a practitioner and a nurse who work with one child, and a matrix in progress."""
    settings.LIVE_SECONDS = 1
    child = make_child(given_name="Marnie", family_name="Madeup")
    people = [make_user("practitioner", name="Robin Pretend"), make_user("practitioner", name="Sam Invented")]
    for user, role in zip(people, ("social_worker", "health"), strict=True):
        involve(child, user, role)
    visitors = [at_browser(window, user) for user in people]
    return Both(child, matrix_start(people[0], child=child), *visitors)


def at_browser(window: Open, user: User) -> Visitor:
    visitor = window()
    visitor.is_signed_in(user)
    return visitor


def question(visitor: Visitor, code: str) -> Locator:
    return visitor.page.locator(f"[data-answer='{code}']")


def says_seen(visitor: Visitor, code: str, what: str) -> None:
    answer = question(visitor, code)
    answer.locator("label", has_text=re.compile("^Seen$")).click()
    answer.locator(f"#{code}-when").select_option("this_week")
    answer.locator(f"#{code}-what").fill(what)


def leaves_the_question(visitor: Visitor) -> None:
    visitor.page.evaluate("document.activeElement.blur()")


def is_saved(visitor: Visitor) -> None:
    # Not an earlier "Saved": one that is true of every answer on the page.
    visitor.page.wait_for_function("() => window.cems.answers().every((answer) => !answer.unsaved)")
    expect(visitor.page.locator("[data-saved]").first).to_contain_text(re.compile(r"Saved \d\d:\d\d"))


def people(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-live-people]")


@pytest.mark.requirement("C6")
def test_record_f1_two_colleagues_see_each_other_and_what_each_answers(both: Both) -> None:
    # when both open the same group
    both.open("groups/sexual/")
    worker, nurse = both.worker, both.nurse
    # then each sees that the other is there
    expect(people(worker)).to_contain_text("Sam Invented is on this page")
    expect(people(nurse)).to_contain_text("Robin Pretend is on this page")

    # when the practitioner types, then the nurse sees where
    question(worker, FIRST).locator("label", has_text=re.compile("^Seen$")).click()
    question(worker, FIRST).locator(f"#{FIRST}-what").press_sequentially("Told the school nurse")
    expect(people(nurse)).to_contain_text("Robin Pretend is typing in “")
    expect(question(nurse, FIRST)).to_contain_text("Robin Pretend is typing here")
    worker.looks_right()
    nurse.looks_right()

    # when it is saved, then it stands on the nurse's page too, with who and when
    leaves_the_question(worker)
    is_saved(worker)
    expect(nurse.page.locator(f"#{FIRST}-what")).to_have_value("Told the school nurse")
    expect(question(nurse, FIRST)).to_contain_text(re.compile(r"Robin Pretend answered this, \d\d:\d\d"))

    # and the nurse's other answer on the practitioner's
    says_seen(nurse, SECOND, "A man in a van waits at the gate.")
    leaves_the_question(nurse)
    is_saved(nurse)
    expect(worker.page.locator(f"#{SECOND}-what")).to_have_value("A man in a van waits at the gate.")
    expect(worker.page.locator("#profile")).to_contain_text(re.compile(r"Risk: contact or control\s+1"))
    expect(worker.page.locator("#answered-sexual")).to_contain_text("2 answered of")
    nurse.looks_right()

    # and saving the page as it now stands is no conflict
    worker.page.get_by_role("button", name="Save and back to the list").click()
    assert worker.here() == "matrix:tasks"
    assert Answer.objects.get(code=SECOND).what == "A man in a van waits at the gate."

    # when the nurse writes down the mother's words, then the practitioner reads them marked as hers
    both.open("views/")
    nurse.page.locator("#mother_views").fill("She wants her home by nine.")
    leaves_the_question(nurse)
    is_saved(nurse)
    expect(worker.page.get_by_label("The mother’s own words")).to_have_value("She wants her home by nine.")
    expect(question(worker, "mother_views")).to_contain_text("Sam Invented changed this")
    worker.looks_right()


def test_record_f1_the_list_of_groups_follows_what_a_colleague_answers(both: Both) -> None:
    # given the practitioner at the list, half way through saying why it is withdrawn
    both.worker.open(f"/matrix/{both.matrix.public_id}/")
    page = both.worker.page
    page.get_by_text("Withdraw this matrix").first.click()
    page.locator("#why").fill("Half a sent")
    # when the nurse answers
    both.nurse.open(f"/matrix/{both.matrix.public_id}/groups/sexual/")
    says_seen(both.nurse, FIRST, "Told the school nurse")
    leaves_the_question(both.nurse)
    is_saved(both.nurse)
    # then the list counts it, and what was being typed stays, with the cursor in it
    expect(page.locator("#matrix-groups")).to_contain_text(re.compile(r"Sexual exploitation\s+1 of"))
    expect(page.locator("#matrix-answered")).to_contain_text("1 of")
    expect(people(both.worker)).to_contain_text("on “Sexual exploitation”")
    assert page.locator("#why").input_value() == "Half a sent"
    assert page.evaluate("document.activeElement.id") == "why"
    both.worker.looks_right()


def test_record_f1_both_type_in_one_answer_and_the_loser_chooses(both: Both) -> None:
    # given both in the same question, the second with text that is not saved yet
    both.open("groups/sexual/")
    worker, nurse = both.worker, both.nurse
    nurse.page.route("**/answer/", lambda route: route.abort())
    says_seen(nurse, FIRST, "What the second heard.")
    # when the first saves
    says_seen(worker, FIRST, "What the first heard.")
    leaves_the_question(worker)
    is_saved(worker)
    # then the second keeps every letter, and is told
    expect(question(nurse, FIRST)).to_contain_text("You will see both when yours is saved.")
    assert nurse.page.locator(f"#{FIRST}-what").input_value() == "What the second heard."
    # when the second's save goes out, then both texts are in sight, and the second chooses
    nurse.page.unroute("**/answer/")
    nurse.page.locator(f"#{FIRST}-what").press("End")
    nurse.page.locator(f"#{FIRST}-what").type(" Yesterday.")
    conflict = question(nurse, FIRST).locator(".cems-conflict")
    expect(conflict).to_contain_text("What the first heard.", timeout=15_000)
    expect(conflict).to_contain_text("What the second heard.")
    nurse.said.clear()  # the refused saves are what this is about
    nurse.looks_right()
    conflict.locator("[data-keep=mine]").click()
    is_saved(nurse)
    # then the first sees the other's text where their own was, and whose it is
    expect(worker.page.locator(f"#{FIRST}-what")).to_have_value("What the second heard. Yesterday.")
    expect(question(worker, FIRST)).to_contain_text("Sam Invented answered this")
    assert Answer.objects.get(code=FIRST).what == "What the second heard. Yesterday."
    worker.looks_right()


def test_record_f1_a_connection_that_dies_in_the_middle_loses_nothing(both: Both) -> None:
    both.open("groups/sexual/")
    worker, nurse = both.worker, both.nurse
    expect(people(worker)).to_contain_text("Sam Invented")
    # when the practitioner's connection dies and they go on typing, while the nurse answers another question
    worker.context.set_offline(True)
    says_seen(worker, FIRST, "Typed in a lay-by without signal.")
    leaves_the_question(worker)
    expect(worker.page.locator("[data-saved]").first).to_contain_text("Not saved yet")
    says_seen(nurse, SECOND, "A man in a van waits at the gate.")
    leaves_the_question(nurse)
    is_saved(nurse)
    expect(worker.page.locator("[data-live-note]")).to_contain_text("Not connected", timeout=20_000)
    assert worker.page.locator(f"#{FIRST}-what").input_value() == "Typed in a lay-by without signal."
    # when it comes back, then what was typed is saved, and what the nurse answered is there
    worker.context.set_offline(False)
    is_saved(worker)
    expect(worker.page.locator(f"#{SECOND}-what")).to_have_value("A man in a van waits at the gate.")
    expect(nurse.page.locator(f"#{FIRST}-what")).to_have_value("Typed in a lay-by without signal.")
    expect(worker.page.locator("[data-live-note]")).to_be_empty()
    assert set(Answer.objects.values_list("code", "what")) == {
        (FIRST, "Typed in a lay-by without signal."),
        (SECOND, "A man in a van waits at the gate."),
    }
    worker.said.clear()  # the requests that failed are what this is about


def test_what_one_reads_stays_where_it_is_while_answers_arrive(both: Both) -> None:
    # given the nurse reading the last question of the page
    both.open("groups/sexual/")
    expect(people(both.worker)).to_contain_text("Sam Invented")
    expect(people(both.nurse)).to_contain_text("Robin Pretend")
    last = both.nurse.page.locator("[data-answer]").last
    last.scroll_into_view_if_needed()
    last.locator("input[type=radio]").first.focus()
    top = last.bounding_box()
    # when an answer above it opens with four fields more
    says_seen(
        both.worker,
        both.nurse.page.locator("[data-answer]").first.get_attribute("data-answer") or "",
        "Seen.",
    )
    leaves_the_question(both.worker)
    is_saved(both.worker)
    expect(both.nurse.page.locator("[data-answer]").first).to_contain_text("Robin Pretend answered this")
    # then the question they are in has not moved
    after = last.bounding_box()
    assert top is not None
    assert after is not None
    assert abs(after["y"] - top["y"]) < 2


def test_record_f6_somebody_taken_out_while_typing_is_told_and_keeps_the_text(
    both: Both, window: Open
) -> None:
    # given a colleague brought in, half way through a sentence
    helper = make_user("practitioner", name="Kim Fictitious")
    row = contributor_add(both.matrix.started_by, matrix=both.matrix, person=helper, may_bring_in=True)
    visitor = at_browser(window, helper)
    visitor.open(f"/matrix/{both.matrix.public_id}/groups/sexual/")
    visitor.page.route("**/answer/", lambda route: route.abort())
    says_seen(visitor, FIRST, "Half a sentence that")
    # when their part is ended
    contributor_end(both.matrix.started_by, contributor=row)
    # then the page says so plainly by itself, and the text stays
    expect(visitor.page.locator("[data-live-note]")).to_contain_text("You no longer fill in")
    assert visitor.page.locator(f"#{FIRST}-what").input_value() == "Half a sentence that"
    assert not Answer.objects.exists()


@pytest.fixture
def first_version(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with first_version_alone(tmp_path_factory.mktemp("first")):
        yield


@pytest.mark.requirement("M1")
def test_record_f2_a_draft_is_moved_to_newer_questions_under_a_colleagues_eyes(
    first_version: None, both: Both, tmp_path: Path, settings: Any
) -> None:
    # given an answer to a question that a newer version asks differently, and one it asks no longer
    worker, nurse, user = both.worker, both.nurse, both.matrix.started_by
    answer(user, both.matrix, RENAMED, seen(today(), "A man waits at the gate."))
    answer(user, both.matrix, GONE, seen(today(), "Shouting in the evenings."))
    both.open("groups/sexual/")
    expect(people(nurse)).to_contain_text("Robin Pretend is on this page")
    second_version(tmp_path, today())
    settings.MATRIX_INSTRUMENT_FOLDERS = [str(tmp_path)]

    # when the practitioner is told, and looks at what moving it would change
    worker.open(f"/matrix/{both.matrix.public_id}/")
    worker.looks_right()
    worker.page.get_by_role("link", name="See what moving it would change").click()
    expect(worker.page.locator("main")).to_contain_text("Shouting in the evenings.")
    worker.looks_right()
    assert Matrix.objects.get().instrument_version == 1

    # and confirms it
    worker.page.get_by_role("button", name="Move to the newer questions").click()
    expect(worker.page.locator("main")).to_contain_text("Every answer was kept.")
    worker.looks_right()

    # then the colleague is told on the page they have open, and goes on where the questions are now
    nurse.page.get_by_role("link", name="Go to the questions as they are now").click()
    nurse.page.get_by_role("link", name="Sexual exploitation").click()
    expect(nurse.page.locator(f"#{NAMED_NOW}-what")).to_have_value("A man waits at the gate.")
    nurse.looks_right()
