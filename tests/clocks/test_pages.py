"""Pages of clocks: who sees one, what they may do there."""

import uuid

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.extension import Filling
from cems.clocks.choices import Stage
from cems.clocks.home_content import items, items_of_team
from cems.clocks.models import Clock
from cems.clocks.services import clock as services
from cems.clocks.slots import MAY_SEE_CHILD
from cems.clocks.sweeping import sweep
from cems.my_work import waiting_count
from cems.notices.models import Notice
from tests.factories.clocks import MISSING, MONDAY, london, make_clock
from tests.factories.people import make_team, make_user, sign_in

pytestmark = pytest.mark.django_db


def look(user: object, clock: Clock) -> int:
    return sign_in(user).get(reverse("clocks:detail", args=[clock.public_id])).status_code  # type: ignore[arg-type]


@pytest.mark.requirement("K1")
def test_its_page_explains_it_and_shows_its_history() -> None:
    owner = make_user()
    clock = make_clock(owner, url="/somewhere/")
    services.clock_pause(owner, clock=clock, reason="More information wanted", at=MONDAY)
    page = sign_in(owner).get(reverse("clocks:detail", args=[clock.public_id])).content.decode()
    assert clock.reference in page
    assert "received Mon 1 Jun → due Wed 3 Jun 17:00: 2 working days" in page
    assert "paused, 2 working days left" in page
    assert "More information wanted" in page


@pytest.mark.requirement("A2")
def test_owner_team_mates_and_managers_see_it_strangers_do_not() -> None:
    team = make_team()
    owner, mate, manager = make_user(team=team), make_user(team=team), make_user("team_manager", team=team)
    stranger = make_user("team_manager", team=make_team())
    own, teams = make_clock(owner), make_clock(team)
    assert [look(user, own) for user in (owner, mate, manager, stranger)] == [200, 404, 200, 404]
    assert [look(user, teams) for user in (owner, mate, manager, stranger)] == [200, 200, 200, 404]


@pytest.mark.requirement("A2")
def test_whoever_may_see_the_child_may_look_but_not_act(monkeypatch: pytest.MonkeyPatch) -> None:
    child, reader = uuid.uuid4(), make_user()
    clock = make_clock(make_user(), child=child)

    def only(user: User, asked: uuid.UUID) -> bool:
        return user == reader and asked == child

    monkeypatch.setattr(MAY_SEE_CHILD, "fillings", [Filling("tests", only, "tests")])
    assert look(reader, clock) == 200
    answer = sign_in(reader).post(
        reverse("clocks:act", args=[clock.public_id]), {"act": "cancel", "reason": "not mine"}
    )
    assert answer.status_code == 403
    clock.refresh_from_db()
    assert clock.stage == Stage.RUNNING


@pytest.mark.requirement("A2")
def test_a_desks_clock_leads_to_a_record_only_those_of_the_desk_who_may_see_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    team, child = make_team(), uuid.uuid4()
    reader, other = make_user(team=team), make_user(team=team)

    def only(user: User, asked: uuid.UUID) -> bool:
        return user == reader and asked == child

    monkeypatch.setattr(MAY_SEE_CHILD, "fillings", [Filling("tests", only, "tests")])
    record, question = f"/children/{child}/", f"/questions/{uuid.uuid4()}/"
    for url, person, linked in (
        (record, reader, True),
        (record, other, False),
        (question, other, True),  # asked of the team, of those who may see the child
    ):
        clock = make_clock(team, child=child, url=url)
        page = sign_in(person).get(reverse("clocks:detail", args=[clock.public_id])).content.decode()
        assert (f'href="{url}"' in page) is linked
        assert ("is on a record that is not open to you" in page) is not linked


@pytest.mark.requirement("K1")
def test_an_owner_acts_on_it_with_a_reason() -> None:
    owner = make_user()
    clock = make_clock(owner)
    client, url = sign_in(owner), reverse("clocks:act", args=[clock.public_id])
    refused = client.post(url, {"act": "pause", "reason": ""})
    assert refused.status_code == 400
    assert "Say why." in refused.content.decode()
    assert client.post(url, {"act": "pause", "reason": "Waiting for the school"}).status_code == 302
    assert Clock.objects.get(pk=clock.pk).stage == Stage.PAUSED
    assert client.post(url, {"act": "resume", "reason": "They answered"}).status_code == 302
    assert client.post(url, {"act": "explode", "reason": "x"}).status_code == 403
    assert client.post(url, {"act": "meet", "reason": "Done"}).status_code == 302
    for _ in range(
        2
    ):  # a colleague, or this user in another tab, met it: nothing is offered, and no word is lost
        page = client.post(url, {"act": "cancel", "reason": "Typed at length"})
        words = page.content.decode()
        assert page.status_code == 409 and "This clock is met by now" in words
        assert "What you wrote, which is not kept" in words and "Typed at length" in words
    assert Clock.objects.get(pk=clock.pk).stage == Stage.MET


def test_what_the_kind_does_not_allow_is_not_offered() -> None:
    owner = make_user()
    clock = make_clock(owner, kind=MISSING)
    page = sign_in(owner).get(reverse("clocks:detail", args=[clock.public_id])).content.decode()
    assert "Mark as met" in page
    assert "Pause this clock" not in page


