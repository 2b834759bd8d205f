"""A child comes on a board, the board goes with the child, the child leaves (G1, M6, T4, truth-f3)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ceg.choices import Left
from ceg.derived import on_boards
from ceg.models import BoardEntry
from ceg.services.entry import entry_hand_over
from ceg.tasks import follow_chairs
from cems.accounts.models import Authority, Locality, User
from cems.accounts.services.appointment import appointment_start
from cems.accounts.services.person import user_end
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.months import add_months
from cems.base.time import local_date, now
from cems.children.choices import RiskLevel, StatusKind
from cems.children.identity.services.record import child_change
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.models import Child, Matter
from cems.children.placements.services.placement import Place, placement_open
from cems.clocks.choices import Stage
from cems.clocks.models import Clock
from cems.notices.models import Notice
from tests.factories.boards import cevt_decides, make_board_chair, put_on_board
from tests.factories.children import bar, make_child
from tests.factories.matrices import submit
from tests.factories.people import (
    DARLINGTON,
    appoint,
    make_authority,
    make_locality,
    make_team,
    make_user,
    sign_in,
)
from triage.cevt.outcomes import CEG, NOT_CEG, Wish
from triage.choices import CegReason
from triage.models import Item

pytestmark = pytest.mark.django_db
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


def running(child: Child) -> BoardEntry:
    rows = BoardEntry.objects.select_related("clock", "locality", "matter", "outcome__decision")
    return rows.get(child=child, left_at__isnull=True)


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def move(child: Child, area: Authority, locality: Locality | None) -> None:
    child.refresh_from_db()
    child_change(
        make_user("first_contact"),
        child=child,
        version=child.version,
        values={"area": area, "locality": locality},
    )


@pytest.mark.requirement("G1", "T4")
class TestComing:
    def test_cevt_puts_the_child_on_the_board_of_their_locality_with_why_and_a_first_review(
        self, entry: BoardEntry, board_chair: User, child: Child, east: Locality
    ) -> None:
        row = running(child)
        assert row.locality == east and row.matter.locality == east
        assert row.outcome is not None
        assert (
            row.outcome.ceg_reason == CegReason.SIGNIFICANT
            and row.outcome.decision.decided_at == row.entered_at
        )
        assert row.clock.owner == board_chair
        assert local_date(row.clock.due_at) == add_months(local_date(row.entered_at), 1)
        assert told(board_chair) == [f"{child.reference}: on the board of East from now on."]
        assert on_boards() == []

    def test_a_board_elsewhere_that_is_named_follows_with_its_authority(self, child: Child) -> None:
        there = make_locality("darlington", make_authority(DARLINGTON))
        wish = Wish(CEG, "Exploited in Darlington.", CegReason.JUDGEMENT, locality=there)
        entry = put_on_board(child, level=MODERATE, outcomes=(wish,))
        assert (entry.locality, entry.matter.authority) == (there, there.authority)

    def test_a_child_who_is_on_a_board_stays_there_when_cevt_says_so_again(
        self, entry: BoardEntry, child: Child
    ) -> None:
        cevt_decides(child, SIGNIFICANT)
        assert running(child) == entry and BoardEntry.objects.count() == 1

    def test_where_nobody_chairs_the_board_erases_desk_has_the_review(self, child: Child) -> None:
        assert put_on_board(child).clock.owner.code == "erase"  # type: ignore[union-attr] # a team

    def test_a_chair_whom_the_record_bars_is_not_told_and_has_no_promise(
        self, board_chair: User, child: Child
    ) -> None:
        bar(child, board_chair)
        assert put_on_board(child).clock.owner != board_chair
        assert told(board_chair) == []

    def test_a_chair_who_is_barred_later_loses_the_promise_and_has_it_again(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        bar(child, board_chair)
        assert (follow_chairs(), follow_chairs()) == (1, 0)
        assert running(child).clock.owner.code == "erase"  # type: ignore[union-attr] # a team
        other = make_user("practitioner")
        appoint(other, "ceg_chair", locality=entry.locality)
        assert (follow_chairs(), follow_chairs()) == (1, 0)
        assert running(child).clock.owner == other

    def test_a_new_chair_has_the_reviews_of_the_board(self, child: Child, east: Locality) -> None:
        put_on_board(child)
        chair = make_user("practitioner", team=make_team())
        appointment_start(
            make_user("administrator", agency=chair.agency),
            user=chair,
            role_key="ceg_chair",
            locality=east,
        )
        assert running(child).clock.owner == chair


@pytest.mark.requirement("M6")
class TestReviewsOfTheMatrix:
    def test_a_review_goes_to_the_board_and_to_nobody_twice(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        sent = submit(make_user(), child, MODERATE)
        assert not Item.objects.filter(submission=sent).exists()
        assert told(board_chair)[-1].startswith(f"{child.reference}: {sent.reference} has come")

    def test_a_matrix_that_raises_the_level_is_cevts_receipt_and_the_board_sees_it(
        self, board_chair: User, child: Child
    ) -> None:
        put_on_board(child, level=MODERATE, outcomes=(Wish(CEG, "Hidden debts.", CegReason.JUDGEMENT),))
        sent = submit(make_user(), child, SIGNIFICANT)
        assert Item.objects.get(submission=sent).clock is not None
        assert sent.reference in told(board_chair)[-1]

    def test_of_a_joined_record_the_chair_is_told_of_the_record_it_is_read_under(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        officer, primary = make_user("first_contact"), make_child(locality=entry.locality)
        merge_make(officer, primary=primary, other=child, why="One child")
        submit(make_user(), primary, MODERATE)
        cevt_decides(primary, LOW)
        notices = Notice.objects.filter(user=board_chair, text__startswith=f"{primary.reference}: ")
        assert [row.child for row in notices] == [primary.public_id] * 2
        assert [row.text.split(": ")[-1] for row in notices.order_by("-pk")][0] == "CEVT has decided."

    def test_once_off_the_board_reviews_are_on_cevts_list(self, entry: BoardEntry, child: Child) -> None:
        sent = submit(make_user(), child, MODERATE)
        cevt_decides(
            child,
            MODERATE,
            outcomes=(Wish(NOT_CEG, "Well supported at home.", details={"context": "The skate park."}),),
        )
        assert not Item.objects.filter(submission=sent).exists()
        after = submit(make_user(), child, MODERATE)
        assert Item.objects.get(submission=after).closed_at is None


@pytest.mark.requirement("T4")
class TestLeaving:
    @pytest.mark.parametrize("level", [LOW, NONE])
    def test_a_step_down_by_cevt_ends_the_board_and_its_promise(
        self, entry: BoardEntry, board_chair: User, child: Child, level: RiskLevel
    ) -> None:
        cevt_decides(child, level)
        entry.refresh_from_db()
        assert (entry.left_how, entry.left_at) == (
            Left.CEVT,
            Matter.objects.get(pk=entry.matter_id).closed_at,
        )
        assert Clock.objects.get(pk=entry.clock_id).stage == Stage.CANCELLED
        assert told(board_chair)[-1].endswith("no longer on the board of East: CEVT has decided.")
        assert on_boards() == []

    def test_history_keeps_every_time_on_a_board(self, entry: BoardEntry, child: Child) -> None:
        cevt_decides(child, LOW)
        again = put_on_board(child, at=now())
        assert BoardEntry.objects.filter(child=child).count() == 2 and again.left_at is None


@pytest.mark.requirement("G1", "M6")
class TestMoving:
    """truth-f3: a review for a child whose board is another locality now."""

    def test_the_board_goes_with_the_child_reason_and_day_of_review_too(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        south = make_locality("south")
        chair = make_board_chair(south)
        move(child, child.area, south)
        row = running(child)
        assert row.locality == south and row.before == entry and row.outcome == entry.outcome
        assert row.clock.due_at == entry.clock.due_at and row.clock.owner == chair
        entry.refresh_from_db()
        assert entry.left_how == Left.MOVED and Clock.objects.get(pk=entry.clock_id).stage == Stage.CANCELLED
        words = f"{child.reference}: moved from the board of East to the board of South."
        assert words in told(board_chair) and words in told(chair)
        # And whoever looks again looks for the board that has the child
        sent = submit(make_user(), child, MODERATE)
        assert sent.reference in told(chair)[-1] and sent.reference not in told(board_chair)[-1]
        assert on_boards() == []

    def test_the_old_boards_people_read_on_for_28_days_and_the_new_boards_at_once(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        south = make_locality("south")
        chair = make_board_chair(south)
        assert not Child.objects.visible_to(chair).filter(pk=child.pk).exists()
        move(child, child.area, south)
        assert Child.objects.visible_to(chair).filter(pk=child.pk).exists()
        later = now() + timedelta(days=28, minutes=1)
        assert Child.objects.visible_to(board_chair).filter(pk=child.pk).exists()
        assert not Child.objects.visible_to(board_chair, later).filter(pk=child.pk).exists()

    def test_cevt_sends_the_child_to_another_board_for_another_reason(
        self, entry: BoardEntry, child: Child
    ) -> None:
        south = make_locality("south")
        wish = Wish(CEG, "Debts to a group in South.", CegReason.JUDGEMENT, locality=south)
        decision = cevt_decides(child, MODERATE, outcomes=(wish,))
        row = running(child)
        assert row.locality == south and row.clock.due_at == entry.clock.due_at
        assert row.outcome and row.outcome.decision == decision and row.outcome.why == wish.why
        page = sign_in(make_board_chair(south)).get(reverse("ceg:child", args=[child.public_id]))
        assert wish.why in page.content.decode()

    def test_a_placement_in_another_authority_moves_the_board_there(
        self, entry: BoardEntry, child: Child
    ) -> None:
        there = make_authority(DARLINGTON)
        locality = make_locality("darlington", there)
        day = local_date(now())
        place = Place("foster", there, child.authority, day, "Example Person", day, locality)
        placement_open(make_user("first_contact"), child=child, place=place)
        assert running(child).locality == locality and running(child).matter.authority == there

    def test_where_there_is_no_board_the_old_one_keeps_the_child_and_its_chair_is_told(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        move(child, make_authority("E08000021"), None)
        assert running(child) == entry
        assert "lives where there is no board now" in told(board_chair)[-1]
        # Until somebody says which board takes them
        south = make_locality("south")
        entry_hand_over(board_chair, entry=entry, locality=south, why="Comes home to South each weekend.")
        assert running(child).locality == south
        entry.refresh_from_db()
        assert entry.left_why == "Comes home to South each weekend."
        with pytest.raises(Conflict, match="no longer on the board of East: followed by another board"):
            entry_hand_over(board_chair, entry=entry, locality=make_locality("north"), why="Again.")

    def test_only_this_boards_chair_hands_a_child_over_and_says_why(
        self, entry: BoardEntry, board_chair: User
    ) -> None:
        south = make_locality("south")
        with pytest.raises(NotAllowed):
            entry_hand_over(make_board_chair(south), entry=entry, locality=south, why="Ours.")
        with pytest.raises(Invalid) as refused:
            entry_hand_over(board_chair, entry=entry, locality=south, why=" ")
        assert refused.value.field == "why" and running(entry.child) == entry

    def test_a_name_changed_moves_no_board(self, entry: BoardEntry, child: Child) -> None:
        child.refresh_from_db()
        values = {"preferred_name": "Mo"}
        child_change(make_user("first_contact"), child=child, version=child.version, values=values)
        assert running(child) == entry


@pytest.mark.requirement("G1", "C1")
class TestJoining:
    def test_of_two_records_on_two_boards_one_goes_on_and_both_do_when_they_are_taken_apart(
        self, entry: BoardEntry, child: Child
    ) -> None:
        officer, south = make_user("first_contact"), make_locality("south")
        other = make_child(given_name="Marnie", family_name="Madeup", locality=south)
        put_on_board(other)
        merged = merge_make(
            officer,
            primary=child,
            other=other,
            why="One child",
            decisions={f"status-{StatusKind.CHILD_IN_NEED}": "primary"},
        )
        open_rows = BoardEntry.objects.filter(left_at__isnull=True)
        assert [row.pk for row in open_rows] == [entry.pk]
        assert BoardEntry.objects.get(child=other).left_how == Left.JOINED
        merge_undo(officer, merge=merged, why="Two children after all")
        assert {row.locality for row in open_rows.all()} == {entry.locality, south}
        assert on_boards() == []

    def test_a_record_on_a_board_that_is_joined_to_one_elsewhere_goes_on_the_board_there(
        self, entry: BoardEntry, child: Child
    ) -> None:
        officer, south = make_user("first_contact"), make_locality("south")
        primary = make_child(locality=south)
        merge_make(officer, primary=primary, other=child, why="One child")
        assert BoardEntry.objects.get(left_at__isnull=True).locality == south


@pytest.mark.requirement("G1", "K1")
def test_a_chair_who_leaves_hands_on_what_the_board_promised(
    entry: BoardEntry, board_chair: User, child: Child, east: Locality
) -> None:
    other = make_board_chair(east)
    user_end(
        make_user("administrator", agency=board_chair.agency),
        user=board_chair,
        last_day=local_date(now()),
        at_once=True,
    )
    assert running(child).clock.owner == other


@pytest.mark.requirement("G1", "K1")
def test_the_promises_follow_a_chair_whose_post_began_by_its_day(
    entry: BoardEntry, child: Child, east: Locality
) -> None:
    assert follow_chairs() == 0  # with the chair there is
    desk_entry = put_on_board(make_child(locality=make_locality("south")))
    chair = make_user("practitioner")
    appoint(chair, "ceg_chair", locality=desk_entry.locality)
    assert follow_chairs() == 1
    assert running(desk_entry.child).clock.owner == chair
