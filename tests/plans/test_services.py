"""Referrals, requests for a strategy meeting, statutory meetings (T1, M5, G3)."""

from datetime import UTC, datetime, timedelta

import pytest

from cems.accounts.models import User
from cems.base.errors import Conflict, Invalid
from cems.base.time import now
from cems.children.choices import Informed, MatterKind
from cems.children.models import Child, Matter
from plans.choices import ReferralState, RequestAnswer
from plans.models import StatutoryMeeting
from plans.services.meeting import meeting_record
from plans.services.referral import Told, referral_decide, referral_open
from plans.services.strategy_meeting import strategy_meeting_answer, strategy_meeting_request
from tests.factories.children import make_child
from tests.factories.people import make_user
from triage.first_contact.outcomes import ADVICE, EARLY_HELP, NO_ACTION, STRATEGY

pytestmark = pytest.mark.django_db

WEDNESDAY = datetime(2026, 5, 6, 10, 0, tzinfo=UTC)
THURSDAY_CLOSE = datetime(2026, 5, 7, 16, 0, tzinfo=UTC)


@pytest.fixture
def user() -> User:
    return make_user("first_contact")


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.mark.requirement("T1")
class TestReferral:
    def test_it_waits_at_first_contact_and_is_due_the_next_working_day(
        self, user: User, child: Child
    ) -> None:
        referral = referral_open(user, child=child, source="CEM-2026-00001", at=WEDNESDAY)
        assert referral.reference.startswith("REF-2026-")
        assert referral.clock.owner_team is not None
        assert referral.clock.owner_team.code == "first-contact"
        assert referral.clock.due_at == THURSDAY_CLOSE

    def test_while_it_is_open_the_desk_reads_the_record(self, user: User, child: Child) -> None:
        referral = referral_open(user, child=child, at=WEDNESDAY)
        matter = Matter.objects.get(child=child, kind=MatterKind.REFERRAL)
        assert matter.closed_at is None
        referral_decide(
            user,
            referral=referral,
            outcome=EARLY_HELP,
            rationale="As agreed.",
            at=THURSDAY_CLOSE,
        )
        matter.refresh_from_db()
        assert (matter.closed_at, matter.until) == (THURSDAY_CLOSE, THURSDAY_CLOSE)

    def test_a_second_paper_joins_the_open_one(self, user: User, child: Child) -> None:
        first = referral_open(user, child=child, at=WEDNESDAY)
        assert referral_open(make_user(), child=child, at=WEDNESDAY + timedelta(hours=2)) == first

    def test_one_by_telephone_runs_from_its_receipt_and_waits_for_no_parent(
        self, user: User, child: Child
    ) -> None:
        account = Told(
            "Seen with older men.", Informed.NOT_SAFE, saf_reference="SAF-1", referrer="A neighbour"
        )
        entered = WEDNESDAY + timedelta(days=1)
        row = referral_open(user, child=child, told=account, received_at=WEDNESDAY, at=entered)
        assert (row.received_at, row.recorded_at, row.clock.due_at) == (WEDNESDAY, entered, THURSDAY_CLOSE)
        assert (row.concern, row.informed, row.referrer) == (
            "Seen with older men.",
            "not_safe",
            "A neighbour",
        )
        with pytest.raises(Invalid) as refused:
            referral_open(user, child=make_child(), told=account, received_at=now() + timedelta(hours=1))
        assert refused.value.field == "received_at"

    def test_what_a_second_call_says_is_added_and_changes_nothing_said_before(
        self, user: User, child: Child
    ) -> None:
        first = referral_open(
            user, child=child, told=Told("Seen with older men.", Informed.YES), at=WEDNESDAY
        )
        second = Told("Has a second phone.", Informed.NOT_SAFE, saf_reference="SAF-2", referrer="A teacher")
        joined = referral_open(make_user(), child=child, told=second, at=WEDNESDAY + timedelta(hours=2))
        joined.refresh_from_db()
        assert joined == first and joined.clock.due_at == THURSDAY_CLOSE
        assert joined.concern.startswith("Seen with older men.\n\nAdded Wed 6 May 2026 by Example Person")
        assert joined.concern.endswith("for A teacher:\nHas a second phone.")
        assert (joined.informed, joined.saf_reference) == (Informed.YES, "SAF-2")

    def test_a_decision_says_why_meets_the_clock_and_stands(self, user: User, child: Child) -> None:
        referral = referral_open(user, child=child, at=WEDNESDAY)
        with pytest.raises(Invalid) as refused:
            referral_decide(user, referral=referral, outcome=ADVICE, rationale=" ")
        assert refused.value.field == "rationale"
        decided = referral_decide(
            user,
            referral=referral,
            outcome=STRATEGY,
            rationale="Harm is likely.",
            at=WEDNESDAY + timedelta(hours=3),
        )
        decided.clock.refresh_from_db()
        assert (decided.state, decided.clock.stage) == (ReferralState.DECIDED, "met")
        with pytest.raises(Conflict):
            referral_decide(user, referral=referral, outcome=ADVICE, rationale="Again.")

    def test_after_a_decision_a_new_one_can_be_made(self, user: User, child: Child) -> None:
        first = referral_open(user, child=child, at=WEDNESDAY)
        referral_decide(user, referral=first, outcome=NO_ACTION, rationale="Known.", at=THURSDAY_CLOSE)
        assert referral_open(user, child=child, at=THURSDAY_CLOSE + timedelta(days=30)) != first


