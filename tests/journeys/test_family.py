"""A mother who must not be told: written down on a phone, by keyboard alone, and read before the next call (C7)."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.children.models import Relationship
from tests.factories.children import involve, make_child, make_relationship
from tests.factories.people import make_team, make_user
from tests.journeys.browser import NARROW, PASSWORD, Visitor
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("C7")]


def reach(visitor: Visitor, selector: str, most: int = 120) -> None:
    """Tab until this has the focus."""
    for _ in range(most):
        if visitor.page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
        visitor.page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {selector}")


def type_into(visitor: Visitor, name: str, text: str) -> None:
    reach(visitor, f"[name='{name}']")
    visitor.page.keyboard.type(text)


def choose(visitor: Visitor, name: str, value: str) -> None:
    """A radio by arrow keys, as the browser gives the group one tab stop."""
    reach(visitor, f"[name='{name}']")
    for _ in range(20):
        chosen = visitor.page.evaluate("document.activeElement.value")
        if chosen == value:
            visitor.page.keyboard.press("Space")
            return
        visitor.page.keyboard.press("ArrowDown")
    pytest.fail(f"the arrow keys do not reach {value} of {name}")


def test_a_mother_who_must_not_be_told_is_added_by_keyboard(person: Person) -> None:
    # Given a social worker who works with a child of whom nobody is recorded yet
    worker, child = make_user("practitioner", team=make_team(), password=PASSWORD), make_child()
    involve(child, worker)
    visitor = person(user=worker)
    visitor.open(reverse("children:family", args=[child.public_id]))
    assert visitor.page.get_by_text("Nobody is recorded yet").is_visible()
    visitor.looks_right()
    visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    # When they add the mother on a phone's width, by keyboard, and forget to say why
    reach(visitor, "a[href$='/family/new/']")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/family/new/")
    visitor.looks_right()
    visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    visitor.page.locator("h1").click()
    type_into(visitor, "name", "Dana Example")
    choose(visitor, "relation", "parent")
    type_into(visitor, "must_not_be_told", "That the child spoke with us")
    type_into(visitor, "phone", "01632 960123")
    choose(visitor, "safe_to_ring", "no")
    choose(visitor, "parental_responsibility", "yes")
    choose(visitor, "named_by", "child")
    reach(visitor, "main button[type=submit], main input[type=submit]")
    visitor.page.keyboard.press("Enter")
    # Then the error names the field, and the words are still there
    expect(visitor.page.get_by_text("Say why they must not be told.")).to_have_count(2)
    assert visitor.page.locator("[name=must_not_be_told]").input_value() == "That the child spoke with us"
    visitor.looks_right()
    visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    visitor.page.locator("h1").click()
    type_into(visitor, "must_not_why", "Her partner reads her telephone")
    reach(visitor, "main button[type=submit], main input[type=submit]")
    visitor.page.keyboard.press("Enter")
    # And she stands on the page, in red and in words
    visitor.page.wait_for_url("**/family/")
    warning = visitor.page.locator(".cems-do-not-tell", has_text="That the child spoke with us")
    assert warning.is_visible() and "Must not be told:" in warning.inner_text()
    visitor.looks_right()
    # And whoever asks whether the parents know reads it first
    visitor.open(reverse("matrix:for_child", args=[child.public_id]))
    assert Relationship.objects.get().must_not_why == "Her partner reads her telephone"


def test_a_brothers_record_is_linked_looked_at_and_parted(person: Person) -> None:
    # Given a worker of two brothers, one of whom names the other
    worker, child, brother = (
        make_user("practitioner", team=make_team(), password=PASSWORD),
        *(make_child() for _ in range(2)),
    )
    for sibling in (child, brother):
        involve(sibling, worker)
    row = make_relationship(child, name=brother.full_name, date_of_birth=brother.date_of_birth)
    visitor = person(user=worker)
    visitor.open(reverse("children:family", args=[child.public_id]))
    # When they look for his record and compare the two
    visitor.page.get_by_role("link", name="Has a record of their own").click()
    visitor.looks_right()
    visitor.page.locator("main").get_by_role("link", name=brother.name).click()
    visitor.looks_right()
    visitor.page.get_by_label("How do you know").fill("Same mother, same address")
    visitor.page.get_by_role("button", name="Link this record").click()
    # Then each stands on the other's page
    visitor.looks_right()
    visitor.page.locator("main").get_by_role("link", name=brother.name, exact=True).click()
    expect(visitor.page.get_by_text("On the records of other children")).to_be_visible()
    assert visitor.here() == "children:family"
    visitor.looks_right()
    # When it was another child of that name
    visitor.page.locator("main").get_by_role("link", name=child.name, exact=True).click()
    visitor.page.get_by_role("link", name="Not the same person").click()
    visitor.looks_right()
    visitor.page.get_by_label("Why?").fill("Another child of that name")
    visitor.page.get_by_role("button", name="Part the two").click()
    expect(visitor.page.get_by_text("no longer linked with the record")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Not the same person")).to_have_count(0)
    # And one who goes away is ended, with the reason
    visitor.page.get_by_role("link", name=re.compile(f"^Change.*{row.name}")).click()
    visitor.looks_right()
    visitor.page.go_back()
    visitor.page.get_by_role("link", name=re.compile(f"^End.*{row.name}")).click()
    visitor.looks_right()
    visitor.page.get_by_label("Why?").fill("Entered twice")
    visitor.page.get_by_role("button", name="End this").click()
    visitor.page.get_by_text("Earlier: 1").click()
    expect(visitor.page.get_by_text("Entered twice")).to_be_visible()
    visitor.looks_right()
