"""Sending a matrix: what is wanted first, what it starts, when it is looked at again (M3, M5, M6)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from cems.accounts.models import Team, User
from cems.actions.models import Action
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid
from cems.base.time import now, today
from cems.children.choices import CaseRole, MatterKind, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.models import AgreedLevel, Child, Matter, Status
from cems.clocks.models import Clock
from matrix.levels import level_in_force
from matrix.models import Matrix, Review, Submission
from matrix.rules import Receipt
from matrix.services.drafts import matrix_start
from matrix.services.owners import lead_of
from matrix.services.submission import NotReady, matrix_submit
from plans.models import Referral, Request
from tests.factories.children import involve, make_child
from tests.factories.matrices import CONCERN, HARM, answer, ready_matrix, seen, set_field, submit
from tests.factories.people import make_locality, make_team, make_user

pytestmark = pytest.mark.django_db

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
# Thursday before the early May bank holiday, in office hours; and the same evening.
THURSDAY = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)
EVENING = datetime(2026, 4, 30, 19, 0, tzinfo=UTC)


def london(day: date, hour: int) -> datetime:
    """An hour of British summer time, in UTC."""
    return datetime(day.year, day.month, day.day, hour - 1, tzinfo=UTC)


FRIDAY_CLOSE = london(date(2026, 5, 1), 17)
TUESDAY_CLOSE = london(date(2026, 5, 5), 17)


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def child() -> Child:
    return make_child()


def has_status(child: Child, kind: str) -> None:
    Status.objects.create(
        child=child, kind=kind, starts_on=date(2026, 1, 1), recorded_at=now(), recorded_by=make_user()
    )


def actions_of(submission: Submission) -> dict[str, Action]:
    rows = Action.objects.from_source("matrix.submission", submission.public_id)
    return {row.key: row for row in rows}


def agree(child: Child, level: RiskLevel, at: datetime) -> AgreedLevel:
    return level_agree(
        make_user("cevt_chair"),
        child=child,
        level=level,
        forum=Forum.CEVT,
        rationale="Heard together.",
        at=at,
    )


@pytest.mark.requirement("M3", "C6")
class TestNotReady:
    def wanted(self, user: User, matrix: Matrix) -> list[tuple[str, str]]:
        with pytest.raises(NotReady) as refused:
            matrix_submit(user, matrix=matrix)
        return [(problem.group, problem.field) for problem in refused.value.problems]

    def test_an_empty_draft_wants_everything(self, user: User, child: Child) -> None:
        matrix = matrix_start(user, child=child)
        assert self.wanted(user, matrix) == [("", ""), ("", "level"), ("", "reasons"), ("", "informed")]
        assert not Submission.objects.filter(child=child).exists()

    def test_what_is_seen_wants_its_date_and_words(self, user: User, child: Child) -> None:
        matrix = ready_matrix(user, child, MODERATE)
        answer(user, matrix, HARM, seen(today(), what=" "))
        answer(user, matrix, "sexual-health", seen(today()).__class__("seen", what="Seen, date not known"))
        assert self.wanted(user, matrix) == [("sexual", HARM), ("sexual", "sexual-health")]

    def test_a_level_that_differs_wants_a_reason_and_one_that_agrees_does_not(
        self, user: User, child: Child
    ) -> None:
        matrix = ready_matrix(user, child, MODERATE)
        set_field(user, matrix, "difference", "")
        assert matrix_submit(user, matrix=matrix).suggested == MODERATE
        other = ready_matrix(user, make_child(), MODERATE)
        set_field(user, other, "difference", "")
        set_field(user, other, "level", str(LOW.value))
        assert self.wanted(user, other) == [("", "difference")]

    def test_parents_not_told_wants_the_why(self, user: User, child: Child) -> None:
        matrix = ready_matrix(user, child, LOW)
        set_field(user, matrix, "informed", "not_safe")
        assert self.wanted(user, matrix) == [("", "not_informed_why")]

    def test_evidence_dated_after_receipt_is_named(self, user: User, child: Child) -> None:
        matrix = ready_matrix(user, child, MODERATE)
        with pytest.raises(NotReady) as refused:
            matrix_submit(user, matrix=matrix, at=now() - timedelta(days=3))
        assert [problem.field for problem in refused.value.problems] == [CONCERN]

    def test_a_call_longer_than_its_room_is_refused_whole(self, user: User, child: Child) -> None:
        with pytest.raises(Invalid) as refused:
            matrix_submit(user, matrix=ready_matrix(user, child, SIGNIFICANT), call="x" * 301)
        assert refused.value.field == "call"


@pytest.mark.requirement("M3")
class TestKept:
    def test_what_was_judged_and_what_was_suggested_are_kept_apart(self, user: User, child: Child) -> None:
        matrix = ready_matrix(user, child, SIGNIFICANT)
        set_field(user, matrix, "level", str(LOW.value))
        sent = matrix_submit(user, matrix=matrix)
        assert (sent.level, sent.suggested, sent.harm_happened) == (LOW, SIGNIFICANT, True)
        assert sent.suggested_because
        assert sent.rule_version == 2
        assert sent.difference

    def test_received_is_kept_apart_from_entered(self, user: User, child: Child) -> None:
        sent = submit(user, child, LOW, at=THURSDAY)
        assert sent.received_at == THURSDAY
        assert sent.recorded_at > THURSDAY
        assert Entry.objects.get(child=child.public_id, verb=Verb.SUBMITTED).at == sent.recorded_at

    def test_a_past_that_is_told_as_a_whole_says_when_it_was_entered(self, user: User, child: Child) -> None:
        entered = THURSDAY + timedelta(hours=5)
        sent = matrix_submit(
            user, matrix=ready_matrix(user, child, LOW, at=THURSDAY), at=THURSDAY, recorded_at=entered
        )
        assert (sent.received_at, sent.recorded_at) == (THURSDAY, entered)
        assert Entry.objects.get(child=child.public_id, verb=Verb.SUBMITTED).at == entered

    def test_sent_twice_is_refused_and_leaves_one(self, user: User, child: Child) -> None:
        matrix = ready_matrix(user, child, SIGNIFICANT)
        matrix_submit(user, matrix=matrix)
        with pytest.raises(Conflict):
            matrix_submit(user, matrix=matrix)
        assert Submission.objects.filter(child=child).count() == 1
        assert Request.objects.filter(child=child).count() == 1

    def test_nobody_changes_it_afterwards_not_even_by_hand(self, user: User, child: Child) -> None:
        sent = submit(user, child, LOW)
        with pytest.raises(Conflict):
            answer(user, sent.matrix, CONCERN, seen(today()))
        with pytest.raises(DatabaseError), transaction.atomic():
            Submission.objects.filter(pk=sent.pk).update(level=SIGNIFICANT)

    def test_it_is_audited(self, user: User, child: Child) -> None:
        sent = submit(user, child, LOW)
        entry = Entry.objects.get(verb="submitted", subject_id=str(sent.public_id))
        assert (entry.actor_id, entry.child, entry.detail) == (user.pk, child.public_id, {"level": 1})


@pytest.mark.requirement("M5")
class TestWhatFollows:
    def test_none_starts_nothing(self, user: User, child: Child) -> None:
        sent = submit(user, child, NONE, at=THURSDAY)
        assert actions_of(sent) == {}
        assert not Clock.objects.filter(child=child.public_id).exists()

    def test_low_starts_early_support_and_no_referral(self, user: User, child: Child) -> None:
        sent = submit(user, child, LOW, at=THURSDAY)
        assert set(actions_of(sent)) == {
            "early-intervention",
            "practice-champion",
            "safety-plan",
            "police-sharing",
        }
        assert not Referral.objects.filter(child=child).exists()
        assert not Clock.objects.filter(reference=sent.reference).exists()
        # The only forum it reaches is CEVT's own list of Low and None, which is looked at together.
        assert {matter.kind for matter in Matter.objects.filter(child=child)} == {MatterKind.LOW}

    def test_moderate_refers_a_child_who_is_not_open(self, user: User, child: Child) -> None:
        sent = submit(user, child, MODERATE, at=THURSDAY)
        referral = Referral.objects.get(child=child)
        assert referral.source == sent.reference
        assert referral.clock.due_at == FRIDAY_CLOSE
        assert set(actions_of(sent)) == {"ce-worker", "safety-plan", "police-sharing"}
        assert not Request.objects.filter(child=child).exists()

    def test_moderate_tells_the_team_of_a_child_who_is_open(self, user: User, child: Child) -> None:
        team = make_team()
        has_status(child, "child_in_need")
        involve(child, make_user(team=team), CaseRole.SOCIAL_WORKER, team=team)
        action = actions_of(submit(user, child, MODERATE, at=THURSDAY))["tell-manager"]
        assert action.owner == team
        assert not Referral.objects.filter(child=child).exists()

    def test_out_of_hours_the_duty_team_is_told(self, user: User, child: Child) -> None:
        has_status(child, "child_in_care")
        action = actions_of(submit(user, child, MODERATE, at=EVENING))["tell-edt"]
        assert action.owner == Team.objects.get(code="edt")

    def test_significant_asks_for_a_strategy_meeting_over_the_bank_holiday(
        self, user: User, child: Child
    ) -> None:
        sent = submit(user, child, SIGNIFICANT, at=EVENING)
        request = Request.objects.get(child=child)
        assert request.source == sent.reference
        # Friday counts as the day of receipt, Monday is a bank holiday.
        assert request.clock.due_at == TUESDAY_CLOSE
        assert "Early May bank holiday" in request.clock.explanation
        assert Referral.objects.get(child=child).clock.due_at == TUESDAY_CLOSE

    def test_significant_wants_a_voice_within_the_hour_unless_it_was_heard(
        self, user: User, child: Child
    ) -> None:
        call = actions_of(submit(user, child, SIGNIFICANT, at=THURSDAY))["phone-call"]
        assert call.owner == user
        assert call.clock is not None
        assert call.clock.due_at == THURSDAY + timedelta(hours=1)
        called = submit(user, make_child(), SIGNIFICANT, at=THURSDAY, call="First Contact at 10:05")
        assert "phone-call" not in actions_of(called)
        assert called.call == "First Contact at 10:05"

    def test_significant_is_never_held_at_early_help(self, user: User, child: Child) -> None:
        has_status(child, "early_help")
        step_up = actions_of(submit(user, child, SIGNIFICANT, at=THURSDAY))["step-up"]
        assert step_up.owner == Team.objects.get(code="first-contact")
        assert step_up.clock is not None
        assert step_up.clock.due_at == FRIDAY_CLOSE

    def test_steps_of_the_lead_go_to_the_newest_lead(self, user: User, child: Child) -> None:
        before, after = make_user(), make_user()
        involve(child, before, CaseRole.LEAD_PRACTITIONER, at=THURSDAY - timedelta(days=30))
        involve(child, after, CaseRole.LEAD_PRACTITIONER, at=THURSDAY - timedelta(days=3))
        assert lead_of(child) == after
        assert actions_of(submit(user, child, LOW, at=THURSDAY))["safety-plan"].owner == after

    def test_a_second_matrix_joins_the_open_referral(self, user: User, child: Child) -> None:
        submit(user, child, MODERATE, at=THURSDAY)
        submit(user, child, SIGNIFICANT, at=THURSDAY + timedelta(hours=3))
        assert Referral.objects.filter(child=child).count() == 1

    @pytest.mark.parametrize("level", [MODERATE, SIGNIFICANT])
    def test_the_exploitation_matter_opens(self, user: User, child: Child, level: RiskLevel) -> None:
        submit(user, child, level, at=THURSDAY)
        assert Matter.objects.filter(child=child, kind=MatterKind.EXPLOITATION, closed_at=None).exists()


@pytest.mark.requirement("M6", "C4")
class TestReceiptAndReview:
    def test_first_is_new_the_same_again_is_a_review_higher_is_new(self, user: User, child: Child) -> None:
        first = submit(user, child, MODERATE, at=THURSDAY)
        again = submit(user, child, MODERATE, at=THURSDAY + timedelta(days=8))
        higher = submit(user, child, SIGNIFICANT, at=THURSDAY + timedelta(days=12))
        assert [first.receipt, again.receipt, higher.receipt] == [Receipt.NEW, Receipt.REVIEW, Receipt.NEW]

    def test_a_lower_matrix_alone_steps_nobody_down(self, user: User, child: Child) -> None:
        submit(user, child, SIGNIFICANT, at=THURSDAY)
        agree(child, SIGNIFICANT, THURSDAY + timedelta(days=1))
        submit(user, child, LOW, at=THURSDAY + timedelta(days=10))
        assert level_in_force(child_again(child)) == SIGNIFICANT

    def test_review_is_due_after_a_month_and_the_next_matrix_ends_it(self, user: User, child: Child) -> None:
        submit(user, child, MODERATE, at=THURSDAY)
        first = Review.objects.get(child=child)
        assert first.clock.due_at == london(date(2026, 5, 30), 17)
        again = submit(user, child, MODERATE, at=THURSDAY + timedelta(days=20))
        first.refresh_from_db()
        first.clock.refresh_from_db()
        assert (first.ended_at, first.clock.stage) == (again.received_at, "met")
        assert Review.objects.get(child=child, ended_at=None).submission == again

    def test_low_and_none_have_no_review(self, user: User, child: Child) -> None:
        submit(user, child, LOW, at=THURSDAY)
        assert not Review.objects.filter(child=child).exists()

    def test_an_agreed_low_stops_it_and_an_agreed_moderate_starts_it_again(
        self, user: User, child: Child
    ) -> None:
        submit(user, child, MODERATE, at=THURSDAY)
        agree(child, LOW, THURSDAY + timedelta(days=2))
        stopped = Review.objects.get(child=child)
        assert stopped.ended_at == THURSDAY + timedelta(days=2)
        assert stopped.clock.stage == "cancelled"
        agree(child, MODERATE, THURSDAY + timedelta(days=3))
        assert Review.objects.filter(child=child, ended_at=None).count() == 1

    def test_it_goes_to_ceg_when_the_child_is_on_its_board(self, user: User, child: Child) -> None:
        east = make_locality("east")
        Matter.objects.create(
            child=child, kind=MatterKind.CEG, authority=child.area, locality=east, opened_at=THURSDAY
        )
        submit(user, child, SIGNIFICANT, at=THURSDAY)
        assert Review.objects.get(child=child).to == "ceg"


def child_again(child: Child) -> Child:
    return Child.objects.unscoped("a test reads the record anew").get(pk=child.pk)
