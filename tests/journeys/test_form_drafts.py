"""Nothing typed in a form is lost: a time-out, a lost connection, another page, another tab (K2)."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from cems.accounts.models import User
from cems.base.models import FormDraft
from cems.children.identity.services.record import child_change
from cems.children.models import CaseNote, Child
from tests.factories.children import involve, make_child
from tests.factories.people import make_user, sign_in
from tests.factories.triage import QUORATE, make_chair, sitting, waiting_child
from tests.journeys.browser import PASSWORD, Visitor, set_up_second_factor
from tests.journeys.conftest import Open, Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("K2")]
WORDS = "She said that he waits for her at the bus station."


@pytest.fixture
def lead() -> User:
    return make_user("practitioner", password=PASSWORD)


@pytest.fixture
def child(lead: User) -> Child:
    child = make_child(given_name="Marnie", family_name="Madeup")
    involve(child, lead, "lead_practitioner")
    return child


@pytest.fixture
def visitor(person: Person, lead: User) -> Iterator[Visitor]:
    yield person(user=lead)


def note_of(child: Child) -> str:
    return reverse("children:note_new", args=[child.public_id])


def type_words(page: Page, words: str = WORDS, label: str = "What happened?") -> None:
    field = page.get_by_label(label, exact=True)
    field.click()
    field.press_sequentially(words[:3])
    field.fill(words)


def kept(page: Page) -> None:
    expect(page.get_by_text("not sent yet.").last).to_be_visible()


def sign_in_elsewhere(visitor: Visitor, user: User) -> None:
    """In another tab: a new session, and a new token for forms."""
    cookies = {"sessionid": sign_in(user).cookies["sessionid"].value, settings.CSRF_COOKIE_NAME: "b" * 32}
    visitor.context.add_cookies(
        [{"name": name, "value": value, "url": visitor.address} for name, value in cookies.items()]
    )


def test_a_note_outlives_the_end_of_the_sign_in_and_is_sent_from_the_same_page(
    visitor: Visitor, lead: User, child: Child
) -> None:
    page = visitor.page
    visitor.open(note_of(child))
    type_words(page)
    kept(page)
    visitor.looks_right()
    # When the sign-in ends in mid-sentence and the user presses Save
    Session.objects.all().delete()
    type_words(page, WORDS + " He is older.")
    expect(page.get_by_role("status").filter(has_text="you are signed out")).to_be_visible()
    page.get_by_label("Day").fill("1")
    page.get_by_label("Month").fill("6")
    page.get_by_label("Year").fill("2026")
    page.get_by_label("Time", exact=False).fill("14:30")
    page.get_by_role("button", name="Save this note").click()
    # Then nothing is sent, the page says why, and after signing in again it can be sent as it is
    expect(page.get_by_role("status").filter(has_text="you are signed out")).to_be_visible()
    assert visitor.here() == "children:note_new"
    sign_in_elsewhere(visitor, lead)
    page.get_by_role("button", name="Save this note").click()
    expect(page.get_by_text("He is older.")).to_be_visible()
    assert CaseNote.objects.get(child=child).text == WORDS + " He is older."
    visitor.open(note_of(child))
    assert page.get_by_label("What happened?", exact=True).input_value() == ""


def test_who_signs_in_again_is_led_to_what_they_typed_and_goes_on(
    window: Open, lead: User, child: Child
) -> None:
    set_up_second_factor(lead)
    first = window()
    first.is_signed_in(lead)
    first.open(note_of(child))
    type_words(first.page)
    kept(first.page)
    first.page.close()
    # on another machine
    visitor = window()
    visitor.sign_in(lead)
    page = visitor.page
    page.get_by_role("link", name="See what is not sent").first.click()
    assert visitor.here() == "form_drafts:unsent"
    expect(page.get_by_role("main")).to_contain_text("Marnie Madeup")
    visitor.looks_right()
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page.get_by_role("group", name="What you typed before")).to_be_visible()
    assert page.get_by_label("What happened?", exact=True).input_value() == WORDS
    visitor.looks_right()
    # and what is not wanted any more is thrown away
    page.get_by_role("button", name="Throw it away and start afresh").click()
    expect(page.get_by_text("What you typed is thrown away.")).to_be_visible()
    assert page.get_by_label("What happened?", exact=True).input_value() == ""
    visitor.open(note_of(child))
    assert page.get_by_role("group", name="What you typed before").count() == 0


def test_a_lost_connection_loses_nothing(visitor: Visitor, child: Child) -> None:
    page = visitor.page
    visitor.open(note_of(child))
    visitor.context.set_offline(True)
    type_words(page)
    expect(page.get_by_role("status").filter(has_text="you are offline")).to_be_visible()
    page.get_by_role("button", name="Save this note").click()  # nothing is sent into nowhere
    assert visitor.here() == "children:note_new"
    visitor.context.set_offline(False)
    kept(page)
    visitor.said.clear()  # the browser's own words about the lost connection
    visitor.open(note_of(child))
    assert page.get_by_label("What happened?", exact=True).input_value() == WORDS


def test_two_tabs_of_one_form_keep_both_texts(visitor: Visitor, child: Child) -> None:
    page, other = visitor.page, visitor.context.new_page()
    visitor.open(note_of(child))
    other.goto(f"{visitor.address}{note_of(child)}")
    type_words(page, "Of the first tab.")
    kept(page)
    type_words(other, "Of the second tab.")
    kept(other)
    visitor.open(note_of(child))
    field = page.get_by_label("What happened?", exact=True)
    assert field.input_value() == "Of the second tab."
    page.get_by_role("button", name="in another tab").click()
    assert field.input_value() == "Of the first tab."


def test_a_field_that_a_colleague_changed_meanwhile_is_left_and_shown_beside(
    visitor: Visitor, lead: User, child: Child
) -> None:
    page = visitor.page
    address = reverse("children:identity_change", args=[child.public_id])
    visitor.open(address)
    first = page.get_by_label("Given names", exact=True)
    first.fill("Marnia")
    page.get_by_label("Family name", exact=True).fill("Made-Up")
    kept(page)
    child.refresh_from_db()
    child_change(
        make_user("first_contact"), child=child, version=child.version, values={"given_name": "Marney"}
    )
    visitor.open(address)
    assert first.input_value() == "Marney"
    assert page.get_by_label("Family name", exact=True).input_value() == "Made-Up"
    box = page.get_by_role("group", name="What you typed before")
    expect(box).to_contain_text("Given names")
    expect(box).to_contain_text("Marnia")
    visitor.looks_right()
    box.get_by_role("button", name="Use what I typed").click()
    assert first.input_value() == "Marnia"


@pytest.mark.requirement("T3")
def test_half_a_decision_is_there_again_after_j_the_table_and_another_child(window: Open) -> None:
    chair = make_chair()
    first = make_child(given_name="Marnie", family_name="Madeup")
    second = make_child(given_name="Robin", family_name="Pretend")
    waiting_child(first)
    waiting_child(second)
    meeting = sitting(chair, *QUORATE)
    visitor = window()
    visitor.is_signed_in(chair)
    page = visitor.page
    sheet = reverse("cevt:sheet", args=[first.public_id])
    rationale = page.locator("#decision textarea[name=rationale]")
    visitor.open(sheet)
    rationale.fill("The table sees a debt.")
    page.locator("#decision input[name=level][value='3']").check()
    page.locator("body").press("Escape")
    page.locator("h1").first.click()
    page.keyboard.press("j")  # before the pause after which it is saved
    page.wait_for_url(f"**{reverse('cevt:sheet', args=[second.public_id])}")
    expect(rationale).to_have_value("")
    page.keyboard.press("k")
    page.wait_for_url(f"**{sheet}")
    expect(rationale).to_have_value("The table sees a debt.")
    assert page.locator("#decision input[name=level][value='3']").is_checked()
    visitor.open(reverse("cevt:attendance", args=[meeting.public_id]))
    visitor.open(sheet)
    expect(rationale).to_have_value("The table sees a debt.")
    visitor.looks_right()
    assert FormDraft.objects.filter(user=chair, sent_at=None).count() == 1
