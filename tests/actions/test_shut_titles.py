"""The user who holds an action or clock of a record that is shut to them is not shown its title (A2, house-e)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import Team, User
from cems.actions.models import Action
from cems.actions.services import action_open
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.calendar import close_of_business
from cems.base.time import now, today
from cems.children.access.services.restriction import bar_start
from cems.children.models import Child
from cems.clocks.presentation import SHUT_ITEM
from cems.clocks.selectors import clocks_of_calendar, numbers
from cems.clocks.sweeping import sweep
from cems.my_work import waiting_count
from cems.notices.models import Mail, Notice
from cems.notices.selectors import unread_count
from cems.notices.services import notice_send
from tests.factories.children import bar, join, make_child, restrict
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]

WORDS = "Ask Example about the older boyfriend"


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def holder(team: Team) -> User:
    return make_user(team=team)


def give(owner: User | Team, child: Child) -> Action:
    return action_open(None, title=WORDS, owner=owner, child=child, deadline=close_of_business(now(), 3))


def shut(how: str, child: Child, holder: User) -> None:
    """What can shut a record to somebody who holds an action of it."""
    if how == "barred":
        bar(child, holder)
        return
    restrict(child, owner=make_user())
    if how == "sealed":
        child.sealed_at = now()
    if how == "dead":
        child.died_on, child.legal_hold = today() - timedelta(days=1), True
    child.save()


PAGES = [("home", ""), ("clocks:list", ""), ("actions:list", ""), ("actions:list", "?whose=team")]


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("of_team", [False, True])
@pytest.mark.parametrize("how", ["restricted", "barred", "sealed", "dead"])
def test_a_holder_is_shown_no_title_of_a_record_that_is_shut_to_them(
    how: str, of_team: bool, joined: bool, holder: User, team: Team
) -> None:
    child = make_child()
    action = give(team if of_team else holder, child)
    client = sign_in(holder)
    assert WORDS in client.get(reverse("clocks:list")).content.decode()
    if joined:
        primary = make_child()
        join(primary, child)
        child = primary
    shut(how, child, holder)
    shown = {"restricted": True, "dead": True, "barred": False, "sealed": False}[how] and not (
        joined and how == "sealed"
    )
    for name, query in PAGES:
        page = client.get(reverse(name) + query).content.decode()
        assert WORDS not in page
        if (
            name != "home" or not shown
        ):  # the notice of before stands there, by reference, unless nobody may hint at it
            assert reverse("actions:detail", args=[action.public_id]) not in page
        if name != "actions:list":
            assert (SHUT_ITEM in page and action.reference in page) is shown, (name, how)
    assert client.get(reverse("actions:detail", args=[action.public_id])).status_code == 404
    assert action.clock is not None
    detail = client.get(reverse("clocks:detail", args=[action.clock.public_id]))
    assert detail.status_code == (200 if shown else 404)
    assert WORDS not in detail.content.decode()
    assert bool(clocks_of_calendar(holder)) is shown


@pytest.mark.requirement("K1")
@pytest.mark.parametrize("of_team", [False, True])
@pytest.mark.parametrize("how", ["barred", "sealed"])
def test_what_is_kept_from_its_holder_is_in_no_number_and_no_notice(
    how: str, of_team: bool, holder: User, team: Team
) -> None:
    child, other = make_child(), make_child()
    action, kept = give(team if of_team else holder, child), give(holder, other)
    assert waiting_count(holder, now()) == 2 and unread_count(holder) >= 1
    notices = Notice.objects.filter(user=holder, child=other.public_id).count()
    shut(how, child, holder)
    client = sign_in(holder)
    assert waiting_count(holder, now()) == 1 and numbers(holder, now())["open"] == 1
    assert unread_count(holder) == notices
    for name in ("home", "notices:list"):
        page = client.get(reverse(name)).content.decode()
        assert action.reference not in page, name
    assert kept.reference in client.get(reverse("home")).content.decode()
    mate = make_user(team=team)  # whom the record shuts out not at all counts on
    assert how != "barred" or waiting_count(mate, now()) == int(of_team)


def test_whom_a_record_bars_is_told_nothing_of_it_from_then_on(holder: User) -> None:
    child, keeper = make_child(), make_user("first_contact")
    give(holder, child)
    waiting = Mail.objects.waiting().filter(notice__user=holder)
    assert waiting.exists()
    bar_start(keeper, child=child, person=holder, reason="Knows the family")
    assert not waiting.exists()
    colleague = make_user()
    for _ in range(2):  # the second time too
        notice_send(
            {holder.pk, colleague.pk}, kind="example", key="example", text="X-1", child=child.public_id
        )
    assert not Notice.objects.filter(user=holder, key="example").exists()
    assert Notice.objects.filter(user=colleague, key="example").count() == 1
    give(holder, child)
    sweep(now() + timedelta(days=9))
    assert not waiting.exists()


def test_a_manager_is_shown_no_title_of_what_their_people_hold_of_a_shut_record(team: Team) -> None:
    holder, manager = make_user(team=team), make_user("team_manager", team=team)
    child = make_child()
    give(holder, child)
    assert WORDS in sign_in(manager).get(reverse("home")).content.decode()
    bar(child, manager)
    page = sign_in(manager).get(reverse("home")).content.decode()
    assert WORDS not in page and SHUT_ITEM not in page


@pytest.mark.requirement("A3")
def test_lists_of_work_write_down_whom_they_told_of(holder: User) -> None:
    child = make_child()
    action = give(holder, child)
    client = sign_in(holder)
    for name in ("home", "clocks:list", "actions:list"):
        before = Entry.objects.filter(verb=Verb.LISTED).count()
        assert WORDS in client.get(reverse(name), headers={"X-CEMS-Polling": "1"}).content.decode() or (
            name == "actions:list"
        )
        rows = Entry.objects.filter(verb=Verb.LISTED).order_by("-pk")
        assert rows.count() == before + 1, name
        assert rows[0].detail["children"] == [str(child.public_id)]
    assert action.clock is not None
    client.head(reverse("clocks:detail", args=[action.clock.public_id]), headers={"X-CEMS-Polling": "1"})
    assert Entry.objects.filter(verb=Verb.VIEWED, child=child.public_id, part="clock").count() == 1
    client.get(reverse("actions:detail", args=[action.public_id]), headers={"X-CEMS-Polling": "1"})
    assert Entry.objects.filter(verb=Verb.VIEWED, child=child.public_id, part="actions").count() == 1
