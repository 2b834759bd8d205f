"""A child on a CEG board: their reviews go to the board, whose work ends when CEVT agrees less (M6, T4, house-g)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import now
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child, Matter
from matrix.models import Submission
from tests.factories.matrices import submit
from tests.factories.people import make_locality, make_user, sign_in
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from tests.triage.cevt.pages import ADVISED, LIST, hidden, said, sheet
from triage.cevt.outcomes import CEG, Wish
from triage.cevt.services.decision import decision_make
from triage.cevt.services.item import item_raise
from triage.choices import CegReason
from triage.models import Decision, Item

pytestmark = pytest.mark.django_db
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
REACH_AFTER = timedelta(days=28)


@pytest.fixture
def on_the_board(chair: User, child: Child) -> Child:
    """CEVT agreed Significant yesterday, so the board of the child's locality has them."""
    yesterday = now() - timedelta(days=1)
    decision_make(chair, child=child, ruling=ruling(waiting_child(child, at=yesterday)), at=yesterday)
    return child


def board(child: Child) -> Matter:
    return Matter.objects.filter(child=child, kind=MatterKind.CEG).get()


def raised(child: Child) -> Item:
    """A worry comes up, so that CEVT looks at a child whom the board follows."""
    return item_raise(make_user(), child=child, why="Seen with older boys at night.")


def decided(chair: User, child: Child, level: RiskLevel, **kw: object) -> Decision:
    """CEVT decides about the child with the newest matrix before it."""
    newest = Submission.objects.filter(child=child).latest("pk")
    made = ruling(raised(child), level, seen=newest.public_id, **kw)
    return decision_make(chair, child=child, ruling=made)


def typed(client: Client, child: Child, level: RiskLevel, **more: object) -> dict[str, object]:
    """What the chair sends of the sheet's form."""
    fields = hidden(client.get(sheet(child)).content.decode())
    return {
        "step": "check",
        "key": fields["key"],
        "seen": fields["seen"],
        "level": str(level.value),
        "rationale": "Six quiet weeks.",
        **ADVISED,
        **more,
    }


@pytest.mark.requirement("M6")
def test_the_review_of_a_child_on_a_board_is_the_boards_and_a_worry_about_them_cevts(
    chair: User, on_the_board: Child
) -> None:
    client, board_chair = sign_in(chair), make_user("ceg_chair", locality=make_locality("east"))
    sent = submit(make_user(), on_the_board, MODERATE)
    assert not Item.objects.filter(submission=sent).exists()
    assert "Nobody waits for CEVT" in said(client, LIST)
    assert sent.reference in said(sign_in(board_chair), reverse("ceg:board"))
    raised(on_the_board)
    html = said(client, LIST)
    assert "Madeup" in html and "Nobody waits for CEVT" not in html
    assert 'id="decision"' in said(client, sheet(on_the_board))  # it opens, ready to be decided


@pytest.mark.requirement("M6", "A2")
@pytest.mark.parametrize("level", [LOW, NONE])
def test_the_board_has_done_when_the_level_falls_and_its_members_reach_ends_28_days_later(
    chair: User, on_the_board: Child, level: RiskLevel
) -> None:
    member = make_user("ceg_member", locality=make_locality("east"))
    page = reverse("children:overview", args=[on_the_board.public_id])
    item = raised(on_the_board)
    sitting(chair, *QUORATE)
    client = sign_in(chair)
    sent = typed(client, on_the_board, level)
    assert "The child leaves the CEG board" in client.post(sheet(on_the_board), sent).content.decode()
    assert board(on_the_board).closed_at is None  # said, and not done yet
    assert client.post(sheet(on_the_board), {**sent, "step": "decide"}).status_code == 302
    item.refresh_from_db()
    matter = board(on_the_board)
    assert matter.closed_at == item.closed_at and matter.until == matter.closed_at + REACH_AFTER
    with time_machine.travel(matter.until - timedelta(minutes=1), tick=False):
        assert sign_in(member).get(page).status_code == 200
    with time_machine.travel(matter.until + timedelta(minutes=1), tick=False):
        assert sign_in(member).get(page).status_code == 404
    # Sent again by an impatient finger it ends nothing a second time.
    client.post(sheet(on_the_board), {**sent, "step": "decide"})
    assert board(on_the_board).until == matter.until


@pytest.mark.requirement("M6", "T4")
def test_the_board_keeps_a_child_at_moderate_and_one_sent_there_at_low(
    chair: User, on_the_board: Child
) -> None:
    decided(chair, on_the_board, MODERATE)
    assert board(on_the_board).closed_at is None
    again = Wish(CEG, "Missing three times this month.", CegReason.MISSING)
    decided(chair, on_the_board, LOW, outcomes=[again])
    assert board(on_the_board).closed_at is None


@pytest.mark.requirement("M6", "T3")
def test_a_confirmation_at_low_takes_the_child_off_the_board_the_provisional_decision_put_them_on(
    chair: User, on_the_board: Child
) -> None:
    client = sign_in(make_chair())
    sitting(chair, *QUORATE)
    page = reverse("cevt:decision_confirm", args=[on_the_board.public_id])
    fields = hidden(client.get(page).content.decode())
    sent = {
        "key": fields["key"],
        "seen": fields["seen"],
        "level": str(LOW.value),
        "rationale": "Police: another child of the same name.",
        "agreed_with": "Detective sergeant, by phone at 09:10",
        **ADVISED,
    }
    assert "The child leaves the CEG board" in client.post(page, {**sent, "step": "check"}).content.decode()
    before = now()
    assert client.post(page, {**sent, "step": "decide"}).status_code == 302
    matter = board(on_the_board)
    assert matter.closed_at is not None and matter.closed_at >= before
