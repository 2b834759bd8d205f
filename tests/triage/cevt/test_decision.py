"""CEVT decides: what one decision does, and what refuses it (T2, T3, T4; cevt-f1, f2, f4, f5, f10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from cems.accounts.models import Agency, User
from cems.actions.models import Action
from cems.base.errors import CommandError, Conflict, Invalid
from cems.base.time import now
from cems.children.choices import HarmForm, MatterKind, RiskLevel
from cems.children.matching.selectors.merge import preview
from cems.children.matching.services.merge import merge_make
from cems.children.models import AgreedLevel, Child, Matter
from cems.clocks.choices import Stage
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.models import Contribution, Dissent
from cems.meetings.services.contribution import contribution_save
from cems.meetings.services.meeting import attendance_end, meeting_end
from cems.notices.models import Notice
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import make_locality, make_user
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from triage.cevt.outcomes import CEG, STEP_DOWN, Wish
from triage.cevt.services.decision import Task, decision_confirm, decision_make
from triage.cevt.services.item import (
    information_request_answer,
    information_request_open,
    item_raise,
    item_withdraw,
)
from triage.choices import CegReason
from triage.models import AllocationWait, Decision, InformationRequest, Item

pytestmark = pytest.mark.django_db
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
# A Wednesday; Christmas and the clocks of both changes are in test_receipt.
MORNING = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)


@pytest.fixture
def child() -> Child:
    return make_child(locality=make_locality("east"))


@pytest.mark.requirement("T2", "T3", "T4", "C4")
def test_one_decision_agrees_the_level_meets_the_clock_and_starts_board_and_worker(
    child: Child, chair: User
) -> None:
    item = waiting_child(child)
    meeting = sitting(chair, *QUORATE)
    row = decision_make(
        chair,
        child=child,
        meeting=meeting,
        ruling=ruling(item, forms=[HarmForm.CRIMINAL], feedback="Thank you: clear and dated."),
    )
    child.refresh_from_db()
    item.refresh_from_db()
    assert child.level is SIGNIFICANT and child.current_level.reference == row.reference  # type: ignore[union-attr]
    assert item.decision == row and item.closed_at == row.decided_at
    assert item.clock and item.clock.stage == Stage.MET
    assert not row.provisional and row.submitted_level == SIGNIFICANT
    kinds = {outcome.kind: outcome for outcome in row.outcomes.all()}
    assert set(kinds) == {"ceg", "allocation"}
    assert (kinds["ceg"].locality, kinds["ceg"].ceg_reason) == (child.locality, CegReason.SIGNIFICANT)
    assert Matter.objects.get(child=child, kind=MatterKind.CEG, closed_at=None).locality == child.locality
    assert AllocationWait.objects.get(child=child).clock.stage == Stage.RUNNING
    # The forum keeps its reach for 28 days; the user who sent the matrix is told in this minute.
    assert Matter.objects.get(child=child, kind=MatterKind.CEVT).until == row.decided_at + timedelta(days=28)
    notice = Notice.objects.get(kind="triage.decided")
    assert notice.user == item.submission.submitted_by and row.reference in notice.text  # type: ignore[union-attr]


@pytest.mark.requirement("T3")
def test_without_childrens_services_it_is_provisional_and_confirmed_the_next_working_day(
    child: Child, chair: User
) -> None:
    item = waiting_child(child, at=MORNING)
    meeting = sitting(chair, "health", "education", at=MORNING)
    row = decision_make(chair, child=child, meeting=meeting, ruling=ruling(item), at=MORNING)
    item.refresh_from_db()
    assert row.provisional_why == "without children's services"
    assert item.clock and item.clock.stage == Stage.MET
    assert row.confirm_clock and row.confirm_clock.due_at == datetime(2026, 5, 7, 16, 0, tzinfo=UTC)
    # The same table can't confirm itself; with the words of who agreed it is confirmed, once.
    with pytest.raises(Invalid) as refused:
        decision_confirm(chair, decision=row, meeting=meeting, ruling=ruling(item), at=MORNING)
    assert refused.value.field == "agreed_with"
    agreed = ruling(item, MODERATE, agreed_with="Team manager, children's services, by phone at 15:10")
    final = decision_confirm(chair, decision=row, ruling=agreed, at=MORNING + timedelta(hours=5))
    child.refresh_from_db()
    row.confirm_clock.refresh_from_db()
    assert final.confirms == row and not final.provisional and child.level is MODERATE
    assert row.confirm_clock.stage == Stage.MET
    with pytest.raises(Conflict):
        decision_confirm(chair, decision=row, ruling=agreed)


@pytest.mark.requirement("T3")
def test_cevt_f3_no_quorum_decides_provisionally_and_a_table_that_empties_too(
    child: Child, chair: User
) -> None:
    item = waiting_child(child)
    meeting = sitting(chair, *QUORATE)
    for row in meeting.attendances.exclude(user=chair).select_related("user"):
        attendance_end(chair, meeting=meeting, person=row.user)
    decided = decision_make(chair, child=child, meeting=meeting, ruling=ruling(item))
    assert decided.provisional_why == "without children's services, without a quorum (1 of 3 agencies)"
    assert meeting_end(chair, meeting=meeting).quorate  # four agencies had been there


@pytest.mark.requirement("T3")
def test_outside_a_meeting_it_is_provisional(child: Child, chair: User) -> None:
    assert (
        decision_make(chair, child=child, ruling=ruling(waiting_child(child))).provisional_why
        == "outside a meeting"
    )


@pytest.mark.requirement("T1")
def test_a_child_first_contact_has_not_processed_is_not_discussed(child: Child, chair: User) -> None:
    sent = submit(make_user(), child, MODERATE)
    item = Item.objects.get(submission=sent)
    assert item.clock and item.clock.owner_team and item.clock.owner_team.code == "first-contact"
    with pytest.raises(Conflict, match="has not processed this child yet"):
        decision_make(chair, child=child, ruling=ruling(item, MODERATE))


@pytest.mark.requirement("T1", "T2")
def test_cevt_takes_the_clock_over_when_the_gate_is_passed(child: Child) -> None:
    item = waiting_child(child)
    assert item.clock and item.clock.owner_team and item.clock.owner_team.code == "cevt"


@pytest.mark.requirement("T3")
def test_cevt_f1_a_withdrawn_matrix_is_not_decided(child: Child, chair: User) -> None:
    item = waiting_child(child)
    asked = information_request_open(chair, item=item, agency=chair.agency, what="Where was it?", owner=chair)
    gone = item_withdraw(chair, item=item, why="It was about another child.")
    assert gone.clock
    gone.clock.refresh_from_db()
    assert gone.clock.stage == Stage.CANCELLED
    assert InformationRequest.objects.get(pk=asked.pk).action.status == "cancelled"
    with pytest.raises(Conflict, match="taken off"):
        decision_make(chair, child=child, ruling=ruling(item))
    with pytest.raises(Conflict):
        item_withdraw(chair, item=item, why="Again.")
    assert not AgreedLevel.objects.filter(child=child).exists()


@pytest.mark.requirement("T3")
def test_cevt_f2_the_second_decision_is_refused_and_names_the_first(child: Child, chair: User) -> None:
    item = waiting_child(child)
    first = decision_make(chair, child=child, ruling=ruling(item))
    with pytest.raises(Conflict, match=first.reference):
        decision_make(make_chair(), child=child, ruling=ruling(item, MODERATE))


@pytest.mark.requirement("T3")
@pytest.mark.django_db(transaction=True)
def test_cevt_f2_two_chairs_at_the_same_instant_make_one_decision(child: Child) -> None:
    item = waiting_child(child)
    chairs = [make_chair(), make_chair()]

    def decide(chair: User) -> str:
        try:
            return decision_make(chair, child=child, ruling=ruling(item)).reference
        except CommandError as refused:
            return refused.message
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(decide, chairs))
    decision = Decision.objects.get()
    assert answers[0] == decision.reference and decision.reference in answers[1]
    assert AgreedLevel.objects.filter(child=child).count() == 1


@pytest.mark.requirement("T3")
def test_cevt_f4_a_matrix_that_comes_during_the_meeting_is_read_first(child: Child, chair: User) -> None:
    user = make_user()
    item = waiting_child(child, level=MODERATE, by=user)
    newer = submit(user, child, SIGNIFICANT)
    with pytest.raises(Conflict, match=newer.reference):
        decision_make(chair, child=child, ruling=ruling(item))
    row = decision_make(chair, child=child, ruling=ruling(Item.objects.get(submission=newer)))
    # One decision answers both, and is measured against the higher.
    assert {entry.pk for entry in row.items.all()} == set(Item.objects.values_list("pk", flat=True))
    assert row.submitted_level == SIGNIFICANT


@pytest.mark.requirement("T3", "C1")
def test_cevt_f5_a_child_merged_during_the_meeting_is_decided_as_one(child: Child, chair: User) -> None:
    other = make_child(locality=child.locality)
    item = waiting_child(child)
    second = Item.objects.get(submission=submit(make_user(), other, MODERATE))
    desk = make_user("first_contact")
    wanted = preview(child, other)
    merge_make(
        desk,
        primary=child,
        other=other,
        why="One child",
        decisions={choice.key: "primary" for choice in wanted.choices},
    )
    decision = decision_make(chair, child=other, ruling=ruling(second))
    item.refresh_from_db()
    assert decision.child == child and item.decision == decision
    assert decision.items.count() == 2


@pytest.mark.requirement("T4")
def test_cevt_f10_a_child_without_locality_needs_one_chosen_for_the_board(chair: User) -> None:
    child = make_child()
    item = waiting_child(child)
    with pytest.raises(Invalid) as refused:
        decision_make(chair, child=child, ruling=ruling(item))
    assert refused.value.field == "ceg_locality" and not Decision.objects.exists()
    board = Wish(CEG, locality=make_locality("south"))
    decision_make(chair, child=child, ruling=ruling(item, outcomes=[board]))
    assert Matter.objects.get(child=child, kind=MatterKind.CEG).locality == make_locality("south")


@pytest.mark.requirement("T3", "T4")
def test_low_ends_the_concern_and_keeps_tasks_and_dissent(child: Child, chair: User) -> None:
    item = waiting_child(child, level=MODERATE)
    police = Agency.objects.get(pk=chair.agency_id)
    row = decision_make(
        chair,
        child=child,
        ruling=ruling(
            item,
            LOW,
            outcomes=[Wish(STEP_DOWN, "Early help goes on.")],
            tasks=[Task("Ask the youth club", make_user())],
            dissents=[(police, "We hold newer information.")],
        ),
    )
    assert not Matter.objects.filter(child=child, kind=MatterKind.EXPLOITATION, closed_at=None).exists()
    assert Dissent.objects.get(about=row.public_id).agency == police
    titles = set(Action.objects.filter(source_id=str(row.public_id)).values_list("title", flat=True))
    assert titles == {"Ask the youth club", "Step down: agree who goes on supporting the child"}


@pytest.mark.requirement("T2", "T4")
def test_only_information_wanted_pauses_the_clock_and_the_answer_goes_on(child: Child, chair: User) -> None:
    item = waiting_child(child, at=MORNING)
    request = information_request_open(
        chair, item=item, agency=chair.agency, what="Who drove?", owner=chair, at=MORNING + timedelta(hours=1)
    )
    two = information_request_open(
        chair, item=item, agency=chair.agency, what="Where to?", owner=chair, at=MORNING + timedelta(hours=2)
    )
    clock = item.clock
    assert clock
    clock.refresh_from_db()
    assert clock.stage == Stage.PAUSED and clock.working_days_left == 2
    information_request_answer(
        chair, information_request=request, answer="An uncle.", at=MORNING + timedelta(days=1)
    )
    clock.refresh_from_db()
    assert clock.stage == Stage.PAUSED  # one question is still open
    information_request_answer(
        chair, information_request=two, answer="To the coast.", at=MORNING + timedelta(days=2)
    )
    clock.refresh_from_db()
    assert clock.stage == Stage.RUNNING and clock.due_at == datetime(2026, 5, 12, 16, 0, tzinfo=UTC)
    with pytest.raises(Conflict):
        information_request_answer(chair, information_request=two, answer="Again.")


@pytest.mark.requirement("T3")
def test_what_agencies_said_is_frozen_by_the_decision(child: Child, chair: User) -> None:
    item = waiting_child(child)
    nurse = make_user("cevt_member")
    common = {"child": child, "forum": MeetingForum.CEVT, "about": item.public_id}
    contribution_save(nurse, held=Held.WRITTEN, text="Seen at the clinic.", **common)  # type: ignore[arg-type]
    decision_make(chair, child=child, ruling=ruling(item))
    with pytest.raises(Conflict):
        contribution_save(nurse, held=Held.NOTHING, version=1, **common)  # type: ignore[arg-type]
    assert Contribution.objects.get().text == "Seen at the clinic."


@pytest.mark.requirement("T3")
def test_a_child_raised_without_a_matrix_is_decided_too(child: Child, chair: User) -> None:
    waiting = waiting_child(child, level=MODERATE)
    decision_make(chair, child=child, ruling=ruling(waiting, MODERATE))
    item = item_raise(make_user(), child=child, why="Seen with an adult nobody knows.")
    seen = waiting.submission.public_id if waiting.submission else None
    row = decision_make(chair, child=child, ruling=ruling(item, LOW, seen=seen))
    assert row.submitted_level is None and now() >= row.decided_at
