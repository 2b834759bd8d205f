"""What a deputy reaches: what the post reaches while it lasts, by its own parts, and nothing after (A2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.roles import ROLES, Part, Reach, Work
from cems.accounts.services.appointment import appointment_end
from cems.accounts.services.cover import delegation_end, delegation_start
from cems.accounts.services.person import user_end
from cems.audit.models import Entry
from cems.base.time import now, today
from cems.children.access import grants
from cems.children.access.child_access import access_to
from cems.children.history.services import involvement as involvement_periods
from cems.children.models import Child, Submitter
from cems.children.tasks import begin_posts
from tests.children.access.test_access import reach_it
from tests.factories.children import bar, involve, make_child, name_reader, restrict
from tests.factories.people import appoint, make_agency, make_locality, make_team, make_user, sign_in
from tests.factories.world import open_in_emergency

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]
DAY = timedelta(days=1)
PERSONAL = {Reach.SUBMITTED, Reach.EMERGENCY, Reach.ASSIGNED}  # what a person did themselves stays theirs
COVERED = [key for key, role in ROLES.items() if role.covers]


def again(user):
    """The person as the next request finds them."""
    return type(user).objects.get(pk=user.pk)


def sees(user, child):
    return Child.objects.visible_to(again(user)).filter(pk=child.pk).exists()


def parts(user, child):
    return access_to(again(user), child).parts if sees(user, child) else frozenset()


def stand_in_for(holder, deputy, **days):
    return delegation_start(
        holder,
        appointment=holder.appointments.get(),
        deputy=deputy,
        **{"ends_on": today() + 6 * DAY, **days},
    )


@pytest.mark.parametrize("key", COVERED)
def test_the_deputy_sees_and_does_what_the_post_does_until_the_minute_it_ends(key):
    role, place, agency = ROLES[key], make_locality("east"), make_agency()
    for reach in role.sees.keys() - PERSONAL:
        holder = make_user(key, team=make_team(agency=agency), locality=place)
        deputy, child = make_user("strategic_member", agency=agency), make_child(locality=place)
        reach_it(holder, child, reach, role)
        assert not sees(deputy, child)
        row = stand_in_for(holder, deputy)
        access = access_to(again(deputy), child)
        assert parts(deputy, child) == parts(holder, child) != frozenset(), reach
        assert access.why.endswith(f", as deputy of {holder.name}")
        assert all(access.may(work) == access_to(again(holder), child).may(work) for work in Work)
        assert grants.differences(now()) == []
        delegation_end(holder, delegation=row)
        assert not sees(deputy, child) and sees(holder, child)
        assert grants.differences(now()) == []


def test_it_opens_on_its_first_day_and_closes_after_its_last(time_machine):
    agency, child = make_agency(), make_child()
    holder, deputy = make_user(agency=agency), make_user(agency=agency)
    involve(child, holder)
    stand_in_for(holder, deputy, starts_on=today() + DAY, ends_on=today() + 2 * DAY)
    assert begin_posts() == 0 and not sees(deputy, child)
    for expected in (True, True, False):
        time_machine.move_to(now() + DAY, tick=False)
        begin_posts()
        assert sees(deputy, child) is expected and grants.differences(now()) == []


def test_what_changes_for_the_holder_changes_for_the_deputy_at_once():
    agency, officer = make_agency(), make_user("first_contact")
    team = make_team(agency=agency)
    manager, deputy = make_user("team_manager", team=team), make_user(agency=agency)
    stand_in_for(manager, deputy)
    child, other = make_child(), make_child()
    row = involvement_periods.involvement_start(
        officer, child=child, case_role="health", person=make_user(team=team), team=team
    )
    involvement_periods.involvement_start(officer, child=other, case_role="health", team=team)
    assert sees(deputy, child) and sees(deputy, other)
    involvement_periods.involvement_end(officer, involvement=row, reason="Done")
    assert not sees(deputy, child)
    appointment_end(None, appointment=manager.appointments.get(), last_day=today() - DAY)
    assert not sees(deputy, other) and grants.differences(now()) == []


@pytest.mark.parametrize("who", ["holder", "deputy"])
def test_it_ends_when_either_leaves(who):
    agency, child = make_agency(), make_child()
    people = {"holder": make_user(agency=agency), "deputy": make_user(agency=agency)}
    involve(child, people["holder"])
    stand_in_for(people["holder"], people["deputy"])
    assert sees(people["deputy"], child)
    user_end(None, user=people[who], last_day=today(), at_once=True)
    assert not sees(people["deputy"], child) and grants.differences(now()) == []


def test_a_barred_deputy_stays_barred_and_a_restricted_record_opens_to_the_named_only():
    agency, child = make_agency(), make_child()
    holder, deputy = make_user(agency=agency), make_user(agency=agency)
    involve(child, holder)
    stand_in_for(holder, deputy)
    restrict(child, owner=holder)
    assert sees(holder, child) and not sees(deputy, child)
    name_reader(child, deputy)
    assert sees(deputy, child)
    bar(child, deputy)
    assert not sees(deputy, child) and sees(holder, child)


def test_what_a_person_sent_or_opened_themselves_does_not_pass():
    agency, sent, opened = make_agency(), make_child(), make_child()
    holder, deputy = make_user(agency=agency), make_user(agency=agency)
    Submitter.objects.create(child=sent, user=holder, at=now())
    open_in_emergency(opened, holder)
    stand_in_for(holder, deputy)
    for child in (sent, opened):
        assert sees(holder, child) and not sees(deputy, child)


def test_no_post_opens_more_of_what_another_one_reached():
    """A practitioner who stands in for an exploitation worker reads each child by the post that reaches it."""
    team = make_team()
    worker, deputy = make_user("ce_worker", team=team), make_user(agency=team.agency)
    own, theirs, both = make_child(), make_child(), make_child()
    for child in (own, both):
        involve(child, deputy)
    for child in (theirs, both):
        involve(child, worker)
    stand_in_for(worker, deputy)
    practice, everything = (ROLES[key].sees[Reach.INVOLVED] for key in ("practitioner", "ce_worker"))
    assert Part.DIRECT_WORK in everything - practice
    assert [parts(deputy, child) for child in (own, theirs, both)] == [
        practice,
        everything,
        practice | everything,
    ]
    assert not access_to(again(deputy), own).may(Work.DIRECT_WORK)
    assert access_to(again(deputy), both).why == "Practitioner: works with the child"


def test_only_the_post_that_is_covered_passes():
    agency = make_agency()
    team = make_team(agency=agency)
    holder, deputy = make_user("cevt_chair", agency=agency), make_user("strategic_member", agency=agency)
    chair = holder.appointments.get()
    practice = appoint(holder, "practitioner", team=team)
    child = make_child()
    involve(child, holder)
    delegation_start(holder, appointment=chair, deputy=deputy, ends_on=today() + DAY)
    assert sees(holder, child) and not sees(deputy, child)
    delegation_start(holder, appointment=practice, deputy=deputy, ends_on=today() + DAY)
    assert sees(deputy, child)


def test_the_record_of_use_says_in_whose_place_somebody_looked():
    agency, child = make_agency(), make_child()
    holder, deputy = make_user(agency=agency), make_user("strategic_member", agency=agency)
    involve(child, holder)
    stand_in_for(holder, deputy)
    answer = sign_in(deputy).get(reverse("children:overview", args=[child.public_id]))
    assert answer.status_code == 200
    read = Entry.objects.filter(child=child.public_id, actor=deputy).latest("pk")
    assert read.reason == f"Practitioner: works with the child, as deputy of {holder.name}"
