"""A review where nothing was new of a child on a board is on the board's list, whichever board that is (M6)."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from ceg.models import BoardEntry
from ceg.services.entry import entry_hand_over
from cems.accounts.models import User
from cems.base.time import now
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child
from cems.notices.models import Notice
from matrix.services.at_once import matrix_send
from matrix.services.paper_matrix import PaperGiven
from tests.factories.boards import cevt_decides, make_board_chair, put_on_board
from tests.factories.children import make_child, make_matter
from tests.factories.matrices import CONCERN, seen
from tests.factories.people import make_locality, make_user, sign_in
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


@pytest.mark.requirement("T2")
def test_a_matrix_entered_after_the_board_looked_is_shown_though_received_before(child: Child) -> None:
    """truth-f4: nobody on the board could have seen it."""
    desk, received = make_user("first_contact"), now() - timedelta(days=1, minutes=10)
    make_matter(child, MatterKind.REFERRAL)
    sent = matrix_send(
        desk,
        child=child,
        occasion="concern",
        answers={CONCERN: seen(received.date())},
        fields={"level": "2", "reasons": "As it says.", "difference": "The whole.", "informed": "yes"},
        paper=PaperGiven(
            "Robin Pretend", "nurse", "1 Invented Road", "post", received, agency_name="Academy"
        ),
    )
    board_chair = make_board_chair()
    assert sent.receipt == "before"
    assert sent.reference in shown(board_chair, BOARD)
    assert sent.reference in shown(board_chair, reverse("ceg:child", args=[child.public_id]))
