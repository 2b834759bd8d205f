"""CEVT's clock is paused by a question, never for ever: without an answer in its time it runs on (T2, safe-f3)."""

from datetime import UTC, datetime, timedelta

import pytest

from cems.accounts.models import User
from cems.accounts.services.person import user_end
from cems.base.errors import Conflict
from cems.base.time import now, today
from cems.clocks.choices import Stage
from cems.clocks.models import Clock, Transition
from cems.notices.models import Notice
from tests.factories.children import involve, make_child
from tests.factories.people import make_locality, make_team, make_user
from tests.factories.triage import waiting_child
from triage.cevt.services.information_request import information_requests_run_on
from triage.cevt.services.item import (
    information_request_answer,
    information_request_open,
    item_withdraw,
)
from triage.models import InformationRequest, Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T2")]
MORNING = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)  # a Wednesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def item() -> Item:
    return waiting_child(make_child(locality=make_locality("east")), at=MORNING)


def asked(chair: User, item: Item, owner: User | None = None, *, days: int = 2) -> InformationRequest:
    return information_request_open(
        chair,
        item=item,
        agency=chair.agency,
        what="Who drove?",
        owner=owner or chair,
        working_days=days,
        at=MORNING + HOUR,
    )


def clock_of(item: Item) -> Clock:
    return Clock.objects.get(pk=item.clock_id)


def test_without_an_answer_in_its_time_the_clock_runs_on(chair: User, item: Item) -> None:
    at_the_desk = make_user("cevt_member", team=clock_of(item).owner_team)
    request = asked(chair, item)
    asked_until = Clock.objects.get(pk=request.action.clock_id).due_at
    assert asked_until == datetime(2026, 5, 8, 16, 0, tzinfo=UTC)
    assert information_requests_run_on(None, at=asked_until - HOUR) == 0
    assert clock_of(item).stage == Stage.PAUSED
    assert information_requests_run_on(None, at=now()) == 1  # the sweep comes late
    assert information_requests_run_on(None, at=now()) == 0, "twice"
    clock = clock_of(item)
    assert clock.stage == Stage.RUNNING
    step = Transition.objects.filter(clock=clock).latest("pk")
    assert (step.stage, step.at) == ("resumed", asked_until), "not from when the time was over"
    assert clock.due_at == datetime(2026, 5, 12, 16, 0, tzinfo=UTC)  # the two days that were left
    told = Notice.objects.filter(kind="triage.not_answered")
    assert {chair, at_the_desk} <= {row.user for row in told} and "did not answer in time" in told[0].text
    # What comes after all is still taken, and moves nothing.
    information_request_answer(chair, information_request=request, answer="An uncle.")
    assert clock_of(item).due_at == clock.due_at


def test_a_question_to_somebody_who_left_is_asked_of_their_team_and_the_clock_runs_on(
    chair: User, item: Item
) -> None:
    team = make_team(agency=chair.agency)
    worker, colleague = make_user(team=team), make_user("team_manager", team=team)
    involve(item.child, worker)
    request = asked(chair, item, worker)
    user_end(None, user=worker, last_day=today())
    request.action.refresh_from_db()
    assert request.action.owner in (team, colleague), "asked of nobody who works here"
    assert clock_of(item).stage == Stage.PAUSED
    assert information_requests_run_on(None, at=MORNING + 3 * DAY) == 1
    assert clock_of(item).stage == Stage.RUNNING


def test_it_waits_for_the_last_of_several_questions(chair: User, item: Item) -> None:
    asked(chair, item, days=1)
    asked(chair, item, days=5)
    assert information_requests_run_on(None, at=MORNING + 3 * DAY) == 0
    assert information_requests_run_on(None, at=MORNING + 8 * DAY) == 1


def test_what_was_answered_or_withdrawn_runs_nothing_on(chair: User, item: Item) -> None:
    request = asked(chair, item)
    information_request_answer(chair, information_request=request, answer="An uncle.", at=MORNING + 2 * HOUR)
    due_at = clock_of(item).due_at
    assert information_requests_run_on(None, at=MORNING + 9 * DAY) == 0
    assert clock_of(item).due_at == due_at
    other = waiting_child(make_child(locality=make_locality("east")), at=MORNING)
    gone = asked(chair, other)
    item_withdraw(chair, item=other, why="It was about another child.")
    assert information_requests_run_on(None, at=MORNING + 9 * DAY) == 0
    with pytest.raises(Conflict):
        asked(chair, other)
    assert InformationRequest.objects.get(pk=gone.pk).answered_at is None
