"""What a matrix asked for is gone once it is done: a worker given, considered or declined; a step up (K1, M5)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.actions.choices import Status
from cems.actions.models import Action
from cems.base.time import now, today
from cems.children.access.services.death import death_record, death_undo
from cems.children.choices import RiskLevel, StatusKind
from cems.children.history.services.status import status_open
from cems.children.models import Child
from cems.clocks.choices import Stage
from tests.factories.allocation import make_manager, make_social_worker, make_worker
from tests.factories.boards import cevt_decides, make_board_chair, put_on_board, reviewed
from tests.factories.children import agree_level, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_locality, make_user, sign_in
from tests.factories.triage import make_chair, ruling, waiting_child
from triage.allocation.services.allocation import allocation_end, allocation_make
from triage.allocation.services.wait_end import allocation_decline
from triage.cevt.services.decision import decision_make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1", "T6", "M5")]
SIGNIFICANT, MODERATE = RiskLevel.SIGNIFICANT, RiskLevel.MODERATE
ALLOCATE, CONSIDER = "Allocate a child exploitation worker", "Consider a child exploitation worker"


def asked(child: Child) -> list[Action]:
    """The actions about a worker, the oldest first."""
    return list(Action.objects.filter(child=child, key="ce-worker").order_by("pk"))


@pytest.fixture
def child() -> Child:
    child = make_child(locality=make_locality("east"))
    make_social_worker(child)
    return child


def test_a_worker_who_is_given_meets_the_task_and_the_managers_page_is_without_it(child: Child) -> None:
    chair, manager, worker = make_chair(), make_manager(), make_worker()
    item = waiting_child(child)
    decision_make(chair, child=child, ruling=ruling(item))
    page = sign_in(manager).get(reverse("actions:list"), {"whose": "team"}).content.decode()
    assert ALLOCATE in page

    allocation_make(manager, child=child, worker=worker)

    page = sign_in(manager).get(reverse("actions:list"), {"whose": "team"}).content.decode()
    assert ALLOCATE not in page
    (action,) = asked(child)
    assert (action.status, action.outcome) == (Status.DONE, f"{worker} has the child.")
    assert action.clock and action.clock.stage == Stage.MET


def test_after_a_death_recorded_in_error_the_work_goes_on(child: Child) -> None:
    """The clocks stay cancelled; what was asked for is done all the same, and the page is without it."""
    manager, worker = make_manager(), make_worker()
    decision_make(make_chair(), child=child, ruling=ruling(waiting_child(child)))
    officer = make_user("first_contact")
    death_record(officer, child=child, died_on=today(), owner=make_user())
    death_undo(officer, child=child, reason="Another child of the same name.")

    allocation = allocation_make(manager, child=child, worker=worker)

    page = sign_in(manager).get(reverse("actions:list"), {"whose": "team"}).content.decode()
    assert ALLOCATE not in page
    allocation_end(manager, allocation=allocation, why="The worker leaves.")
    allocation_decline(manager, child=child, why="Youth justice leads.")
    assert [action.status for action in asked(child)] == [Status.DONE]


def test_a_child_who_has_a_worker_is_not_asked_about_again(child: Child) -> None:
    manager, worker = make_manager(), make_worker()
    decision_make(make_chair(), child=child, ruling=ruling(waiting_child(child)))
    allocation = allocation_make(manager, child=child, worker=worker)
    submit(make_user(), child, SIGNIFICANT)
    assert [action.status for action in asked(child)] == [Status.DONE]

    # The second time: the worker is gone. A review at the same level asks nothing; a level that rises again does.
    allocation_end(manager, allocation=allocation, why="The worker leaves.")
    submit(make_user(), child, SIGNIFICANT)
    assert [action.status for action in asked(child)] == [Status.DONE]
    agree_level(child, RiskLevel.LOW, at=now())
    submit(make_user(), child, SIGNIFICANT)
    assert [action.status for action in asked(child)] == [Status.DONE, Status.OPEN]


def test_cevts_decision_at_moderate_is_the_considering(child: Child) -> None:
    item = waiting_child(child, level=MODERATE)
    (action,) = asked(child)
    assert action.title == CONSIDER
    decision = decision_make(make_chair(), child=child, ruling=ruling(item, MODERATE))
    (action,) = asked(child)
    assert (action.status, action.outcome) == (Status.DONE, f"CEVT has considered it ({decision.reference}).")


def test_cevts_decision_at_significant_leaves_the_worker_to_be_given(child: Child) -> None:
    decision_make(make_chair(), child=child, ruling=ruling(waiting_child(child)))
    (action,) = asked(child)
    assert action.status == Status.OPEN


def test_a_board_that_agrees_less_than_significant_has_considered_it(child: Child) -> None:
    entry = put_on_board(child)
    chair, manager = make_board_chair(entry.locality), make_manager()
    page = sign_in(manager).get(reverse("actions:list"), {"whose": "team"}).content.decode()
    assert ALLOCATE in page

    review = reviewed(chair, entry, MODERATE)

    page = sign_in(manager).get(reverse("actions:list"), {"whose": "team"}).content.decode()
    assert ALLOCATE not in page
    (action,) = asked(child)
    assert (action.status, action.outcome) == (Status.DONE, f"CEG has considered it ({review.reference}).")

    # The second time: another matrix asks anew, and a level no forum has agreed answers nothing.
    submit(make_user(), child, SIGNIFICANT)
    assert [action.status for action in asked(child)] == [Status.DONE, Status.OPEN]


def test_a_late_decision_at_moderate_answers_nothing_while_significant_stands(child: Child) -> None:
    put_on_board(child)
    cevt_decides(child, MODERATE, at=now() - timedelta(days=2))
    (action,) = asked(child)
    assert action.status == Status.OPEN


def test_the_action_leads_to_the_page_where_a_worker_is_given_those_who_may(child: Child) -> None:
    put_on_board(child)
    (action,) = asked(child)
    url, place = reverse("actions:detail", args=[action.public_id]), "Give the child a worker, or say why not"
    candidates = reverse("allocation:candidates", args=[child.public_id, "ce_worker"])
    client = sign_in(make_manager())
    page = client.get(url).content.decode()
    assert place in page and candidates in page and client.get(candidates).status_code == 200
    # Another of ERASE's desk has the action too, and gives nobody a child.
    page = sign_in(make_user(team=action.owner_team)).get(url).content.decode()
    assert ALLOCATE in page and place not in page

    allocation_decline(make_manager(), child=child, why="Youth justice leads.")
    assert place not in client.get(url).content.decode()


def test_no_worker_for_now_answers_the_task_and_the_reason_stays_with_the_decision(child: Child) -> None:
    decision_make(make_chair(), child=child, ruling=ruling(waiting_child(child)))
    allocation_decline(make_manager(), child=child, why="Youth justice leads.")
    (action,) = asked(child)
    assert (action.status, action.outcome) == (
        Status.DONE,
        "No worker is given for now. Why stands with the decision.",
    )


def test_a_child_who_becomes_open_to_childrens_services_is_stepped_up() -> None:
    child, user = make_child(), make_user()
    status_open(user, child=child, kind=StatusKind.EARLY_HELP, starts_on=today())
    submit(user, child, SIGNIFICANT)
    action = Action.objects.get(child=child, key="step-up")
    assert action.status == Status.OPEN
    status_open(user, child=child, kind=StatusKind.UASC, starts_on=today())  # tells nothing of it
    assert Action.objects.get(pk=action.pk).status == Status.OPEN
    past = today() - timedelta(days=30)  # one that is over, recorded for the history
    status_open(user, child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=past, ends_on=past)
    client = sign_in(make_user("first_contact", team=action.owner_team))
    url = reverse("actions:detail", args=[action.public_id])
    place = reverse("children:status_open", args=[child.public_id])
    assert Action.objects.get(pk=action.pk).status == Status.OPEN
    assert place in client.get(url).content.decode() and client.get(place).status_code == 200

    status_open(user, child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=today())

    assert place not in client.get(url).content.decode()
    action.refresh_from_db()
    assert (action.status, action.outcome) == (
        Status.DONE,
        "Open to children's services: child in need.",
    )
