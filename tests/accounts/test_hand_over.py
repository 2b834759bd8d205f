"""Somebody leaves, or changes team, with open things: nothing is lost, nothing stays with nobody (A1, safe-f3)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from cems.accounts.models import Team, User
from cems.accounts.profile import forget_profile
from cems.accounts.selectors.hand_over import leavers_of, open_things_count, open_things_of
from cems.accounts.services.hand_over import things_hand_over, things_keep
from cems.accounts.services.person import departures_tell, user_end
from cems.actions.models import Action
from cems.actions.services import action_open
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.calendar import close_of_business
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.clocks.models import Clock
from cems.clocks.services.clock import clock_hand_over
from cems.notices.models import Notice
from matrix.models import Matrix
from matrix.services.drafts import matrix_start
from tests.factories.children import involve, make_child
from tests.factories.people import appoint, make_agency, make_team, make_user, sign_in
from tests.factories.triage import make_chair, sitting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def team() -> Team:
    return make_team(agency=make_agency())


@pytest.fixture
def manager(team: Team) -> User:
    return make_user("team_manager", team=team)


@pytest.fixture
def leaver(team: Team) -> User:
    worker = make_user(None, agency=team.agency)
    appoint(worker, "ce_worker", team=team, starts_on=today() - 30 * DAY)
    return worker


def actions_for(user: User, count: int, *, timed: bool) -> list[Action]:
    """Things this person undertook, half of them by a time."""
    return [
        action_open(
            None,
            title=f"Ring number {n}",
            owner=user,
            deadline=close_of_business(now(), 5) if timed else None,
        )
        for n in range(count)
    ]


def owners(actions: list[Action]) -> set[object]:
    """Who has these actions and their clocks."""
    rows = Action.objects.filter(pk__in=[action.pk for action in actions]).select_related("clock")
    return {row.owner for row in rows} | {row.clock.owner for row in rows if row.clock}


@pytest.mark.requirement("A1", "K1")
def test_somebody_leaves_with_forty_open_things(admin: User, team: Team, manager: User, leaver: User) -> None:
    """safe-f3: all of it is with somebody who works here, who can open and close it, and is told once."""
    timed, untimed = actions_for(leaver, 20, timed=True), actions_for(leaver, 20, timed=False)
    user_end(admin, user=leaver, last_day=today() - 3 * DAY)

    assert owners(timed + untimed) <= {team, manager}, "some belong to nobody who works here"
    assert Clock.objects.still_open().filter(owner_user=leaver).count() == 0
    told = Notice.objects.filter(kind="accounts.left_behind")
    assert [(row.user_id, "40 open things" in row.text) for row in told] == [(manager.pk, True)]
    user_end(admin, user=leaver, last_day=today() - 3 * DAY)
    departures_tell()
    assert told.count() == 1, "told twice"

    client = sign_in(manager)
    for action in (timed[0], untimed[0]):
        page = client.get(reverse("actions:detail", args=[action.public_id]))
        assert page.status_code == 200
        assert page.context["may_act"]
    sent = {"key": str(uuid4()), "outcome": "The school was rung", "act": "complete"}
    client.post(reverse("actions:close", args=[untimed[0].public_id]), sent)
    assert not Action.objects.get(pk=untimed[0].pk).is_open


@pytest.mark.requirement("A1", "K1")
def test_without_a_team_that_shares_work_a_leavers_promises_go_to_a_manager_by_name(
    admin: User, team: Team, manager: User, leaver: User
) -> None:
    make_user("ce_worker", team=team)  # of the team, but given work by name
    manager.appointments.update(team=make_team(agency=team.agency))
    (action,) = actions_for(leaver, 1, timed=True)
    user_end(admin, user=leaver, last_day=today())
    assert owners([action]) == {manager}


@pytest.mark.requirement("K1")
def test_an_action_goes_with_its_clock_and_a_clock_with_its_action(manager: User, leaver: User) -> None:
    (action,) = actions_for(leaver, 1, timed=True)
    assert action.clock
    clock_hand_over(manager, clock=action.clock, owner=manager, reason="Leave")
    assert owners([action]) == {manager}
    clock_hand_over(manager, clock=action.clock, owner=leaver, reason="Back")
    assert owners([action]) == {leaver}
    history = Entry.objects.filter(subject_id=str(action.public_id), verb=Verb.CHANGED)
    assert [row.reason for row in history.order_by("pk")] == ["Leave", "Back"]


@pytest.mark.requirement("A1")
def test_a_manager_gives_everything_to_one_colleague_or_line_by_line(
    team: Team, manager: User, leaver: User
) -> None:
    one, other = make_user("ce_worker", team=team), make_user("ce_worker", team=team)
    timed, untimed = actions_for(leaver, 2, timed=True), actions_for(leaver, 2, timed=False)
    client, address = sign_in(manager), reverse("account:hand-over", args=[leaver.public_id])
    page = client.get(address)
    lines = [key for key, _ in page.context["form"].fields["things"].choices]
    assert len(lines) == 4, "an action with a clock is one line, not two"
    sent = {"key": str(uuid4()), "owner": str(one.public_id), "things": lines[:1]}
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code in (302, 409)  # a double click
    assert open_things_count([leaver.pk, one.pk]) == {leaver.pk: 3, one.pk: 1}
    assert things_hand_over(manager, holder=leaver, owner=other) == 3
    assert owners(timed + untimed) == {one, other}
    assert not open_things_of(leaver)
    assert "Nothing is left to hand over" in client.get(address).content.decode()
    assert Notice.objects.filter(user=other).count() == 3


@pytest.mark.requirement("A1", "A2")
def test_what_is_refused_gives_nothing(admin: User, team: Team, manager: User, leaver: User) -> None:
    (action,) = actions_for(leaver, 1, timed=False)
    line = f"actions:{action.public_id}"
    stranger, colleague = make_user("team_manager", team=make_team()), make_user("ce_worker", team=team)
    gone = make_user("ce_worker", team=team, ends_on=today() - DAY)
    address = reverse("account:hand-over", args=[leaver.public_id])
    for person, status in ((stranger, 404), (colleague, 403), (leaver, 403)):
        assert sign_in(person).get(address).status_code == status
        with pytest.raises(NotAllowed):
            things_hand_over(person, holder=leaver, owner=colleague)
    for owner in (gone, stranger, leaver):
        with pytest.raises(Invalid) as refused:
            things_hand_over(manager, holder=leaver, owner=owner)
        assert refused.value.field == "owner"
    with pytest.raises(Invalid):
        things_hand_over(manager, holder=leaver, owner=colleague, things=[])
    things_hand_over(admin, holder=leaver, owner=colleague, things=[line])
    with pytest.raises(Conflict):
        things_hand_over(manager, holder=leaver, owner=colleague, things=[line])
    assert owners([action]) == {colleague}


@pytest.mark.requirement("A1")
def test_who_changes_team_is_shown_to_the_manager_they_had_until_it_is_handed_over(
    team: Team, manager: User, leaver: User
) -> None:
    (action,) = actions_for(leaver, 1, timed=False)
    leaver.appointments.update(ends_on=today() - DAY, starts_on=today() - 9 * DAY)
    appoint(leaver, "ce_worker", team=make_team(agency=team.agency))
    forget_profile(leaver)
    assert [row.things for row in leavers_of(manager, today())] == [1]
    home = sign_in(manager).get("/").content.decode()
    assert reverse("account:hand-over", args=[leaver.public_id]) in home
    colleague = make_user("ce_worker", team=team)
    things_hand_over(manager, holder=leaver, owner=colleague)
    assert owners([action]) == {colleague}
    assert not leavers_of(manager, today())
    assert "Hand over what" not in sign_in(manager).get("/").content.decode()


@pytest.mark.requirement("A1", "M6")
def test_a_draft_begun_alone_goes_to_who_may_write_it_and_to_nobody_else(team: Team, manager: User) -> None:
    child, maker = make_child(), make_user(agency=team.agency)
    appoint(maker, "practitioner", team=team)
    outside, inside = make_user(agency=team.agency), make_user(agency=team.agency)
    for person in (maker, inside):
        involve(child, person)
    draft = matrix_start(maker, child=child, occasion="concern", own=False)
    assert [kind.key for kind in open_things_of(maker)] == ["drafts"]
    with pytest.raises(Invalid) as refused:
        things_hand_over(manager, holder=maker, owner=outside)
    assert refused.value.field == "owner"
    things_hand_over(manager, holder=maker, owner=inside)
    assert Matrix.objects.get(pk=draft.pk).started_by == inside
    assert not open_things_of(maker)


@pytest.mark.requirement("A1")
def test_who_changes_team_may_keep_what_they_hold_and_nobody_asks_again(
    admin: User, team: Team, manager: User, leaver: User
) -> None:
    (action,) = actions_for(leaver, 1, timed=False)
    leaver.appointments.update(ends_on=today() - DAY, starts_on=today() - 9 * DAY)
    appoint(leaver, "ce_worker", team=make_team(agency=team.agency))
    forget_profile(leaver)
    client, address = sign_in(manager), reverse("account:hand-over", args=[leaver.public_id])
    page = client.get(address).content.decode()
    assert "Or they keep it" in page and "They keep it" in page
    sent = {"key": str(uuid4()), "keep": "True"}
    assert "keeps what they hold" in client.post(address, sent, follow=True).content.decode()
    assert client.post(address, sent).status_code == 302  # a double click
    again = client.post(address, {**sent, "key": str(uuid4())})
    assert again.status_code == 409 and "settled it already" in again.content.decode()
    assert owners([action]) == {leaver} and not leavers_of(manager, today())
    assert Entry.objects.filter(subject_id=str(leaver.public_id), detail__kept=1).count() == 1
    stranger = make_user("team_manager", team=make_team())
    with pytest.raises(NotAllowed):
        things_keep(stranger, holder=leaver)
    user_end(admin, user=leaver, last_day=today() - DAY)  # leaves altogether: it is asked after all
    assert "Or they keep it" not in client.get(address).content.decode()
    with pytest.raises(Conflict):
        things_keep(manager, holder=leaver)
    assert owners([action]) <= {team, manager}, "it stays with somebody who has left"


@pytest.mark.requirement("A1")
def test_before_somebody_leaves_the_administrator_reads_what_they_hold(admin: User, leaver: User) -> None:
    actions_for(leaver, 2, timed=True)
    actions_for(leaver, 1, timed=False)
    page = sign_in(admin).get(reverse("people:leave", args=[leaver.public_id])).content.decode()
    assert "Promises with a time: 2" in page and "Actions without a time: 1" in page
    assert reverse("account:hand-over", args=[leaver.public_id]) in page


@pytest.mark.requirement("A1", "T3")
def test_a_meeting_whose_chair_left_is_with_somebody_and_another_chair_ends_it(admin: User) -> None:
    chair = make_chair()
    meeting = sitting(chair)
    other = make_user("cevt_chair", team=chair.appointments.get().team, agency=chair.agency)
    user_end(admin, user=chair, last_day=today())
    assert Clock.objects.get(pk=meeting.clock_id).owner != chair
    client = sign_in(other)
    assert client.post(reverse("cevt:meeting_end", args=[meeting.public_id])).status_code == 302
    meeting.refresh_from_db()
    assert meeting.ended_by == other
