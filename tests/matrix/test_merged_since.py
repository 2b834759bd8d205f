"""A matrix that began on a record merged since: what follows from it is the primary record's, once (C1, M5, M6)."""

from datetime import timedelta

import pytest

from cems.accounts.models import User
from cems.actions.models import Action
from cems.actions.services import action_open
from cems.base.errors import Conflict
from cems.base.time import now
from cems.children import derived
from cems.children.access import grants
from cems.children.access.services.matter import matter_is_open
from cems.children.choices import MatterKind, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.history.services.note import note_write
from cems.children.identity.services.identifier import identifier_add
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.models import CaseNote, Child, Matter, Merge
from cems.clocks.models import Clock
from matrix.models import Matrix, Review, Submission
from matrix.services.drafts import matrix_start
from matrix.services.due import matrix_due_raise
from matrix.services.submission import matrix_submit
from plans.models import Referral, Request
from plans.services.meeting import meeting_record
from plans.services.referral import referral_decide, referral_open
from plans.services.strategy_meeting import strategy_meeting_request
from tests.factories.children import involve, make_child
from tests.factories.matrices import ready_matrix, submit
from tests.factories.people import make_user
from triage.first_contact.outcomes import NO_ACTION
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]


@pytest.fixture
def officer() -> User:
    return make_user("first_contact")


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def primary() -> Child:
    return make_child()


@pytest.fixture
def other() -> Child:
    return make_child()


def fresh(child: Child) -> Child:
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


def joined(officer: User, primary: Child, other: Child) -> Merge:
    return merge_make(officer, primary=primary, other=other, why="The school gave the same child two names.")


@pytest.mark.requirement("M5", "M6", "T2")
def test_what_follows_belongs_to_the_whole(officer: User, user: User, primary: Child, other: Child) -> None:
    matrix = ready_matrix(user, other, RiskLevel.SIGNIFICANT)
    joined(officer, primary, other)
    sender = make_user()
    involve(primary, sender)
    sent = matrix_submit(sender, matrix=matrix)
    assert sent.child == primary and Matrix.objects.get(pk=matrix.pk).child == other
    rows = (Referral, Request, Item, Review, Action)
    assert all({row.child for row in model.objects.all()} == {primary} for model in rows)
    assert {row.child_id for row in Matter.objects.all()} == {primary.pk}
    assert set(Clock.objects.values_list("child", flat=True)) == {primary.public_id}
    for person in (user, sender):  # both keep sight of what they wrote, whichever record it is read on
        assert primary in Child.objects.visible_to(User.objects.get(pk=person.pk))


@pytest.mark.requirement("M5", "M6")
def test_it_is_judged_by_the_level_and_the_concern_of_the_whole(
    officer: User, user: User, primary: Child, other: Child
) -> None:
    submit(user, primary, RiskLevel.SIGNIFICANT, at=now() - timedelta(days=2))
    matrix = ready_matrix(user, other, RiskLevel.MODERATE)
    joined(officer, primary, other)
    sent = matrix_submit(user, matrix=matrix)
    assert sent.receipt == "review" and Item.objects.filter(kind="receipt").count() == 1
    assert Referral.objects.count() == Request.objects.count() == 1
    assert Review.objects.filter(ended_at__isnull=True).get().submission == sent


@pytest.mark.requirement("M6")
def test_reviews_of_both_records_end_together(
    officer: User, user: User, primary: Child, other: Child
) -> None:
    for child in (primary, other):
        submit(user, child, RiskLevel.MODERATE, at=now() - timedelta(days=2))
    joined(officer, primary, other)
    assert Review.objects.filter(ended_at__isnull=True).count() == 2
    level_agree(officer, child=other, level=RiskLevel.LOW, forum=Forum.CEVT, rationale="Heard together.")
    assert not Review.objects.filter(ended_at__isnull=True).exists()
    sent = submit(user, primary, RiskLevel.MODERATE)
    assert Review.objects.filter(ended_at__isnull=True).get().submission == sent


@pytest.mark.requirement("M5", "T1")
def test_nothing_is_opened_twice_on_another_record_of_the_child(
    officer: User, user: User, primary: Child, other: Child
) -> None:
    referral, request = referral_open(user, child=other), strategy_meeting_request(user, child=other)
    happened = now() - timedelta(days=1)
    due = matrix_due_raise(user, child=other, occasion="custody", happened_at=happened)
    matrix = matrix_start(user, child=other)
    joined(officer, primary, other)
    for child in (primary, other):
        assert referral_open(user, child=child) == referral
        assert strategy_meeting_request(user, child=child) == request
        assert matrix_due_raise(user, child=child, occasion="custody", happened_at=happened) == due
        assert matrix_start(user, child=child) == matrix


def test_what_is_written_with_a_merged_record_in_hand_is_the_wholes(
    officer: User, user: User, primary: Child, other: Child
) -> None:
    first = note_write(user, child=other, happened_at=now(), text="Seen at the office, tired.")
    identifier_add(user, child=other, kind="police", value="DUR12345")
    joined(officer, primary, other)
    number = identifier_add(user, child=primary, kind="police", value="DUR12345")
    assert number.child == other  # known already: nothing is written
    corrected = note_write(user, child=primary, happened_at=now(), text="Seen at home.", supersedes=first)
    with pytest.raises(Conflict):
        note_write(user, child=other, happened_at=now(), text="Once more.", supersedes=first)
    action = action_open(user, title="Ring the school", owner=user, child=other)
    request = strategy_meeting_request(user, child=other)
    meeting = meeting_record(
        user, child=other, kind="strategy", held_at=now(), outcome="Agreed.", answers=request
    )
    assert {corrected.child, action.child, request.child, meeting.child} == {primary}
    stranger = make_child()
    with pytest.raises(Exception, match="another record"):
        note_write(user, child=stranger, happened_at=now(), text="No.", supersedes=corrected)
    assert CaseNote.objects.count() == 2


@pytest.mark.requirement("T1")
def test_one_decision_of_two_leaves_first_contact_its_reach(
    officer: User, user: User, primary: Child, other: Child
) -> None:
    first, second = (referral_open(user, child=child) for child in (primary, other))
    joined(officer, primary, other)
    decided = {"outcome": NO_ACTION, "rationale": "Two referrals of one matter."}
    referral_decide(officer, referral=second, **decided)
    assert matter_is_open(fresh(primary), MatterKind.REFERRAL)
    referral_decide(officer, referral=first, **decided)
    assert not matter_is_open(fresh(primary), MatterKind.REFERRAL)


def test_taking_the_records_apart_leaves_what_was_sent_with_the_one_that_stayed(
    officer: User, user: User, primary: Child, other: Child
) -> None:
    matrix = ready_matrix(user, other, RiskLevel.MODERATE)
    row = joined(officer, primary, other)
    sent = matrix_submit(user, matrix=matrix)
    merge_undo(officer, merge=row, why="Two children after all.")
    assert not grants.differences(now()) + derived.current_levels()
    assert list(Submission.objects.of(fresh(primary))) == [sent]
    assert not Submission.objects.of(fresh(other)).exists()
    assert not matter_is_open(fresh(other), MatterKind.EXPLOITATION)
    # The other child begins anew, and both papers keep their own clocks.
    again = submit(user, fresh(other), RiskLevel.MODERATE)
    assert again.receipt == "new" and again.child == other
    assert {review.child for review in Review.objects.filter(ended_at__isnull=True)} == {primary, other}
    assert Referral.objects.count() == 2 and Item.objects.filter(kind="receipt").count() == 2
