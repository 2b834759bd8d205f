"""A CEG chair's morning: the board, a child stepped out, another who stays, a new matrix on the list (G1, G2, M6)."""

import pytest
from django.urls import reverse

from ceg.models import BoardEntry, BoardReview
from cems.base.time import now
from cems.children.choices import RiskLevel
from tests.factories.allocation import has_worker, make_manager, make_worker
from tests.factories.boards import make_board_chair, month_on, put_on_board
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_locality, make_user
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("G1", "G2")]


def test_a_board_steps_one_child_out_whose_lead_reads_the_note_and_keeps_another(person: Person) -> None:
    # Given two children on East's board, one with a worker from ERASE, and their lead practitioner
    east = make_locality("east")
    chair = make_board_chair(east, password=PASSWORD, name="Priya Example")
    lead = make_user(password=PASSWORD, name="Lee Example")
    leaves = make_child(given_name="Marnie", family_name="Madeup", locality=east)
    stays = make_child(given_name="Otto", family_name="Otherwise", locality=east)
    for child in (leaves, stays):
        put_on_board(child)
        involve(child, lead, "lead_practitioner")
    has_worker(leaves, make_worker(name="Robin Example"), by=make_manager())
    # When the chair opens the board from the first page
    morning = person(user=chair)
    morning.open(reverse("home"))
    morning.looks_right()
    morning.page.get_by_role("button", name="Open the CEG board").click()
    assert morning.page.get_by_role("heading", name="CEG board of East").is_visible()
    morning.looks_right()
    # And one of the children, and writes what the board agreed, the note forgotten
    morning.page.get_by_role("link", name="Marnie Madeup").click()
    morning.looks_right()
    morning.page.get_by_role("button", name="Record what the board agreed").click()
    morning.looks_right()
    morning.page.get_by_label("Moderate (medium)").check()
    morning.page.get_by_label("Why this level").fill("No contact with the older friends for six weeks.")
    morning.page.get_by_label("The child is stepped out").check()
    morning.page.get_by_role("button", name="See what this does").click()
    assert morning.page.get_by_role("link", name="Write to the lead practitioner").is_visible()
    morning.looks_right()
    morning.page.get_by_label("Note to the lead practitioner").fill("Weekly visits go on until the summer.")
    morning.page.get_by_role("button", name="See what this does").click()
    # Then what it does is shown, and nothing is done yet
    assert morning.page.get_by_text("The child leaves the board of East").is_visible()
    assert morning.page.get_by_text("Robin Example has the child. ERASE ends the allocation").is_visible()
    assert morning.page.get_by_text("Lee Example, lead practitioner").is_visible()
    morning.looks_right()
    assert not BoardReview.objects.exists()
    morning.page.get_by_role("button", name="Step the child out").click()
    assert morning.page.get_by_text("Marnie Madeup is stepped out; the note is sent.").is_visible()
    assert morning.page.get_by_role("link", name="Otto Otherwise").is_visible()
    assert morning.page.get_by_role("link", name="Marnie Madeup").count() == 0
    # And the lead practitioner reads it on the child's page
    reader = person(user=lead)
    reader.open(reverse("children:overview", args=[leaves.public_id]))
    assert reader.page.get_by_text("Weekly visits go on until the summer.").first.is_visible()
    reader.looks_right()
    # When the board keeps the other child until a day
    day = month_on(now())
    morning.page.get_by_role("link", name="Otto Otherwise").click()
    morning.page.get_by_role("button", name="Record what the board agreed").click()
    morning.page.get_by_label("Significant (high)").check()
    morning.page.get_by_label("Why this level").fill("The same car is seen at night.")
    morning.page.get_by_label("The child stays on the board").check()
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        morning.page.get_by_label(label, exact=True).fill(str(value))
    morning.page.get_by_role("button", name="See what this does").click()
    morning.page.get_by_role("button", name="Record it").click()
    assert morning.page.get_by_text(f"Otto Otherwise stays on the board until {day:%-d %B %Y}").is_visible()
    assert BoardEntry.objects.get(child=stays).left_at is None
    # And a review of the matrix comes in
    sent = submit(lead, stays, RiskLevel.SIGNIFICANT)
    # Then it is on the chair's list
    morning.open(reverse("home"))
    morning.page.get_by_role("button", name="1 child on the board has a new matrix").click()
    assert morning.page.get_by_text(sent.reference).first.is_visible()
    morning.looks_right()
    morning.open(reverse("ceg:hand_over", args=[stays.public_id]))
    morning.looks_right()