@pytest.mark.requirement("M5", "X6")
class TestStrategyMeeting:
    def test_an_open_request_stands(self, user: User, child: Child) -> None:
        first = strategy_meeting_request(user, child=child, at=WEDNESDAY)
        assert first.clock.due_at == THURSDAY_CLOSE
        assert strategy_meeting_request(make_user(), child=child, at=WEDNESDAY) == first

    def test_threshold_not_met_needs_its_why(self, user: User, child: Child) -> None:
        request = strategy_meeting_request(user, child=child, at=WEDNESDAY)
        with pytest.raises(Invalid) as refused:
            strategy_meeting_answer(user, request=request, answer=RequestAnswer.NOT_MET)
        assert refused.value.field == "why"
        answered = strategy_meeting_answer(
            user,
            request=request,
            answer=RequestAnswer.NOT_MET,
            why="No one is in contact with the child.",
            at=WEDNESDAY,
        )
        answered.clock.refresh_from_db()
        assert answered.clock.stage == "met"
        with pytest.raises(Conflict):
            strategy_meeting_answer(user, request=request, answer=RequestAnswer.HELD)


@pytest.mark.requirement("G3")
class TestStatutoryMeeting:
    def test_a_meeting_answers_the_open_request(self, user: User, child: Child) -> None:
        request = strategy_meeting_request(user, child=child, at=WEDNESDAY)
        meeting_record(
            user,
            child=child,
            kind="strategy",
            held_at=WEDNESDAY,
            outcome="Section 47 enquiries begin.",
            answers=request,
            at=THURSDAY_CLOSE,
        )
        request.refresh_from_db()
        assert (request.answer, request.answered_at) == (RequestAnswer.HELD, THURSDAY_CLOSE)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"held_at": now() + timedelta(days=1)}, "held_at"),
            ({"outcome": " "}, "outcome"),
            ({"kind": "picnic"}, "kind"),
        ],
    )
    def test_what_cannot_be_right_names_its_field(
        self, user: User, child: Child, wrong: dict[str, object], field: str
    ) -> None:
        given = {"kind": "taf", "held_at": WEDNESDAY, "outcome": "Agreed.", **wrong}
        with pytest.raises(Invalid) as refused:
            meeting_record(user, child=child, at=now(), **given)  # type: ignore[arg-type]
        assert refused.value.field == field
        assert not StatutoryMeeting.objects.filter(child=child).exists()

    def test_a_request_about_another_child_is_refused(self, user: User, child: Child) -> None:
        other = strategy_meeting_request(user, child=make_child(), at=WEDNESDAY)
        with pytest.raises(Invalid):
            meeting_record(
                user,
                child=child,
                kind="strategy",
                held_at=WEDNESDAY,
                outcome="Held.",
                answers=other,
                at=now(),
            )
