"""A review where nothing was new of a child on a board is on the board's list, whichever board that is (M6)."""

from html import unescape

import pytest
from django.urls import reverse

from ceg.models import BoardEntry
from ceg.services.entry import entry_hand_over
from cems.accounts.models import User
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.notices.models import Notice
from tests.factories.boards import cevt_decides, make_board_chair, put_on_board
from tests.factories.children import make_child
from tests.factories.people import make_locality, sign_in
from tests.factories.short_reviews import make_lead, review_of_nothing_new
from tests.factories.triage import make_chair

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M6", "G1")]
BOARD = reverse("ceg:board")
TO_NOTE = reverse("cevt:reviews")


def shown(user: User, url: str) -> str:
    answer = sign_in(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


@pytest.fixture
def child() -> Child:
    child = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
    put_on_board(child)
    return child


def test_it_is_on_the_board_s_list_and_its_chair_is_told(child: Child) -> None:
    board_chair, lead = make_board_chair(), make_lead(child)
    row = review_of_nothing_new(child, by=lead)
    assert child.name not in shown(make_chair(), TO_NOTE)
    assert row.reference in shown(board_chair, BOARD)
    assert row.reference in shown(board_chair, reverse("ceg:child", args=[child.public_id]))
    assert Notice.objects.filter(user=board_chair, text__contains=row.reference).exists()
    sent = reverse("matrix:short_review_sent", args=[child.public_id, row.public_id])
    assert "Waits for the board of" in shown(lead, sent)


def test_it_goes_with_the_child_to_another_board(child: Child) -> None:
    row = review_of_nothing_new(child, by=make_lead(child))
    north, before = make_locality("north"), make_board_chair()
    entry = BoardEntry.objects.get(child=child, left_at__isnull=True)
    entry_hand_over(before, entry=entry, locality=north, why="They moved.")
    assert row.reference in shown(make_board_chair(north), BOARD)
    assert row.reference not in shown(before, BOARD)
    later = review_of_nothing_new(child, by=make_lead(child))
    assert later.reference in shown(make_board_chair(north), BOARD)


def test_a_level_that_takes_the_child_off_the_board_answers_it(child: Child) -> None:
    row = review_of_nothing_new(child, by=make_lead(child))
    cevt_decides(child, RiskLevel.LOW)
    assert row.reference not in shown(make_board_chair(), BOARD)
    assert child.name not in shown(make_chair(), TO_NOTE)
