"""Records of two children who were joined by mistake are taken apart: each is on the board for themselves (G1, C1)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ceg.choices import Left
from ceg.derived import on_boards
from ceg.models import BoardEntry
from ceg.services.entry import entry_hand_over
from cems.accounts.models import Locality, User
from cems.base.time import now
from cems.children.choices import RiskLevel, StatusKind
from cems.children.identity.services.record import child_change
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.models import Child, Merge
from tests.factories.boards import cevt_decides, make_board_chair, put_on_board
from tests.factories.children import make_child
from tests.factories.people import make_locality, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G1", "C1")]
LOW, SIGNIFICANT = RiskLevel.LOW, RiskLevel.SIGNIFICANT


@pytest.fixture
def south() -> Locality:
    return make_locality("south")


@pytest.fixture
def officer() -> User:
    return make_user("first_contact")


def join(officer: User, primary: Child, other: Child) -> Merge:
    return merge_make(
        officer,
        primary=primary,
        other=other,
        why="One child",
        decisions={f"status-{StatusKind.CHILD_IN_NEED}": "primary"},
    )


def apart(officer: User, merge: Merge) -> None:
    merge_undo(officer, merge=merge, why="Two children after all")


def names(chair: User) -> str:
    return sign_in(chair).get(reverse("ceg:board")).content.decode()


def open_of(child: Child) -> BoardEntry | None:
    return BoardEntry.objects.select_related("locality", "outcome").filter(child=child, left_at=None).first()


def test_who_was_on_no_board_leaves_that_of_the_other_child(
    entry: BoardEntry, board_chair: User, child: Child, south: Locality, officer: User
) -> None:
    chair = make_board_chair(south)
    wrong = make_child(given_name="Ada", family_name="Example", locality=south)
    merge = join(officer, wrong, child)
    assert "Ada Example" in names(chair) and "Marnie Madeup" not in names(board_chair)

    apart(officer, merge)

    assert open_of(wrong) is None
    assert BoardEntry.objects.get(child=wrong).left_how == Left.APART
    assert "Ada Example" not in names(chair) and "Marnie Madeup" in names(board_chair)
    assert (back := open_of(child)) and back.outcome == entry.outcome
    assert on_boards() == []

    # A second mistake is undone as the first was
    apart(officer, join(officer, wrong, child))
    assert open_of(wrong) is None and open_of(child) is not None
    assert "Ada Example" not in names(chair) and on_boards() == []


def test_who_was_on_a_board_before_is_on_it_again_for_their_own_reasons(
    board_chair: User, child: Child, entry: BoardEntry, south: Locality, officer: User
) -> None:
    """The board of the other child took this one over, and went with the joined record to where it moved."""
    entry_hand_over(board_chair, entry=entry, locality=south, why="At school in South.")
    other = make_child(locality=entry.locality)
    of_other = put_on_board(other)
    merge = join(officer, child, other)
    north = make_locality("north")
    child.refresh_from_db()
    child_change(officer, child=child, version=child.version, values={"locality": north})
    assert (joined := open_of(child)) and joined.outcome == of_other.outcome

    apart(officer, merge)

    assert (back := open_of(child)) and (back.outcome, back.locality) == (entry.outcome, north)
    assert (of_other_again := open_of(other)) and of_other_again.outcome == of_other.outcome
    assert on_boards() == []


def test_whom_cevt_sent_to_the_board_meanwhile_stays_there_for_that(
    entry: BoardEntry, child: Child, south: Locality, officer: User
) -> None:
    wrong = make_child(locality=south)
    merge = join(officer, wrong, child)
    decision = cevt_decides(wrong, SIGNIFICANT)
    apart(officer, merge)
    assert (stays := open_of(wrong)) and stays.outcome and stays.outcome.decision == decision
    assert (back := open_of(child)) and back.outcome == entry.outcome


def test_the_time_on_a_board_that_ended_last_tells_whether_a_record_is_on_it_again(
    south: Locality, officer: User
) -> None:
    """Of the two records that are taken out together one came on a board later, and left it earlier."""
    start = now() - timedelta(days=9)
    followed, left, primary = (
        make_child(locality=south),
        make_child(locality=south),
        make_child(locality=south),
    )
    put_on_board(followed, at=start)
    put_on_board(left, at=start + timedelta(days=1))
    cevt_decides(left, LOW, at=start + timedelta(days=2))
    put_on_board(primary, at=start + timedelta(days=3))
    join(officer, followed, left)
    apart(officer, join(officer, primary, followed))
    assert open_of(followed) is not None