def test_the_list_keeps_its_state_in_the_address_and_pages_by_key() -> None:
    owner = make_user()
    made = [make_clock(owner, days=days) for days in range(1, 53)]
    services.clock_meet(owner, clock=made[0], at=MONDAY)
    client = sign_in(owner)
    first = client.get(reverse("clocks:list"))
    text = first.content.decode()
    assert made[1].reference in text
    assert made[0].reference not in text
    assert made[51].reference not in text
    second = client.get(first.context["older_url"]).content.decode()
    assert made[51].reference in second
    assert made[1].reference not in second
    assert made[0].reference in client.get(reverse("clocks:list"), {"state": "closed"}).content.decode()
    assert client.get(reverse("clocks:list"), {"state": "odd"}).status_code == 400
    assert client.get(reverse("clocks:list"), {"after": "odd"}).status_code == 400


def test_my_work_has_my_clocks_and_my_teams_and_a_manager_sees_each_persons() -> None:
    team = make_team()
    owner, manager = make_user(team=team), make_user("team_manager", team=team)
    own, shared = make_clock(owner, days=3, url="/own/"), make_clock(team, days=1)
    make_clock(make_user())
    lines = list(items(owner, MONDAY))
    assert [line.reference for line in lines] == [shared.reference, own.reference]
    assert (lines[1].url, lines[1].clock["words"], lines[1].warned) == ("/own/", "3 working days left", False)
    assert [(line.reference, line.owner) for line in items_of_team(manager, MONDAY)] == [
        (own.reference, owner.name)
    ]
    assert (waiting_count(owner, MONDAY), waiting_count(manager, MONDAY)) == (2, 1)


def test_administrators_see_what_was_given_up_and_take_it_back() -> None:
    clock = make_clock(make_user())
    Clock.objects.filter(pk=clock.pk).update(failed_at=MONDAY, failed_why="ArithmeticError", attempts=5)
    admin = sign_in(make_user("administrator"))
    assert clock.reference in admin.get(reverse("clocks:failed")).content.decode()
    assert admin.post(reverse("clocks:try-again", args=[clock.public_id])).status_code == 302
    clock.refresh_from_db()
    assert (clock.failed_at, clock.attempts, clock.next_at) == (None, 0, MONDAY)
    assert admin.post(reverse("clocks:try-again", args=[clock.public_id])).status_code == 404
    assert admin.post(reverse("clocks:send-again")).status_code == 302
    assert sign_in(make_user()).get(reverse("clocks:failed")).status_code == 403


def test_what_one_fault_parked_is_given_back_by_one_act_and_acts_once() -> None:
    owner, admin_user = make_user(), make_user("administrator")
    clocks = [make_clock(owner) for _ in range(250)]
    Clock.objects.update(failed_at=MONDAY, failed_why="ValueError", attempts=5)
    admin = sign_in(admin_user)
    page = admin.get(reverse("clocks:failed")).content.decode()
    assert "Try all 250 again" in page and "The newest 200 of 250." in page
    again = reverse("clocks:try-all-again")
    assert sign_in(owner).post(again).status_code == 403
    assert Clock.objects.failed().count() == 250
    told = admin.post(again, follow=True).content.decode()
    assert "250 clocks are tried again at the next sweep." in told and "No clock was given up." in told
    assert "All clocks were taken back already." in admin.post(again, follow=True).content.decode()
    assert Entry.objects.filter(actor=admin_user.pk, reason__startswith="Tried again").count() == 250
    assert sweep(london("2026-06-02T09:00")) == len(clocks)
    assert Notice.objects.filter(user=owner, kind="clock.warned").count() == len(clocks)


@pytest.mark.parametrize("page", ["home", "clocks:list", "clocks:failed", "clocks:children", "clocks:detail"])
def test_a_clock_of_a_kind_that_is_gone_takes_no_page_with_it(page: str) -> None:
    owner = make_user("administrator")
    clock = make_clock(owner)
    Clock.objects.filter(pk=clock.pk).update(kind="gone.app", failed_at=MONDAY, failed_why="LookupError")
    address = reverse(page, args=[clock.public_id] if page == "clocks:detail" else [])
    assert sign_in(owner).get(address).status_code == 200


def test_a_clock_of_a_kind_that_is_gone_is_handed_on_and_in_the_calendar() -> None:
    owner, other = make_user(), make_user()
    clock = make_clock(owner)
    Clock.objects.filter(pk=clock.pk).update(kind="gone.app")
    handed = services.clock_hand_over(None, clock=clock, owner=other, reason="Left", at=MONDAY)
    assert handed.owner == other
    act = {"act": "cancel", "reason": "The part is gone"}
    assert sign_in(other).post(reverse("clocks:act", args=[clock.public_id]), act).status_code < 500


def test_a_first_page_that_is_cut_says_how_much_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cems.my_work.LONGEST", 2)
    person = make_user()
    whole = [make_clock(person).reference for _ in range(2)]
    client = sign_in(person)
    page = client.get(reverse("home")).content.decode()
    assert all(reference in page for reference in whole) and "These are the first" not in page
    make_clock(person)
    assert "These are the first 2 of 3." in client.get(reverse("home")).content.decode()
