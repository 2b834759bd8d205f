"""A matrix about a child another authority is responsible for; the lead of the worried person's own agency (C2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import Authority, Team
from cems.accounts.services.agency import agency_lead_name
from cems.accounts.services.authority import authority_reach
from cems.base.errors import Invalid
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.models import Child, PlacedConcern
from cems.children.placements.services.placed_concern import (
    concern_answer,
    concern_close,
    concern_escalate,
    concern_tell,
)
from cems.children.placements.services.placement import placement_concern
from cems.clocks.models import Clock
from cems.notices.models import Notice
from tests.factories.children import bar, involve, make_child, make_placement
from tests.factories.matrices import submit
from tests.factories.people import DARLINGTON, make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C2")]

LEEDS = "E08000035"


@pytest.fixture
def worker():
    return make_user(team=make_team())


@pytest.fixture
def officer():
    return make_user("first_contact", team=Team.objects.get(code="first-contact"))


def of_leeds(worker):
    """A child whom Leeds placed here."""
    child = make_child(authority=make_authority(LEEDS), area=make_authority())
    make_placement(child, kind="childrens_home")
    involve(child, worker)
    return child


@pytest.mark.parametrize("level", [RiskLevel.MODERATE, RiskLevel.SIGNIFICANT])
def test_first_contact_has_a_clocked_task_to_tell_the_authority_responsible(worker, officer, level):
    child = of_leeds(worker)
    submission = submit(worker, child, level)
    concern = PlacedConcern.objects.get()
    clock = Clock.objects.get(pk=concern.clock_id)
    assert clock.owner_team.code == "first-contact" and concern.paper == submission.reference
    authority_reach(
        make_user("administrator"),
        authority=Authority.objects.get(code=LEEDS),
        phone="0113 496 0000",
        night_phone="0113 496 0001",
    )
    client = sign_in(officer)
    assert "Responsible authority to be told" in client.get(reverse("clocks:list")).content.decode()
    page = client.get(clock.url).content.decode()
    assert "Leeds is to be told" in page and submission.reference in page
    assert "by day 0113 496 0000, out of hours 0113 496 0001" in page
    at = now()
    concern_tell(officer, concern=concern, whom="Duty manager", route="phone", happened_at=at, at=at)
    assert not Clock.objects.get(pk=concern.clock_id).is_open


def test_a_low_matrix_or_a_child_of_ours_at_home_tells_nobody(worker):
    submit(worker, of_leeds(worker), RiskLevel.LOW)
    at_home = make_child()
    involve(at_home, worker)
    submit(worker, at_home, RiskLevel.SIGNIFICANT)
    assert not PlacedConcern.objects.exists()


def test_a_second_matrix_joins_what_is_still_to_be_told_and_is_told_anew_after(worker, officer):
    child = of_leeds(worker)
    submit(worker, child, RiskLevel.MODERATE)
    submit(worker, child, RiskLevel.SIGNIFICANT)
    concern, at = PlacedConcern.objects.get(), now()
    concern_tell(officer, concern=concern, whom="Duty manager", route="phone", happened_at=at, at=at)
    submit(worker, child, RiskLevel.SIGNIFICANT)
    assert PlacedConcern.objects.count() == 2


def test_a_child_of_ours_far_away_is_told_to_our_own_front_door(worker):
    child = make_child(area=make_authority(LEEDS))
    row = make_placement(child)
    involve(child, worker)
    submit(worker, child, RiskLevel.MODERATE)
    assert not PlacedConcern.objects.exists(), "the matrix reaches our own front door as a referral"
    placement_concern(worker, placement=row, text="Out each night", happened_at=now())
    clock = Clock.objects.get(pk=PlacedConcern.objects.get().clock_id)
    assert clock.owner_team.code == "first-contact"


@pytest.fixture
def unanswered(worker, officer):
    """Leeds was told of a concern, and its answer is not adequate."""
    child = of_leeds(worker)
    submit(worker, child, RiskLevel.SIGNIFICANT)
    concern, at = PlacedConcern.objects.get(), now()
    concern_tell(officer, concern=concern, whom="Duty manager", route="phone", happened_at=at, at=at)
    concern_answer(officer, concern=concern, text="A visit next month", adequate=False, happened_at=at, at=at)
    return concern


def test_inaction_goes_to_the_lead_of_the_worried_persons_own_agency(worker, unanswered):
    lead = make_user("practitioner", agency=worker.agency, team=make_team(agency=worker.agency))
    agency_lead_name(make_user("administrator"), agency=worker.agency, lead=lead)
    step = concern_escalate(worker, concern=unanswered, text="A month is too late")
    assert step.clock.owner_user == lead
    assert unanswered.child in Child.objects.visible_to(lead)
    assert "yours to take up" in Notice.objects.get(user=lead, kind="children.placed_concern").text
    work = sign_in(lead).get(reverse("home")).content.decode()
    assert "inaction to be taken up" in work
    at = now()
    concern_close(lead, concern=unanswered, text="They visit today", happened_at=at, at=at)
    assert unanswered.child not in Child.objects.visible_to(lead)


@pytest.mark.parametrize("gone", ["nobody is named", "has left", "is barred"])
def test_without_a_lead_who_may_read_it_goes_to_the_desk_of_the_area(worker, unanswered, gone):
    if gone != "nobody is named":
        lead = make_user("practitioner", agency=worker.agency)
        agency_lead_name(make_user("administrator"), agency=worker.agency, lead=lead)
        if gone == "has left":
            type(lead).objects.filter(pk=lead.pk).update(ends_on=now().date() - timedelta(days=2))
        else:
            bar(unanswered.child, lead)
    step = concern_escalate(worker, concern=unanswered, text="A month is too late")
    assert step.clock.owner_team.code == "durham-safeguarding-lead"


def test_the_administrator_names_the_lead_of_an_agency(worker):
    client, address = (
        sign_in(make_user("administrator")),
        reverse("people:agency-lead", args=[worker.agency.code]),
    )
    stranger = make_user()
    with pytest.raises(Invalid):
        agency_lead_name(make_user("administrator"), agency=worker.agency, lead=stranger)
    assert client.post(address, {"lead": str(stranger.public_id)}).status_code == 400
    assert client.post(address, {"lead": str(worker.public_id)}).status_code == 302
    page = client.get(reverse("people:agency", args=[worker.agency.code])).content.decode()
    assert f"Safeguarding lead: {worker.name}" in page
    assert sign_in(worker).get(address).status_code == 403


def test_a_child_of_darlington_here_is_told_to_darlington(worker):
    child = make_child(authority=make_authority(DARLINGTON), area=make_authority())
    involve(child, worker)
    submit(worker, child, RiskLevel.MODERATE)
    assert PlacedConcern.objects.get().responsible.code == DARLINGTON
