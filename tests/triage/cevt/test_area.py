"""What waits for CEVT and for a worker goes with the child to where the child lives (T2, T6, M6)."""

from html import unescape

import pytest
from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import AgencyKind, Authority, Duty, DutyDesk, Team, User
from cems.base.time import today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.placements.services.placement import placement_end, placement_open
from cems.clocks.models import Clock
from cems.notices.models import Notice
from tests.children.placements.test_placement import a_place
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import (
    DARLINGTON,
    make_agency,
    make_authority,
    make_locality,
    make_team,
    make_user,
    sign_in,
)
from tests.factories.short_reviews import make_lead, review_of_nothing_new
from tests.factories.triage import ruling, waiting_child
from triage.allocation.services.wait import allocation_wait_open
from triage.allocation.services.wait_end import allocation_decline
from triage.cevt.services.area import items_follow
from triage.cevt.services.decision import decision_make
from triage.cevt.services.item import items_take_over
from triage.models import AllocationDeclined, AllocationWait, Item, ReviewToNote

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T2", "M6")]
LEEDS = "E08000035"


@pytest.fixture
def darlington() -> Authority:
    """It has a CEVT and an ERASE desk of its own."""
    there = make_authority(DARLINGTON)
    for duty in (Duty.CEVT, Duty.ERASE):
        team = make_team(agency=make_agency(authorities=[there]))
        DutyDesk.objects.filter(duty=duty, authority=there).update(team=team)
    return there


@pytest.fixture
def officer() -> User:
    return make_user("first_contact", team=Team.objects.get(code="first-contact"))


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))


def chair_of(authority: Authority) -> User:
    agency = make_agency(kind=AgencyKind.POLICE, authorities=[authority])
    return make_user("cevt_chair", team=make_team(agency=agency))


def shown(user: User, name: str) -> str:
    return unescape(sign_in(user).get(reverse(name)).content.decode())


def place(officer: User, child: Child, darlington: Authority):
    locality = make_locality("darlington", darlington)
    return placement_open(officer, child=child, place=a_place(area=darlington, locality=locality))


def owner(clock: Clock | None) -> Team | None:
    assert clock is not None
    clock.refresh_from_db()
    return clock.owner_team


def test_an_item_and_its_clock_go_with_the_child_and_back_and_each_desk_is_told(
    darlington: Authority, officer: User, child: Child
) -> None:
    item = waiting_child(child)
    desk = desk_of(Duty.CEVT, darlington.pk)
    member = make_user("cevt_chair", team=desk)
    here, there = chair_of(make_authority()), chair_of(darlington)
    assert child.family_name in shown(here, "cevt:list")
    row = place(officer, child, darlington)
    assert child.family_name in shown(there, "cevt:list") and child.family_name not in shown(
        here, "cevt:list"
    )
    assert owner(item.clock) == desk
    assert Notice.objects.filter(user=member, kind="clock.handed_over").count() == 1
    items_follow(officer, child_id=child.pk, at=item.received_at)  # a second time nobody is told anything
    assert Notice.objects.filter(user=member, kind="clock.handed_over").count() == 1
    placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    assert child.family_name in shown(here, "cevt:list") and child.family_name not in shown(
        there, "cevt:list"
    )
    assert owner(item.clock) == desk_of(Duty.CEVT, make_authority().pk)


def test_what_waits_for_first_contact_is_taken_over_from_the_door_of_the_new_area(
    darlington: Authority, officer: User, child: Child
) -> None:
    item = Item.objects.get(submission=submit(make_user(), child, RiskLevel.SIGNIFICANT))
    place(officer, child, darlington)
    assert owner(item.clock) == desk_of(Duty.FRONT_DOOR, darlington.pk)
    waiting_child(Child.objects.unscoped("as it is now").get(pk=child.pk))
    items_take_over(officer, child_id=child.pk, at=item.received_at)
    assert owner(item.clock) == desk_of(Duty.CEVT, darlington.pk)


def test_what_a_person_has_taken_and_what_is_decided_stays(
    darlington: Authority, officer: User, child: Child
) -> None:
    decided = waiting_child(child, level=RiskLevel.MODERATE)
    decision_make(chair_of(make_authority()), child=child, ruling=ruling(decided, RiskLevel.MODERATE))
    item = Item.objects.get(submission=submit(make_user(), child, RiskLevel.SIGNIFICANT))
    assert item.clock is not None
    Clock.objects.filter(pk=item.clock.pk).update(owner_user=officer, owner_team=None)
    place(officer, child, darlington)
    decided.refresh_from_db()
    item.refresh_from_db()
    assert (decided.authority, item.authority) == (make_authority(), darlington)
    assert Clock.objects.get(pk=item.clock.pk).owner_user == officer


def test_a_review_to_note_goes_with_the_child(darlington: Authority, officer: User, child: Child) -> None:
    here, there, lead = chair_of(make_authority()), chair_of(darlington), make_lead(child)
    item = waiting_child(child, level=RiskLevel.MODERATE, by=lead)
    decision_make(here, child=child, ruling=ruling(item, RiskLevel.MODERATE))
    review_of_nothing_new(child, by=lead)
    row = place(officer, child, darlington)
    assert child.family_name in shown(there, "cevt:reviews")
    assert child.family_name not in shown(here, "cevt:reviews")
    placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    assert child.family_name in shown(here, "cevt:reviews")
    assert ReviewToNote.objects.get().authority == make_authority()


def test_far_away_the_cevt_of_who_is_responsible_keeps_the_child(officer: User, child: Child) -> None:
    waiting_child(child)
    placement_open(officer, child=child, place=a_place(area=make_authority(LEEDS)))
    here = chair_of(make_authority())
    assert child.family_name in shown(here, "cevt:list")
    # and one about whom a matrix comes while they are there
    other = make_child(family_name="Faraway", area=make_authority(LEEDS))
    waiting_child(other)
    assert "Faraway" in shown(here, "cevt:list")


@pytest.mark.requirement("T6")
def test_who_waits_for_a_worker_waits_at_the_desk_of_the_area(
    darlington: Authority, officer: User, child: Child
) -> None:
    other = make_child(locality=make_locality("east"))
    for waiting in (child, other):
        item = waiting_child(waiting)
        decision_make(chair_of(make_authority()), child=waiting, ruling=ruling(item))
        allocation_wait_open(officer, child=waiting, level=RiskLevel.SIGNIFICANT)
    allocation_decline(officer, child=other, why="The school nurse holds him.")
    rows = [place(officer, waiting, darlington) for waiting in (child, other)]
    clocks = [
        AllocationWait.objects.get(child=child).clock,
        AllocationDeclined.objects.get(child=other).clock,
    ]
    assert {owner(clock) for clock in clocks} == {desk_of(Duty.ERASE, darlington.pk)}
    for row in rows:
        placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    assert {owner(clock) for clock in clocks} == {desk_of(Duty.ERASE, make_authority().pk)}
