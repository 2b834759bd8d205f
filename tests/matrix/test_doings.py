"""What a level starts is met by its doing, told on its page; undone, it is to do again (K1, M5, X6, truth-f7)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.actions.choices import Status
from cems.actions.doings.selectors import kind_of
from cems.actions.doings.services import doing_record, doing_undo
from cems.actions.models import Action, Doing
from cems.actions.services import Source, action_open
from cems.actions.slots import DOINGS, DONE_AT
from cems.base.errors import Conflict, Invalid
from cems.base.time import now, today
from cems.children.choices import RiskLevel, StatusKind
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.history.services.status import status_open, status_withdraw
from cems.children.models import Child
from cems.children.own_copy import own_copy
from cems.clocks.choices import Stage
from cems.clocks.models import Clock
from cems.clocks.sweeping import sweep
from cems.notices.models import Notice
from matrix.choices import Informed
from matrix.models import Submission
from matrix.rules import FOLLOWS, TELL_EDT, TELL_MANAGER
from matrix.services.follow_up import LEVEL_SOURCE, SOURCE
from matrix.services.submission import matrix_submit
from tests.factories.children import involve, make_child
from tests.factories.matrices import ready_matrix, set_field, submit
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1", "M5", "X6")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
THURSDAY = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)
# Kept by a record of its own: CEVT's item, the referral, the request for a strategy meeting; or nothing to do.
ELSEWHERE = {"cevt", "first-contact", "strategy-meeting", "support-goes-on"}
SUBMITTED = {"who": "Example officer, council", "reference": "NRM-77"}
CALLED = {"who": "Duty worker of First Contact", "agreed": "A visit today."}


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def lead(child: Child) -> User:
    user = make_user(team=make_team())
    involve(child, user, "lead_practitioner")
    return user


@pytest.fixture
def sent(child: Child, lead: User) -> Submission:
    return submit(lead, child, SIGNIFICANT, at=now() - timedelta(minutes=10))


def action_of(child: Child, key: str) -> Action:
    return Action.objects.get(child=child, key=key)


def page_of(client: Client, action: Action) -> str:
    return client.get(reverse("actions:detail", args=[action.public_id])).content.decode()


def record(user: User, action: Action, answer: str, **given: str) -> Doing:
    return doing_record(user, action=action, answer=answer, given=given)


def form_of(answer: str, day: datetime, **more: str) -> dict[str, str]:
    """What the page sends."""
    parts = {"day_0": str(day.day), "day_1": str(day.month), "day_2": str(day.year)}
    return {"key": str(uuid4()), "answer": answer, **parts, **more}


def undoing(doing: Doing, why: str) -> dict[str, str]:
    """What the page sends that undoes this."""
    return {"key": str(uuid4()), "doing": str(doing.public_id), "why": why}


def test_each_step_of_a_level_is_recorded_here_or_leads_to_where_it_is_done() -> None:
    for level, steps in FOLLOWS.items():
        for step in steps:
            for source in (SOURCE, LEVEL_SOURCE):
                place = f"{source}:{step.key}"
                assert step.key in ELSEWHERE or DOINGS.get(place) or DONE_AT.get(place), (
                    f"{level.label}: {place}"
                )


def test_what_was_done_stands_on_every_page_and_is_asked_for_no_more(
    child: Child, lead: User, sent: Submission
) -> None:
    client, nrm = sign_in(lead), action_of(child, "nrm")
    asked = page_of(client, nrm)
    assert "The referral was submitted" in asked and "Considered, and not needed" in asked
    assert "Mark as done" not in asked
    form = form_of("submitted", now(), submitted_who="Example officer", submitted_reference="NRM-77")
    close = reverse("actions:close", args=[nrm.public_id])
    assert [client.post(close, form).status_code for _ in range(2)] == [302, 302]
    doing = Doing.objects.get()
    assert doing.recorded_by == lead
    columns = [column.attname for column in Doing._meta.concrete_fields]
    assert [name for name in columns if "NRM-77" in str(getattr(doing, name))] == ["words"]  # kept once
    places = {
        "the action": page_of(client, nrm),
        "the chronology": client.get(reverse("children:chronology", args=[child.public_id])).content.decode(),
        "the matrix": client.get(reverse("matrix:submission", args=[sent.public_id])).content.decode(),
    }
    for place, words in places.items():
        assert "Submitted by: Example officer" in words and "Reference: NRM-77" in words, place
    mine = client.get(reverse("actions:list")).content.decode()
    assert nrm.title not in mine
    submit(lead, child, SIGNIFICANT)  # a review asks nothing again
    assert Action.objects.filter(child=child, key="nrm").count() == 1
    copies = [row for row in own_copy([child.pk]) if row["kind"] == "What was done about an action"]
    assert len(copies) == 1 and copies[0]["third_party"] is True


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"answer": ""}, "Say what was done or decided."),
        ({"answer": "submitted", "submitted_who": "Officer"}, "Write the reference of the referral."),
        ({"answer": "not-needed", "submitted_reference": "NRM-77"}, "Say why it is not needed."),
        ({"answer": "not-needed", "not-needed_why": "No sign.", "day_2": "2031"}, "still to come"),
    ],
)
def test_it_is_refused_with_what_is_wanted_and_what_was_typed_stays(
    child: Child, lead: User, sent: Submission, form: dict[str, str], error: str
) -> None:
    nrm, client = action_of(child, "nrm"), sign_in(lead)
    sending = {**form_of("", now()), **form}
    page = client.post(reverse("actions:close", args=[nrm.public_id]), sending)
    words = page.content.decode()
    assert page.status_code == 400 and error in words
    assert all(value in words for name, value in form.items() if "_" in name and name != "day_2")
    assert action_of(child, "nrm").is_open and not Doing.objects.exists()


def test_only_who_has_the_action_records_it(child: Child, sent: Submission) -> None:
    nrm, colleague = action_of(child, "nrm"), make_user()
    involve(child, colleague)
    client = sign_in(colleague)
    form = form_of("not-needed", now(), **{"not-needed_why": "No sign."})
    assert "Record it" not in page_of(client, nrm)
    assert client.post(reverse("actions:close", args=[nrm.public_id]), form).status_code == 403
    assert sign_in(make_user()).post(reverse("actions:close", args=[nrm.public_id]), form).status_code == 404


def test_who_comes_second_reads_who_did_it_and_what_they_wrote(
    child: Child, lead: User, sent: Submission
) -> None:
    nrm, deputy = action_of(child, "nrm"), make_user("team_manager", team=lead.appointments.get().team)
    record(deputy, nrm, "submitted", **SUBMITTED)
    form = form_of("not-needed", now(), **{"not-needed_why": "Typed at length."})
    page = sign_in(lead).post(reverse("actions:close", args=[nrm.public_id]), form)
    words = page.content.decode()
    assert page.status_code == 409 and f"done by {deputy}" in words and "Reference: NRM-77" in words
    assert "What you wrote, which is not kept" in words and "Typed at length." in words
    assert Doing.objects.count() == 1


def test_a_call_has_its_time_which_meets_the_hour(child: Child, lead: User) -> None:
    with time_machine.travel(THURSDAY, tick=False):
        submit(lead, child, SIGNIFICANT)
    with time_machine.travel(THURSDAY + timedelta(hours=3), tick=False):
        sweep()
        call, client = action_of(child, "phone-call"), sign_in(lead)
        form = form_of("reached", THURSDAY, reached_who="Duty worker", reached_agreed="A visit today.")
        close = reverse("actions:close", args=[call.public_id])
        assert "Write the time." in client.post(close, form).content.decode()
        assert client.post(close, {**form, "key": str(uuid4()), "time": "11:20"}).status_code == 302
        clock = Clock.objects.get(pk=call.clock_id)
        assert (clock.stage, clock.met_at) == (Stage.MET, THURSDAY + timedelta(minutes=20))
        assert clock.late_by is None
        assert "Thu 30 Apr 11:20" in page_of(client, call)


def test_a_call_told_with_a_later_matrix_is_asked_for_no_more(child: Child, lead: User) -> None:
    submit(lead, child, SIGNIFICANT, at=now() - timedelta(hours=2))
    draft = ready_matrix(lead, child, SIGNIFICANT)
    later = matrix_submit(lead, matrix=draft, call="First Contact rung at 10:05.")
    call = action_of(child, "phone-call")
    assert call.status == Status.DONE
    assert call.outcome == f"First Contact rung at 10:05. (told with {later.reference})"


def test_a_doing_undone_is_to_do_again_with_its_time_and_its_people_are_told(
    child: Child, lead: User, sent: Submission
) -> None:
    manager = make_user("team_manager", team=lead.appointments.get().team)
    call = action_of(child, "phone-call")
    due_at = Clock.objects.get(pk=call.clock_id).due_at
    doing = record(lead, call, "reached", **CALLED)
    client, undo = sign_in(manager), reverse("actions:undo", args=[call.public_id])
    refused = client.post(undo, undoing(doing, "")).content.decode()
    assert "Say what was wrong with it." in refused and str(doing.public_id) in refused
    form = undoing(doing, "It was about another child.")
    assert [client.post(undo, form).status_code for _ in range(2)] == [302, 302]
    again = action_of(child, "phone-call")
    clock = Clock.objects.get(pk=again.clock_id)
    assert again.is_open and again.outcome == "" and again.doing is None
    assert clock.is_open and clock.due_at == due_at
    told = Notice.objects.filter(user=lead, at__gte=again.doings.get().undone_at)
    assert [notice.text for notice in told] == [f"{call.reference} is to do again: what was done is undone."]
    words = page_of(sign_in(lead), again)
    assert "Record it" in words and "It was about another child." in words and "Duty worker" in words
    record_of = reverse("children:chronology", args=[child.public_id])
    chronology = sign_in(lead).get(record_of).content.decode()
    assert "Done, undone since:" in chronology and "Recorded in error, to do again:" in chronology
    with time_machine.travel(due_at + timedelta(minutes=1), tick=False):
        sweep()
        assert Clock.objects.get(pk=again.clock_id).stage == Stage.BREACHED
    record(lead, again, "reached", **CALLED)
    assert action_of(child, "phone-call").status == Status.DONE and Doing.objects.count() == 2


def test_undone_by_two_the_second_is_told_who_was_quicker(child: Child, lead: User, sent: Submission) -> None:
    deputy = make_user("team_manager", team=lead.appointments.get().team)
    doing = record(deputy, action_of(child, "nrm"), "submitted", **SUBMITTED)
    doing_undo(lead, doing=doing, why="Wrong child.")
    assert Notice.objects.get(user=deputy, kind="action.undone").text.startswith(doing.action.reference)
    with pytest.raises(Conflict, match=f"{lead} has undone this already: Wrong child"):
        doing_undo(make_user(), doing=doing, why="x")
    stranger = make_user()
    involve(child, stranger)
    again = record(lead, action_of(child, "nrm"), "submitted", **SUBMITTED)
    undo = reverse("actions:undo", args=[action_of(child, "nrm").public_id])
    for shown in (doing, again):
        assert sign_in(stranger).post(undo, undoing(shown, "x")).status_code == 403
    assert not action_of(child, "nrm").is_open


def test_a_page_that_shows_what_is_undone_since_undoes_nothing_and_keeps_the_words(
    child: Child, lead: User, sent: Submission
) -> None:
    deputy = make_user("team_manager", team=lead.appointments.get().team)
    first = record(deputy, action_of(child, "nrm"), "submitted", **SUBMITTED)
    undo = reverse("actions:undo", args=[first.action.public_id])
    doing_undo(lead, doing=first, why="Wrong child.")
    late = sign_in(deputy).post(undo, undoing(first, "Typed at length."))
    words = late.content.decode()
    assert late.status_code == 409 and f"{lead} has undone this already: Wrong child" in words
    assert "What you wrote, which is not kept" in words and "Typed at length." in words
    right = record(lead, action_of(child, "nrm"), "submitted", **SUBMITTED)
    page = sign_in(deputy).post(undo, undoing(first, "Typed at length."))
    words = page.content.decode()
    assert page.status_code == 409 and "Typed at length." in words
    assert f'value="{right.public_id}"' in words and f'value="{first.public_id}"' not in words
    assert action_of(child, "nrm").doing == right
    assert sign_in(deputy).post(undo, undoing(right, "Wrong child again.")).status_code == 302
    assert action_of(child, "nrm").is_open


def test_what_is_done_meets_each_task_of_its_kind_and_a_decision_only_its_own(
    child: Child, lead: User, sent: Submission
) -> None:
    paper = Source("triage.decision", str(uuid4()), "DEC-2026-00001")
    nrm = action_of(child, "nrm")
    decided = action_open(None, title="Make it", owner=lead, child=child, source=paper, key="cevt-nrm")
    alone = record(lead, nrm, "not-needed", why="No sign of it.")
    assert Action.objects.get(pk=decided.pk).is_open
    doing_undo(lead, doing=alone, why="New word from the police.")
    both = record(lead, decided, "submitted", **SUBMITTED)
    assert set(Action.objects.filter(doing=both)) == {nrm, decided}
    doing_undo(lead, doing=both, why="Sent for another child.")
    assert Action.objects.filter(pk__in=[nrm.pk, decided.pk], status=Status.OPEN).count() == 2


@pytest.mark.parametrize("answer", [("read", "next"), ("passed-on", "who")])
def test_who_reads_one_matrix_has_not_read_another_nor_has_anybody_else(
    child: Child, lead: User, answer: tuple[str, str]
) -> None:
    first, second = (Source(SOURCE, str(uuid4()), f"CEM-2026-0000{number}") for number in (1, 2))
    desk = make_team()
    reads, other, of_desk = (
        action_open(None, title="Read it", owner=owner, child=child, source=source, key=key)
        for owner, source, key in (
            (lead, first, TELL_MANAGER),
            (lead, second, TELL_MANAGER),
            (desk, second, TELL_EDT),
        )
    )
    record(lead, reads, answer[0], **{answer[1]: "The team of the night."})
    assert not Action.objects.get(pk=reads.pk).is_open
    client = sign_in(lead)
    assert "Record it" in page_of(client, other)
    assert other.reference in client.get(reverse("actions:list")).content.decode()
    assert "Record it" in page_of(sign_in(make_user(team=desk)), of_desk)


@pytest.mark.parametrize(
    ("key", "answer", "given", "before"),
    [
        ("nrm", "submitted", SUBMITTED, timedelta(days=1)),
        ("phone-call", "reached", CALLED, timedelta(minutes=20)),
    ],
)
def test_what_was_done_before_an_action_was_agreed_does_not_meet_it(
    child: Child, lead: User, key: str, answer: str, given: dict[str, str], before: timedelta
) -> None:
    papers = [Source(source, str(uuid4()), source) for source in (SOURCE, LEVEL_SOURCE)]
    with time_machine.travel(THURSDAY, tick=False):
        earlier, later = (
            action_open(
                None,
                title="Do it",
                owner=lead,
                child=child,
                source=paper,
                key=key,
                happened_at=agreed_at,
            )
            for paper, agreed_at in zip(papers, (THURSDAY - timedelta(days=2), THURSDAY), strict=True)
        )
        doing_record(lead, action=earlier, answer=answer, given=given, done_at=THURSDAY - before)
        assert "Record it" in page_of(sign_in(lead), later)
        assert not Action.objects.get(pk=earlier.pk).is_open


def test_what_a_forum_began_is_recorded_in_the_same_way(child: Child, lead: User) -> None:
    level_agree(
        make_user(), child=child, level=MODERATE, forum=Forum.CEG, rationale="Why.", reference="DEC-X"
    )
    plan = action_of(child, "safety-plan")
    assert plan.owner == lead and "Record the safety plan" in page_of(sign_in(lead), plan)
    worker = action_of(child, "ce-worker")
    assert worker.source_kind == LEVEL_SOURCE and DONE_AT.get(f"{LEVEL_SOURCE}:ce-worker")


def test_parents_not_reached_are_told_later_or_it_is_said_why_not(child: Child, lead: User) -> None:
    draft = ready_matrix(lead, child, MODERATE)
    set_field(lead, draft, "informed", Informed.NOT_REACHED)
    set_field(lead, draft, "not_informed_why", "Nobody answered.")
    matrix_submit(lead, matrix=draft)
    told = action_of(child, "parents-informed")
    assert told.owner == lead
    with pytest.raises(Invalid, match="who was told"):
        record(lead, told, "told", who=" ")
    record(lead, told, "told", who="The mother, by the lead practitioner")
    assert not action_of(child, "parents-informed").is_open
    known = make_child()
    submit(lead, known, MODERATE)
    assert not Action.objects.filter(child=known, key="parents-informed").exists()


def test_what_is_done_elsewhere_is_not_closed_by_hand_as_done(child: Child, sent: Submission) -> None:
    worker = action_of(child, "ce-worker")
    manager = make_user("erase_manager", team=worker.owner_team)
    client = sign_in(manager)
    words = page_of(client, worker)
    assert "Mark as done" not in words and "No longer needed" in words and kind_of(worker) is None
    form = {"key": str(uuid4()), "act": "complete", "outcome": "Given."}
    page = client.post(reverse("actions:close", args=[worker.public_id]), form)
    assert page.status_code == 400 and "closes by itself" in page.content.decode()
    assert action_of(child, "ce-worker").is_open


def test_a_step_up_met_by_a_status_in_error_is_to_do_again(child: Child, lead: User) -> None:
    day = today() - timedelta(days=1)
    status_open(lead, child=child, kind=StatusKind.EARLY_HELP, starts_on=day)
    submit(lead, child, SIGNIFICANT)
    status = status_open(lead, child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=day)
    assert action_of(child, "step-up").status == Status.DONE
    status_withdraw(lead, status=status, why="Of a brother.")
    again = action_of(child, "step-up")
    assert again.is_open and "was recorded in error" in again.detail
    assert Clock.objects.get(pk=again.clock_id).is_open
    with pytest.raises(Conflict):
        status_withdraw(lead, status=status, why="Of a brother.")
