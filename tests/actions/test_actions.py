"""Actions (SP1, T3, G2): who does what by when, carried over until done."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.accounts.profile import Post
from cems.accounts.roles import ROLES, Reach
from cems.actions import child_content, services
from cems.actions.choices import Status
from cems.actions.home_content import items
from cems.actions.models import Action
from cems.actions.services import Source
from cems.audit.models import Entry
from cems.base.calendar import close_of_business, on_day
from cems.base.errors import Conflict, Invalid
from cems.children.access.child_access import ChildAccess
from cems.children.access_control import OpenChild
from cems.children.own_copy import own_copy
from cems.clocks.choices import Stage
from cems.clocks.models import Clock
from cems.clocks.services.clock import clock_cancel
from cems.clocks.sweeping import sweep
from cems.notices.models import Notice
from tests.factories.children import bar, involve, make_child
from tests.factories.clocks import MONDAY, london
from tests.factories.people import make_agency, make_team, make_user, sign_in

pytestmark = pytest.mark.django_db

MEETING = Source("test.meeting", "11111111-1111-4111-8111-111111111111", "MTG-2026-00001")


@pytest.fixture(autouse=True)
def _on_a_plain_monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


def make_action(owner: object, by: object = None, **kw: object) -> Action:
    fields = {"title": "Example action", "deadline": close_of_business(MONDAY, 3), **kw}
    return services.action_open(by, owner=owner, **fields)  # type: ignore[arg-type]


@pytest.mark.requirement("SP1")
def test_it_is_opened_with_a_reference_a_clock_and_the_owner_is_told_without_its_title() -> None:
    chair, owner, child = make_user(), make_user(), make_child()
    action = make_action(owner, chair, child=child, title="Ring the example family", source=MEETING)
    assert action.reference.startswith("ACT-2026-")
    assert action.clock is not None
    assert (action.clock.child, action.clock.owner) == (child.public_id, owner)
    assert action.clock.url == reverse("actions:detail", args=[action.public_id])
    notice = Notice.objects.get(user=owner)
    assert notice.text == f"{action.reference} is yours to do."
    assert "family" not in f"{action.clock.title}{notice.text}"
    assert Entry.objects.filter(
        subject_id=str(action.public_id), verb="created", child=child.public_id
    ).exists()


def test_who_takes_an_action_on_themselves_is_not_told_so() -> None:
    me = make_user()
    make_action(me, me)
    assert not Notice.objects.exists()


def test_a_follow_up_is_raised_once_by_its_source() -> None:
    owner = make_user()
    first = make_action(owner, source=MEETING, key="share-with-police")
    assert make_action(owner, source=MEETING, key="share-with-police") == first
    assert make_action(owner, source=MEETING, key="another") != first
    assert make_action(owner, source=MEETING) != make_action(owner, source=MEETING)
    with pytest.raises(ValueError, match="source"):
        make_action(owner, key="share-with-police")
    with pytest.raises(Invalid):
        make_action(owner, title="  ")


@pytest.mark.requirement("T3")
def test_done_it_meets_its_clock() -> None:
    owner, child = make_user(), make_child()
    action = make_action(owner, child=child, key="k", source=MEETING)
    done = services.action_complete(owner, action=action, outcome="They answered.", at=MONDAY)
    assert (done.status, done.closed_by, done.outcome) == (Status.DONE, owner, "They answered.")
    assert Clock.objects.get(pk=action.clock_id).stage == Stage.MET
    with pytest.raises(Conflict, match="already closed"):
        services.action_cancel(owner, action=action, reason="x")


def test_it_is_not_done_without_an_outcome_or_before_its_time() -> None:
    owner = make_user()
    action = make_action(owner)
    with pytest.raises(Invalid) as refusal:
        services.action_complete(owner, action=action, outcome=" ")
    assert refusal.value.field == "outcome"
    with pytest.raises(Invalid, match="still to come"):
        services.action_complete(owner, action=action, outcome="x", at=MONDAY + timedelta(days=1))
    assert Action.objects.get(pk=action.pk).is_open


@pytest.mark.requirement("G2")
def test_carried_over_it_closes_here_and_opens_there() -> None:
    owner = make_user()
    action = make_action(owner, source=MEETING, key="k", detail="how")
    next_meeting = Source("test.meeting", "22222222-2222-4222-8222-222222222222", "MTG-2026-00002")
    carried = services.action_carry_over(
        None, action=action, deadline=close_of_business(MONDAY, 9), source=next_meeting, reason="Not reached"
    )
    old = Action.objects.get(pk=action.pk)
    assert (old.status, old.clock.stage, old.carried_to) == (Status.CARRIED, Stage.CANCELLED, carried)
    assert (carried.title, carried.detail, carried.key, carried.owner) == (action.title, "how", "k", owner)
    assert carried.clock.due_at == london("2026-06-12T17:00")
    assert list(Action.objects.from_source("test.meeting", next_meeting.id).to_do()) == [carried]
    assert not Action.objects.from_source("test.meeting", MEETING.id).to_do().exists()


def test_handed_over_its_clock_goes_along() -> None:
    owner, team = make_user(), make_team()
    mate = make_user(team=team)
    action, dateless = make_action(owner), make_action(owner, deadline=None)
    for each in (action, dateless):
        services.action_hand_over(owner, action=each, owner=team, reason="leave")
    assert Clock.objects.get(pk=action.clock_id).owner == team
    assert Notice.objects.filter(user=mate).count() == 2


@pytest.mark.requirement("SP1", "K1")
def test_with_its_clock_cancelled_it_is_asked_again_handed_over_and_done() -> None:
    """As after a death recorded in error: the clocks stay cancelled, the action is still to do."""
    owner, other = make_user(), make_user()
    action = make_action(owner, deadline=close_of_business(MONDAY, 3))
    assert action.clock is not None
    clock_cancel(None, clock=action.clock, reason="The child has died")
    services.action_ask_again(
        None, action=action, source=MEETING, deadline=close_of_business(MONDAY, 1), at=MONDAY
    )
    services.action_hand_over(None, action=action, owner=other)
    assert [row.text for row in Notice.objects.filter(user=other)] == [f"{action.reference} is now with you."]
    done = services.action_complete(other, action=action, outcome="Spoken to.")
    assert done.status == Status.DONE and done.clock and done.clock.stage == Stage.CANCELLED


@pytest.mark.requirement("K1")
def test_overdue_the_owners_manager_is_told_and_a_closed_one_is_left_alone() -> None:
    team = make_team()
    owner, manager = make_user(team=team), make_user("team_manager", team=team)
    open_one, closed = make_action(owner), make_action(owner)
    # As if the clock had been left running by a mistake: the action is the truth.
    Action.objects.filter(pk=closed.pk).update(status=Status.DONE, closed_at=MONDAY, outcome="x")
    sweep(london("2026-06-04T17:00"))
    assert Notice.objects.filter(user=manager, kind="clock.breached").get().reference == open_one.reference
    assert Clock.objects.get(pk=closed.clock_id).stage == Stage.MET


# Who sees what


@pytest.mark.requirement("A2")
def test_the_list_has_my_own_and_my_teams_only() -> None:
    team = make_team()
    me = make_user(team=team)
    own, shared, other = (
        make_action(me, title="Own"),
        make_action(team, title="Shared"),
        make_action(make_user()),
    )
    assert set(Action.objects.visible_to(me)) == {own, shared}
    client = sign_in(me)
    mine = client.get(reverse("actions:list")).content.decode()
    teams = client.get(reverse("actions:list"), {"whose": "team"}).content.decode()
    assert ("Own" in mine, "Shared" in mine, "Own" in teams, "Shared" in teams) == (True, False, True, True)
    assert other.reference not in teams
    assert client.get(reverse("actions:list"), {"whose": "all"}).status_code == 400


@pytest.mark.requirement("A2")
def test_a_childs_name_is_shown_only_to_those_who_may_see_the_child() -> None:
    me, child = make_user(), make_child(family_name="Brackenington")
    make_action(me, child=child)
    assert "Brackenington" not in sign_in(me).get(reverse("actions:list")).content.decode()
    involve(child, me)
    assert "Brackenington" in sign_in(me).get(reverse("actions:list")).content.decode()
    entry = Entry.objects.filter(actor=me, part="actions.list").latest("at", "id")
    assert entry.detail["children"] == [str(child.public_id)]


@pytest.mark.requirement("A2")
def test_a_record_that_shuts_me_out_hides_even_my_own_action() -> None:
    me = make_user()
    restricted, barring = make_child(restricted=True), make_child()
    hidden = [make_action(me, child=restricted), make_action(me, child=barring)]
    bar(barring, me)
    assert not Action.objects.visible_to(me).exists()
    for action in hidden:
        assert sign_in(me).get(reverse("actions:detail", args=[action.public_id])).status_code == 404


@pytest.mark.requirement("A2", "A3")
def test_who_works_with_the_child_may_look_and_is_recorded_but_not_act() -> None:
    worker, owner, stranger, child = make_user(), make_user(), make_user(), make_child()
    involve(child, worker)
    action = make_action(owner, child=child)
    url = reverse("actions:detail", args=[action.public_id])
    page = sign_in(worker).get(url)
    assert page.status_code == 200
    assert "Mark as done" not in page.content.decode()
    assert Entry.objects.filter(actor=worker, verb="viewed", subject_id=str(action.public_id)).exists()
    assert sign_in(stranger).get(url).status_code == 404
    sent = {"key": str(uuid4()), "act": "complete", "outcome": "x"}
    assert sign_in(worker).post(reverse("actions:close", args=[action.public_id]), sent).status_code == 403


@pytest.mark.requirement("A2")
def test_my_manager_may_close_it_for_me() -> None:
    team = make_team()
    owner, manager = make_user(team=team), make_user("team_manager", team=team)
    action = make_action(owner)
    sent = {
        "key": str(uuid4()),
        "act": "cancel",
        "outcome": "No longer at school",
    }
    assert sign_in(manager).post(reverse("actions:close", args=[action.public_id]), sent).status_code == 302
    assert Action.objects.get(pk=action.pk).status == Status.CANCELLED


def test_a_form_sent_twice_counts_once_and_keeps_what_was_typed_when_refused() -> None:
    me = make_user()
    action, client = make_action(me), sign_in(me)
    url = reverse("actions:close", args=[action.public_id])
    refused = client.post(url, {"key": "x", "act": "complete", "outcome": "Typed at length"})
    assert refused.status_code == 400
    assert "Typed at length" in refused.content.decode()
    sent = {"key": str(uuid4()), "act": "complete", "outcome": "They came."}
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert client.post(url, {**sent, "outcome": "Another"}).status_code == 409
    assert Entry.objects.filter(subject_id=str(action.public_id), verb="completed").count() == 1


def test_who_closes_what_a_colleague_closed_meanwhile_still_has_their_words() -> None:
    team = make_team()
    me, manager = make_user(team=team), make_user("team_manager", team=team)
    action, client = make_action(me), sign_in(me)
    services.action_complete(manager, action=action, outcome="The school rang.")
    url = reverse("actions:close", args=[action.public_id])
    for _ in range(2):
        page = client.post(url, {"key": str(uuid4()), "act": "complete", "outcome": "Typed at length"})
        words = page.content.decode()
        assert page.status_code == 409 and "already closed" in words and "The school rang." in words
        assert "What you wrote, which is not kept" in words and "Typed at length" in words
    assert Action.objects.get(pk=action.pk).outcome == "The school rang."


def test_the_list_costs_the_same_however_many_rows() -> None:
    me = make_user()
    client = sign_in(me)

    def cost(rows: int) -> int:
        for _ in range(rows):
            child = make_child()
            involve(child, me)
            make_action(me, child=child)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("actions:list")).status_code == 200
        return len(captured)

    cost(1)
    assert cost(1) == cost(8)


# What actions add elsewhere


@pytest.mark.requirement("C5")
def test_a_childs_page_and_chronology_have_its_actions() -> None:
    owner, child = make_user(), make_child()
    done = make_action(owner, child=child, title="Done one", happened_at=MONDAY - timedelta(days=2))
    services.action_complete(owner, action=done, outcome="Went well", at=MONDAY)
    make_action(owner, child=child, title="Open one", deadline=on_day(MONDAY, MONDAY.date()))
    works = ChildAccess(frozenset({(Post(ROLES["practitioner"], None, None), Reach.INVOLVED)}))
    opened = OpenChild(child, works)
    panel = child_content.PANELS[0].context(owner, opened)
    assert panel is not None
    assert [row.action.title for row in panel["action_rows"]] == ["Open one"]
    lines = list(child_content.chronology(opened, None))
    assert sorted(line.title.split(" (")[0] for line in lines) == [
        "Action agreed: Done one",
        "Action agreed: Open one",
        "Done: Done one",
    ]
    assert min(line.happened_at for line in lines) == MONDAY - timedelta(days=2)
    assert len([row for row in own_copy([child.pk]) if row["kind"] == "Action"]) == 2
    assert child_content.PANELS[0].context(owner, OpenChild(make_child(), works)) is None


@pytest.mark.requirement("A2")
def test_those_who_see_only_their_agencys_actions_get_those() -> None:
    agency = make_agency()
    ours, theirs = make_user(agency=agency), make_user()
    child = make_child()
    make_action(ours, child=child, title="Ours")
    make_action(theirs, child=child, title="Theirs")
    panel = child_content.PANELS[1].context(ours, OpenChild(child, ChildAccess(frozenset())))
    assert panel is not None
    assert [row.action.title for row in panel["action_rows"]] == ["Ours"]


def test_my_work_has_actions_without_a_day() -> None:
    me = make_user()
    make_action(me)
    dateless = make_action(me, deadline=None, source=MEETING)
    (line,) = items(me, MONDAY)
    assert (line.reference, line.why) == (dateless.reference, "From MTG-2026-00001")


def test_an_action_is_undone_with_the_command_that_failed() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_action(make_user())
        _ = 1 / 0
    assert (Action.objects.count(), Clock.objects.count()) == (0, 0)
