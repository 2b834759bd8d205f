"""Where a child is placed, who is told, and a concern about a child who is placed (C2)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.accounts.models import Team
from cems.actions.models import Action
from cems.base.calendar import close_of_business
from cems.base.errors import Conflict, Invalid
from cems.base.time import now, today
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.models import CaseNote, Child, Placement
from cems.children.placements.selectors import placed
from cems.children.placements.services.placement import (
    Place,
    placement_concern,
    placement_end,
    placement_open,
)
from cems.notices.models import Notice
from tests.factories.children import involve, make_child, make_placement
from tests.factories.people import (
    DARLINGTON,
    make_authority,
    make_locality,
    make_team,
    make_user,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C2")]


def days_ago(number):
    return today() - timedelta(days=number)


def fresh(child):
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


def a_place(**kw):
    start = kw.get("starts_on", days_ago(3))
    given = {
        "kind": "childrens_home",
        "area": make_authority(),
        "placed_by": make_authority(),
        "starts_on": start,
        "notified_by": "Example Home",
        "notified_on": min(start, today()),
    }
    return Place(**{**given, **kw})


@pytest.fixture
def officer():
    return make_user("first_contact", team=make_team())


def test_record_f5_overlapping_placements_are_refused_plainly(officer):
    child = make_child()
    first = placement_open(officer, child=child, place=a_place(starts_on=days_ago(20)))
    for start in (days_ago(20), days_ago(3), days_ago(40)):
        with pytest.raises(Conflict, match="one placement at a time") as refusal:
            placement_open(officer, child=child, place=a_place(starts_on=start))
        assert refusal.value.field == "starts_on"
    placement_end(officer, placement=first, ends_on=days_ago(5), reason="Moved")
    with pytest.raises(Conflict):
        placement_open(officer, child=child, place=a_place(starts_on=days_ago(5)))
    placement_open(officer, child=child, place=a_place(starts_on=days_ago(4)))
    assert Placement.objects.of(child).count() == 2
    client = sign_in(officer)
    address = reverse("children:placement_new", args=[child.public_id])
    day = days_ago(1)
    sent = {
        "kind": "foster", "placed_by": "E06000047", "area": "E06000047", "notified_by": "Example",
        **{f"{name}_{part}": value for name in ("starts_on", "notified_on")
           for part, value in enumerate((day.day, day.month, day.year))},
    }  # fmt: skip
    page = client.post(address, sent)
    assert page.status_code == 409 and "one placement at a time" in page.content.decode()


def test_record_f5_the_database_keeps_them_apart_too():
    child = make_child()
    make_placement(child)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_placement(child, starts_on=days_ago(2))


def test_the_record_follows_the_place(officer):
    child, darlington = make_child(), make_authority(DARLINGTON)
    there = make_locality("darlington", darlington)
    before = child.version
    placement_open(officer, child=child, place=a_place(area=darlington, locality=there))
    moved = fresh(child)
    assert (moved.area, moved.locality, moved.authority) == (darlington, there, child.authority)
    assert moved.version == before + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_on": today() + timedelta(days=400)},
        {"starts_on": days_ago(9000)},
        {"notified_on": today() + timedelta(days=1)},
        {"long_stay": True},
    ],
)
def test_what_cannot_be_is_refused(officer, wrong):
    with pytest.raises(Invalid):
        placement_open(officer, child=make_child(), place=a_place(**wrong))
    assert not Placement.objects.exists()


def test_a_locality_lies_in_its_area(officer):
    elsewhere = make_locality("darlington", make_authority(DARLINGTON))
    with pytest.raises(Invalid, match="another authority"):
        placement_open(officer, child=make_child(), place=a_place(locality=elsewhere))


def test_an_end_is_a_day_within(officer):
    row = placement_open(officer, child=make_child(), place=a_place(starts_on=days_ago(9)))
    for wrong in (days_ago(10), today() + timedelta(days=400)):
        with pytest.raises(Invalid):
            placement_end(officer, placement=row, ends_on=wrong, reason="Moved")
    placement_end(officer, placement=row, ends_on=today(), reason="Moved")
    with pytest.raises(Conflict):
        placement_end(officer, placement=row, ends_on=today(), reason="Moved")


def test_education_and_health_are_told_of_moves_by_reference_only(officer):
    desks = {code: Team.objects.get(code=code) for code in ("education-desk", "health-desk")}
    people = {code: make_user(team=desk, agency=desk.agency) for code, desk in desks.items()}
    child = make_child(given_name="Amy", family_name="Placeston")
    row = placement_open(officer, child=child, place=a_place())
    placement_end(officer, placement=row, ends_on=today(), reason="Moved")
    for person in people.values():
        texts = [notice.text for notice in Notice.objects.filter(user=person).order_by("pk")]
        assert len(texts) == 2 and "moved into" in texts[0] and "left a placement" in texts[1]
        assert all(child.reference in text and "Placeston" not in text for text in texts)


def test_a_concern_goes_to_first_contact_with_a_clock_and_names_who_is_responsible(officer):
    child = make_child()
    darlington = make_authority(DARLINGTON)
    row = placement_open(officer, child=child, place=a_place(placed_by=darlington))
    worker, at = make_user(team=make_team()), now()
    involve(child, worker)
    placement_concern(
        worker,
        placement=row,
        text="Seen with adults nobody knows",
        happened_at=at - timedelta(hours=2),
        at=at,
    )
    action = Action.objects.get()
    assert action.owner_team.code == "first-contact" and darlington.name in action.title
    assert action.clock.due_at == close_of_business(at, 1).due_at
    assert action.detail == CaseNote.objects.get().text == "Seen with adults nobody knows"
    with pytest.raises(Invalid):
        placement_concern(worker, placement=row, text=" ", happened_at=at)
    assert Action.objects.count() == 1


def test_the_list_holds_who_lives_across_a_border_and_costs_the_same(officer):
    darlington, other = make_authority(DARLINGTON), make_authority()
    here, away, home = make_child(authority=darlington, area=other), make_child(), make_child()
    make_placement(here, area=other, placed_by=darlington)
    make_placement(away, area=darlington, placed_by=other)
    make_placement(home)
    page = placed(officer)
    assert [row.child for row in page.here] == [here] and [row.child for row in page.elsewhere] == [away]
    assert placed(make_user("school_lead")).here == []

    def queries():
        client = sign_in(officer)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("children:placed_children")).status_code == 200
        return len(caught)

    before = queries()
    for _ in range(4):
        make_placement(make_child(), area=darlington, placed_by=other)
    assert queries() == before


def test_a_confidential_place_is_shown_to_nobody(officer):
    child = make_child()
    make_placement(child, provider_name="Hidden Lodge", address_confidential=True)
    client = sign_in(officer)
    text = client.get(reverse("children:placements", args=[child.public_id])).content.decode()
    assert "Place confidential" in text and "Hidden Lodge" not in text


def test_of_two_running_placements_one_goes_on_after_a_merge(officer):
    darlington = make_authority(DARLINGTON)
    primary, other = make_child(), make_child()
    kept, gone = make_placement(primary), make_placement(other, area=darlington, kind="residential")
    row = merge_make(
        officer, primary=primary, other=other, why="One child", decisions={"placement-": "other"}
    )
    assert [placement.pk for placement in Placement.objects.filter(ends_on=None)] == [gone.pk]
    assert fresh(primary).area == darlington
    with pytest.raises(Conflict):
        placement_open(officer, child=primary, place=a_place(starts_on=days_ago(1)))
    merge_undo(officer, merge=row, why="Two children")
    assert {placement.pk for placement in Placement.objects.filter(ends_on=None)} == {kept.pk, gone.pk}
    assert fresh(primary).area == make_authority()
