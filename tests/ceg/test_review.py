"""What a board agrees at a review, what follows, and who is told (G2, C4, K1, truth-f1, truth-f2)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from ceg.choices import Left
from ceg.derived import on_boards
from ceg.models import BoardEntry, BoardReview
from ceg.selectors import review_preview
from ceg.services.review import review_record
from ceg.services.worker_action import KEY
from cems.accounts.models import Team, User
from cems.actions.choices import Status
from cems.actions.models import Action
from cems.actions.services import action_complete
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.months import add_months
from cems.base.time import local_date, now
from cems.children.choices import HarmForm, MatterKind, RiskLevel
from cems.children.models import AgreedLevel, Child, Matter
from cems.clocks.choices import Stage
from cems.clocks.models import Clock
from cems.clocks.sweeping import sweep
from cems.notices.models import Notice
from matrix.models import Review
from matrix.rules import CE_WORKER
from tests.factories.allocation import has_worker, make_manager, make_worker
from tests.factories.boards import agreement, cevt_decides, make_board_chair, month_on, put_on_board, reviewed
from tests.factories.children import bar, involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_locality, make_team, make_user, sign_in
from triage.allocation.services.allocation import allocation_end
from triage.allocation.services.wait_end import allocation_decline
from triage.cevt.outcomes import CEG, NOT_CEG, Wish
from triage.choices import CegReason
from triage.models import Allocation, AllocationWait, Item

pytestmark = pytest.mark.django_db
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


def fresh(child: Child) -> Child:
    rows = Child.objects.unscoped("a test reads the record as it is now")
    return rows.select_related("current_level").get(pk=child.pk)


def board_matter(child: Child) -> Matter:
    return Matter.objects.filter(child=child, kind=MatterKind.CEG).order_by("-pk")[0]


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


@pytest.mark.requirement("G2", "C4")
class TestStays:
    def test_still_significant_the_level_is_agreed_and_the_next_review_promised(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        first = entry.clock
        row = reviewed(board_chair, entry, forms=[HarmForm.CRIMINAL])
        agreed = fresh(child).current_level
        assert agreed is not None and row.agreed == agreed
        assert (agreed.forum, agreed.level, agreed.forms) == ("ceg", SIGNIFICANT, ["criminal"])
        assert agreed.reference == row.reference and row.reference.startswith(
            f"CEG-{local_date(now()).year}-"
        )
        entry.refresh_from_db()
        assert entry.is_open and entry.clock != first
        assert Clock.objects.get(pk=first.pk).stage == Stage.MET
        assert local_date(entry.clock.due_at) == row.next_on and entry.clock.owner == board_chair
        assert not row.stepped_out and row.submission is not None

    def test_at_moderate_the_child_stays_for_reasons(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        day = add_months(local_date(now()), 1)
        with pytest.raises(Invalid) as refused:
            reviewed(board_chair, entry, MODERATE, stays=True, next_on=day)
        assert refused.value.field == "stays_why" and not BoardReview.objects.exists()
        sure = entry.clock.due_at + timedelta(days=1)
        while sure.weekday() > 4:
            sure += timedelta(days=1)
        row = reviewed(
            board_chair,
            entry,
            MODERATE,
            stays=True,
            next_on=local_date(sure),
            stays_why="Court is next month.",
        )
        assert row.stays_why == "Court is next month." and board_matter(child).closed_at is None

    def test_the_promise_warns_and_is_breached_like_any_other(
        self, entry: BoardEntry, board_chair: User
    ) -> None:
        with time_machine.travel(entry.clock.due_at + timedelta(hours=1), tick=False):
            sweep(now())
        assert Clock.objects.get(pk=entry.clock_id).stage == Stage.BREACHED
        assert Notice.objects.filter(user=board_chair, kind__startswith="clock.").exists()


@pytest.mark.requirement("G2", "T4")
class TestStepsOut:
    def test_moderate_leaves_the_board_with_a_note_and_reviews_go_to_cevt(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        row = reviewed(board_chair, entry, MODERATE)
        entry.refresh_from_db()
        assert (entry.left_how, entry.left_at) == (Left.STEPPED_OUT, row.happened_at)
        assert board_matter(child).closed_at == row.happened_at and on_boards() == []
        assert not Clock.objects.filter(
            kind="ceg.review", stage__in=["running", "warned", "breached"]
        ).exists()
        assert Matter.objects.get(child=child, kind=MatterKind.EXPLOITATION).closed_at is None
        assert Review.objects.filter(child=child, ended_at__isnull=True).exists()
        assert Item.objects.get(submission=submit(make_user(), child, MODERATE)).closed_at is None

    @pytest.mark.parametrize("level", [LOW, NONE])
    def test_lower_ends_the_concern_and_its_reviews(
        self, entry: BoardEntry, board_chair: User, child: Child, level: RiskLevel
    ) -> None:
        reviewed(board_chair, entry, level)
        assert Matter.objects.get(child=child, kind=MatterKind.EXPLOITATION).closed_at is not None
        assert not Review.objects.filter(child=child, ended_at__isnull=True).exists()

    def test_without_a_note_nothing_is_done(self, entry: BoardEntry, board_chair: User, child: Child) -> None:
        before = fresh(child).current_level
        with pytest.raises(Invalid) as refused:
            reviewed(board_chair, entry, LOW, note="  ")
        assert refused.value.field == "note"
        assert fresh(child).current_level == before and board_matter(child).closed_at is None

    def test_the_boards_people_read_on_for_28_days(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        reviewed(board_chair, entry, LOW)
        assert Child.objects.visible_to(board_chair).filter(pk=child.pk).exists()
        late = now() + timedelta(days=28, minutes=1)
        assert not Child.objects.visible_to(board_chair, late).filter(pk=child.pk).exists()


@pytest.mark.requirement("G2", "C4")
class TestRefusals:
    def test_another_boards_chair_and_a_member_agree_nothing(self, entry: BoardEntry) -> None:
        for user in (
            make_board_chair(make_locality("south")),
            make_user("ceg_member", locality=entry.locality),
            make_user("practitioner"),
        ):
            with pytest.raises(NotAllowed):
                reviewed(user, entry)
        assert not BoardReview.objects.exists()

    def test_erases_manager_may_record_it_in_the_boards_name(self, entry: BoardEntry) -> None:
        assert reviewed(make_manager(), entry).pk

    def test_a_second_chair_with_the_same_page_is_told_who_was_first(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        """truth-f2, on one board."""
        made = agreement(child, LOW)
        review_record(board_chair, entry=entry, agreement=made)
        with pytest.raises(Conflict, match="no longer on the board of East: stepped out by the board"):
            review_record(make_board_chair(entry.locality), entry=entry, agreement=made)
        assert BoardReview.objects.count() == 1

    def test_a_level_cevt_agreed_meanwhile_is_read_first(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        """truth-f2: two forums in one minute; the later one sees what the other agreed, and why."""
        made = agreement(child, SIGNIFICANT)
        cevt_decides(child, MODERATE)
        with pytest.raises(Conflict, match="CEVT has agreed Moderate meanwhile .*What the table saw"):
            review_record(board_chair, entry=entry, agreement=made)
        assert AgreedLevel.objects.filter(child=child, forum="ceg").count() == 0
        assert reviewed(board_chair, entry, SIGNIFICANT).pk  # read, and agreed otherwise all the same

    def test_cevt_too_reads_first_what_the_board_agreed_meanwhile(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        seen_level = fresh(child).current_level
        assert seen_level is not None
        reviewed(board_chair, entry, MODERATE)
        with pytest.raises(Conflict, match="CEG has agreed Moderate meanwhile"):
            cevt_decides(child, SIGNIFICANT, seen_level=seen_level.public_id)
        assert fresh(child).level is MODERATE

    def test_a_matrix_that_came_meanwhile_is_read_first(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        """truth-f1: the level is raised while the board sits."""
        made = agreement(child, LOW)
        sent = submit(make_user(), child, SIGNIFICANT)
        with pytest.raises(Conflict, match=f"A newer matrix has come .{sent.reference}"):
            review_record(board_chair, entry=entry, agreement=made)
        assert board_matter(child).closed_at is None


@pytest.mark.requirement("G2", "T4")
class TestTold:
    def test_those_who_work_with_the_child_and_those_who_answer_for_them(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        team = make_team()
        boss = make_user("team_manager", team=team)
        lead = make_user("practitioner", team=team)
        involve(child, lead, "lead_practitioner", team=team)
        manager, worker = make_manager(), make_worker()
        has_worker(child, worker, by=manager)
        row = reviewed(board_chair, entry, MODERATE)
        words = f"{row.reference}: the board of East has agreed a level and stepped the child out and wrote a note."
        for user in (lead, boss, manager, worker):
            assert told(user).count(words) == 1, user
        assert words not in told(board_chair)
        assert not any("Madeup" in text for text in Notice.objects.values_list("text", flat=True))

    def test_nobody_whom_the_record_bars(self, entry: BoardEntry, board_chair: User, child: Child) -> None:
        team = make_team()
        boss = make_user("team_manager", team=team)
        involve(child, make_user("practitioner", team=team), "lead_practitioner", team=team)
        bar(child, boss)
        reviewed(board_chair, entry, MODERATE)
        assert not any("has agreed a level" in text for text in told(boss))


@pytest.mark.requirement("G2", "K1")
class TestWorker:
    def action(self, child: Child) -> Action:
        return Action.objects.get(child=child, key=KEY)

    @pytest.fixture
    def manager(self) -> User:
        return make_manager()

    def test_erase_is_asked_once_and_ending_the_allocation_is_the_answer(
        self, entry: BoardEntry, board_chair: User, child: Child, manager: User
    ) -> None:
        allocation = has_worker(child, make_worker(), by=manager)
        row = reviewed(board_chair, entry, MODERATE)
        action = self.action(child)
        assert row.action == action and action.is_open and action.owner == Team.objects.get(code="erase")
        assert "Madeup" not in action.title
        allocation_end(manager, allocation=allocation, why="The work is done.")
        action.refresh_from_db()
        assert (action.status, action.outcome) == (Status.DONE, "The allocation has ended.")
        assert Clock.objects.get(pk=action.clock_id).stage == Stage.MET

    def test_or_saying_why_it_goes_on(
        self, entry: BoardEntry, board_chair: User, child: Child, manager: User
    ) -> None:
        has_worker(child, make_worker(), by=manager)
        reviewed(board_chair, entry, MODERATE)
        action_complete(manager, action=self.action(child), outcome="Six more weeks of direct work.")
        assert not self.action(child).is_open

    @pytest.mark.parametrize("level", [LOW, MODERATE])
    def test_a_step_down_by_cevt_asks_too_and_once(
        self, entry: BoardEntry, child: Child, manager: User, level: RiskLevel
    ) -> None:
        has_worker(child, make_worker(), by=manager)
        leaves = (
            (Wish(NOT_CEG, "Well supported at home.", details={"context": "The skate park."}),)
            if level is MODERATE
            else ()
        )
        decision = cevt_decides(child, level, outcomes=leaves)
        action = self.action(child)
        assert action.is_open and action.source_reference == decision.reference
        assert action.title.startswith("Stepped down by CEVT")

    def test_without_a_worker_nobody_is_asked(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        reviewed(board_chair, entry, MODERATE)
        assert not Action.objects.filter(child=child, key=KEY).exists()

    def test_a_child_who_comes_back_on_the_board_keeps_the_worker_without_a_word(
        self, entry: BoardEntry, board_chair: User, child: Child, manager: User
    ) -> None:
        """truth-f7: a task whose doing is undone."""
        has_worker(child, make_worker(), by=manager)
        reviewed(board_chair, entry, MODERATE)
        put_on_board(child, at=now())
        assert self.action(child).status == Status.CANCELLED


@pytest.mark.requirement("G1", "G2", "M6")
@pytest.mark.requirement("M5", "T6")
class TestRaisedToSignificant:
    """The child was at Moderate on the board, for reasons; the board raises the level."""

    @pytest.fixture
    def moderate(self, child: Child) -> BoardEntry:
        return put_on_board(
            child, level=MODERATE, outcomes=(Wish(CEG, "The same adults.", CegReason.JUDGEMENT),)
        )

    def raised(self, board_chair: User, entry: BoardEntry) -> BoardReview:
        return reviewed(board_chair, entry, level=SIGNIFICANT)

    def test_the_child_waits_for_a_worker_where_the_manager_allocates(
        self, moderate: BoardEntry, board_chair: User, child: Child
    ) -> None:
        manager = make_manager()
        client = sign_in(manager)
        effects = review_preview.preview(
            board_chair, fresh(child), moderate, level=SIGNIFICANT, next_on=month_on(now()), at=now()
        ).effects
        assert any("waits for a child exploitation worker" in effect for effect in effects)
        row = self.raised(board_chair, moderate)
        wait = AllocationWait.objects.get(child=child, ended_at__isnull=True)
        assert row.reference in wait.why and wait.level == SIGNIFICANT and wait.clock.is_open
        work = client.get(reverse("home")).content.decode()
        assert (
            child.name in work and reverse("allocation:candidates", args=[child.public_id, wait.kind]) in work
        )
        # one thing asks, and the next review at the same level asks nothing again
        assert not Action.objects.of(child).to_do().filter(key=CE_WORKER).exists()
        reviewed(board_chair, moderate, level=SIGNIFICANT)
        assert AllocationWait.objects.filter(child=child).count() == 1

    def test_who_has_a_worker_or_was_looked_at_without_one_does_not_wait(
        self, moderate: BoardEntry, board_chair: User, child: Child
    ) -> None:
        manager = make_manager()
        has_worker(child, make_worker(), by=manager)
        self.raised(board_chair, moderate)
        assert not AllocationWait.objects.exists()
        allocation_end(manager, allocation=Allocation.objects.get(), why="The worker left.")
        allocation_decline(manager, child=child, why="The mentor of the school has the child's trust.")
        reviewed(board_chair, moderate, level=SIGNIFICANT)
        assert not AllocationWait.objects.filter(ended_at__isnull=True).exists()


def test_a_year_of_one_child_on_the_board() -> None:
    """Twelve reviews, each on the chair's list in its month, until the level falls and the board is done."""
    with time_machine.travel((now() - timedelta(days=400)).replace(hour=11), tick=False):
        child = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
        board_chair = make_board_chair()
        entry = put_on_board(child, at=now())
    for month in _months(entry):
        with time_machine.travel(month, tick=False):
            sweep(now())
            due = Clock.objects.get(pk=BoardEntry.objects.get(pk=entry.pk).clock_id)
            assert due.stage == Stage.WARNED and due.owner_user == board_chair
            sent = submit(make_user(), child, SIGNIFICANT)
            assert not Item.objects.filter(submission=sent).exists()
            assert sent.reference in told(board_chair)[-1]
            entry = BoardEntry.objects.select_related("child", "locality", "clock").get(pk=entry.pk)
            assert reviewed(board_chair, entry).submission == sent
    assert BoardReview.objects.filter(child=child).count() == 12
    last = Clock.objects.get(pk=BoardEntry.objects.get(pk=entry.pk).clock_id).due_at - timedelta(hours=2)
    with time_machine.travel(last, tick=False):
        submit(make_user(), child, LOW)
        row = reviewed(
            board_chair, BoardEntry.objects.select_related("child", "locality", "clock").get(pk=entry.pk), LOW
        )
    assert row.stepped_out
    running = Clock.objects.filter(child=child.public_id, kind__in=["ceg.review", "matrix.review"])
    assert not running.filter(stage__in=["running", "warned", "breached", "paused"]).exists()
    assert list(
        AgreedLevel.objects.filter(child=child).order_by("happened_at").values_list("forum", flat=True)
    ) == ["cevt", *["ceg"] * 13]


def _months(entry: BoardEntry) -> Iterator[datetime]:
    """Two hours before each of the next twelve reviews is due."""
    for _ in range(12):
        clock_id = BoardEntry.objects.get(pk=entry.pk).clock_id
        yield Clock.objects.get(pk=clock_id).due_at - timedelta(hours=2)
