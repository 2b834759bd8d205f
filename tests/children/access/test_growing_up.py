"""At 18 the reach of a whole authority ends, in London time; who is involved keeps the record (A2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cems.accounts.roles import Reach
from cems.children.access.child_access import access_to
from cems.children.access.rules.wide import born_by, wide_reach_lasts
from cems.children.identity.rules import age_on
from cems.children.models import Child, Submitter
from tests.factories.children import agree_level, involve, make_child, make_matter
from tests.factories.people import appoint, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]

BORN = date(2008, 7, 1)
# The birthday begins at midnight in London, an hour before it does in UTC.
THE_DAY = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
THE_22ND = datetime(2030, 6, 30, 23, 0, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


def sees(user, child):
    exists = Child.objects.visible_to(user).filter(pk=child.pk).exists()
    assert exists or Reach.AUTHORITY not in {reach for _, reach in access_to(user, child).reached}
    return exists


@pytest.fixture
def early(time_machine):
    time_machine.move_to(THE_DAY - MOMENT, tick=False)
    return time_machine


def test_the_wide_reach_ends_with_the_first_second_of_the_birthday(early):
    officer, child = make_user("first_contact"), make_child(date_of_birth=BORN)
    assert sees(officer, child)
    early.move_to(THE_DAY, tick=False)
    assert not sees(officer, child)


@pytest.mark.parametrize(("level", "goes_on"), [(0, False), (1, False), (2, True), (3, True)])
def test_it_goes_on_from_moderate_to_the_day_before_the_22nd_birthday(early, level, goes_on):
    officer, child = make_user("first_contact"), make_child(date_of_birth=BORN)
    agree_level(child, level)
    early.move_to(THE_DAY, tick=False)
    assert sees(officer, child) == goes_on
    early.move_to(THE_22ND - MOMENT, tick=False)
    officer = type(officer).objects.get(pk=officer.pk)
    assert sees(officer, child) == goes_on
    early.move_to(THE_22ND, tick=False)
    assert not sees(officer, child)


def test_it_goes_on_while_a_transition_plan_is_open(early):
    officer, child = make_user("first_contact"), make_child(date_of_birth=BORN)
    plan = make_matter(child, "transition")
    early.move_to(THE_DAY, tick=False)
    assert sees(officer, child)
    plan.closed_at = plan.until = THE_DAY
    plan.save()
    assert not sees(officer, child)


@pytest.mark.parametrize("born", [BORN, date(2002, 1, 1)])
def test_who_is_involved_keeps_the_record_and_so_does_a_wide_reader_by_another_way(early, born):
    child = make_child(date_of_birth=born)
    worker, officer, submitter, referred = (
        make_user(role) for role in ("practitioner", *["first_contact"] * 3)
    )
    involve(child, worker)
    appoint(officer, "practitioner")
    involve(child, officer, "other")
    Submitter.objects.create(child=child, user=submitter, at=THE_DAY)
    early.move_to(THE_DAY, tick=False)
    assert sees(worker, child) and sees(officer, child) and sees(submitter, child)
    assert not sees(referred, child)
    make_matter(child, "referral")
    assert sees(referred, child)
    assert {reach for _, reach in access_to(referred, child).reached} == {Reach.REFERRAL}


def test_a_birthday_on_29_february_comes_on_1_march(time_machine):
    officer, child = make_user("first_contact"), make_child(date_of_birth=date(2008, 2, 29))
    time_machine.move_to(datetime(2026, 2, 28, 23, 59, tzinfo=UTC), tick=False)
    officer = type(officer).objects.get(pk=officer.pk)
    appoint(officer, "first_contact", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31))
    assert sees(officer, child)
    time_machine.move_to(datetime(2026, 3, 1, tzinfo=UTC), tick=False)
    assert not sees(type(officer).objects.get(pk=officer.pk), child)


@given(
    born=st.dates(date(1995, 1, 1), date(2026, 12, 31)),
    day=st.dates(date(2026, 1, 1), date(2035, 12, 31)),
    level=st.sampled_from([None, 0, 1, 2, 3]),
    planned=st.booleans(),
)
def test_the_rule_is_that_of_whole_years(born, day, level, planned):
    age = age_on(born, day)
    followed = (level or 0) >= 2 or planned
    assert wide_reach_lasts(born, level, planned, day, followed_to=22) == (
        age < 18 or (age < 22 and followed)
    )
    assert (born <= born_by(day, 18)) == (age >= 18)
