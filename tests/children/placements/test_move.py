"""The record follows a place and goes back to the home, on its day, once; corrected, withdrawn, traced (C2)."""

from dataclasses import fields
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.models import Team
from cems.base.errors import Conflict, Invalid
from cems.base.time import now, today
from cems.children.access.services.matter import matter_open
from cems.children.choices import MatterKind
from cems.children.history.services.correction import version_of
from cems.children.history.services.status import (
    MendedStatus,
    status_correct,
    status_open,
    status_withdraw,
)
from cems.children.models import Child, Correction, Matter, Placement, Status
from cems.children.placements.selectors import placed
from cems.children.placements.services import placement as service
from cems.children.placements.services.placement import (
    Mended,
    placement_end,
    placement_open,
    placement_withdraw,
    placements_follow,
)
from cems.notices.models import Notice
from plans.services.referral import referral_open
from tests.children.placements.test_placement import a_place, days_ago, fresh
from tests.factories.children import involve, make_child
from tests.factories.people import DARLINGTON, make_authority, make_locality, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C2")]

LEEDS = "E08000035"


@pytest.fixture
def officer():
    return make_user("first_contact", team=Team.objects.get(code="first-contact"))


@pytest.fixture
def child():
    return make_child(locality=make_locality("east"))


def in_darlington(**kw):
    darlington = make_authority(DARLINGTON)
    return a_place(area=darlington, locality=make_locality("darlington", darlington), **kw)


def corrected(user, *, placement, **kw):
    return service.placement_correct(user, placement=placement, version=version_of(placement), **kw)


def mended(row, **kw):
    return Mended(**{**{entry.name: getattr(row, entry.name) for entry in fields(Mended)}, **kw})


def test_area_and_locality_go_back_to_the_home_when_a_placement_ends(officer, child):
    row = placement_open(officer, child=child, place=in_darlington())
    assert fresh(child).locality.code == "darlington"
    placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    home = fresh(child)
    assert (home.area, home.locality.code) == (make_authority(), "east")


def test_open_referrals_go_with_the_child_and_back(officer, child):
    referral = referral_open(officer, child=child)
    assert referral.clock.owner_team.code == "first-contact"
    row = placement_open(officer, child=child, place=in_darlington())
    there = make_user("first_contact", team=Team.objects.get(code="darlington-front-door"))
    referral.clock.refresh_from_db()
    assert referral.clock.owner_team.code == "darlington-front-door"
    queue = reverse("first_contact:queue")
    assert child.name in sign_in(there).get(queue).content.decode()
    placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    referral.clock.refresh_from_db()
    assert referral.clock.owner_team.code == "first-contact"
    assert child.name in sign_in(officer).get(queue).content.decode()
    assert child.name not in sign_in(there).get(queue).content.decode()


def texts_to(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


@pytest.fixture
def nurse():
    desk = Team.objects.get(code="health-desk")
    return make_user(team=desk, agency=desk.agency)


def test_a_placement_begun_that_is_to_begin_later_moves_the_child_on_its_day(officer, child, nurse):
    row = placement_open(officer, child=child, place=in_darlington(starts_on=today()))
    begins = today() + timedelta(days=4)
    for number in (4, 5):  # put off, and put off once more
        begins = today() + timedelta(days=number)
        corrected(
            officer, placement=row, mended=mended(row, starts_on=begins), why=f"Put off to day {number}"
        )
        assert fresh(child).locality.code == "east", "they are at home until then"
        assert f"is to move into Darlington on {begins:%-d %B %Y}" in texts_to(nurse)[-1]
    child = fresh(child)
    child.locality = make_locality("north")
    child.save(update_fields=["locality"])
    with time_machine.travel(now() + timedelta(days=5), tick=False):
        assert placements_follow(None) == 1 and placements_follow(None) == 0
        assert fresh(child).locality.code == "darlington"
        assert "has moved into Darlington" in texts_to(nurse)[-1] and len(texts_to(nurse)) == 4
        row.refresh_from_db()
        placement_end(officer, placement=row, ends_on=today(), reason="Went home")
        assert fresh(child).locality.code == "north", "the home is the one of the day they moved"


def test_one_that_is_over_may_be_put_right_to_begin_later(officer, child):
    row = placement_open(officer, child=child, place=in_darlington())
    placement_end(officer, placement=row, ends_on=days_ago(1), reason="Went home")
    row.refresh_from_db()
    begins = today() + timedelta(days=2)
    corrected(
        officer, placement=row, mended=mended(row, starts_on=begins, ends_on=None), why="Not before Friday"
    )
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        assert placements_follow(None) == 1
        assert fresh(child).locality.code == "darlington"


def test_area_and_last_day_put_right_at_once_bring_the_child_home(officer, child):
    row = placement_open(officer, child=child, place=in_darlington())
    leeds = make_authority(LEEDS)
    corrected(
        officer,
        placement=row,
        mended=mended(row, area=leeds, locality=None, ends_on=days_ago(1)),
        why="It was in Leeds, and is over",
    )
    assert (fresh(child).area, fresh(child).locality.code) == (make_authority(), "east")


def test_a_move_that_a_correction_makes_is_told_each_time(officer, child, nurse):
    row = placement_open(officer, child=child, place=in_darlington())
    for ends_on, words in ((days_ago(1), "has left a placement"), (None, "has moved into")) * 2:
        corrected(officer, placement=row, mended=mended(row, ends_on=ends_on), why="Misread")
        row.refresh_from_db()
        assert words in texts_to(nurse)[-1]
    assert len(texts_to(nurse)) == 5
    corrected(officer, placement=row, mended=mended(row, kind="foster"), why="Misread")
    assert len(texts_to(nurse)) == 5, "nobody moved"
    assert all(child.reference in text and child.name not in text for text in texts_to(nurse))


def test_a_placement_recorded_in_error_is_taken_back_from_whom_it_was_told_to(officer, child, nurse):
    row = placement_open(officer, child=child, place=in_darlington(starts_on=today() + timedelta(days=3)))
    placement_withdraw(officer, placement=row, why="Another child")
    assert "A placement in Darlington was recorded in error" in texts_to(nurse)[-1]
    row = placement_open(officer, child=child, place=in_darlington())
    placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    before = len(texts_to(nurse))
    placement_withdraw(officer, placement=row, why="Another child")
    assert len(texts_to(nurse)) == before, "that it is over was told already"


def test_truth_f5_an_end_is_recorded_once(officer, child):
    row = placement_open(officer, child=child, place=in_darlington())
    placement_end(officer, placement=row, ends_on=days_ago(1), reason="Went home")
    version = fresh(child).version
    with pytest.raises(Conflict, match="recorded already"):
        placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    assert fresh(child).version == version and placements_follow(None) == 0


def test_truth_f5_what_moved_on_meanwhile_stays(officer, child):
    first = placement_open(officer, child=child, place=in_darlington(starts_on=days_ago(9)))
    placement_end(officer, placement=first, ends_on=days_ago(5), reason="Moved")
    second = placement_open(
        officer, child=child, place=a_place(area=make_authority(LEEDS), starts_on=days_ago(4))
    )
    first.refresh_from_db()
    corrected(officer, placement=first, mended=mended(first, ends_on=days_ago(6)), why="Misread")
    assert fresh(child).area.code == LEEDS
    placement_end(officer, placement=second, ends_on=today(), reason="Went home")
    assert (fresh(child).area, fresh(child).locality.code) == (make_authority(), "east")


def test_truth_f5_an_end_recorded_in_error_is_corrected_and_traced(officer, child):
    row = placement_open(officer, child=child, place=in_darlington())
    placement_end(officer, placement=row, ends_on=days_ago(1), reason="Went home")
    row.refresh_from_db()
    with pytest.raises(Invalid, match="what was wrong"):
        corrected(officer, placement=row, mended=mended(row, ends_on=None), why=" ")
    corrected(
        officer, placement=row, mended=mended(row, ends_on=None, end_reason=""), why="Another child left"
    )
    assert fresh(child).area.code == DARLINGTON
    page = sign_in(officer).get(reverse("children:placements", args=[child.public_id])).content.decode()
    assert "Another child left" in page and "Went home" in page and officer.name in page
    placement_end(officer, placement=row, ends_on=today(), reason="Went home now")
    assert fresh(child).locality.code == "east", "the home is the one of the beginning"


def test_truth_f5_a_correction_keeps_placements_apart(officer, child):
    first = placement_open(officer, child=child, place=in_darlington(starts_on=days_ago(9)))
    placement_end(officer, placement=first, ends_on=days_ago(5), reason="Moved")
    placement_open(officer, child=child, place=in_darlington(starts_on=days_ago(4)))
    first.refresh_from_db()
    with pytest.raises(Conflict, match="one placement at a time"):
        corrected(officer, placement=first, mended=mended(first, ends_on=days_ago(2)), why="Misread")
    assert not Correction.objects.exists()


def test_a_placement_recorded_in_error_is_withdrawn_and_stays_readable(officer, child):
    row = placement_open(officer, child=child, place=in_darlington())
    address = reverse("children:placement_withdraw", args=[child.public_id, row.public_id])
    client = sign_in(officer)
    assert client.post(address, {"why": ""}).status_code == 400
    assert client.post(address, {"why": "It was for another child."}).status_code == 302
    assert fresh(child).locality.code == "east"
    assert not Placement.objects.of(child).exists()
    page = client.get(reverse("children:placements", args=[child.public_id])).content.decode()
    assert "Recorded in error" in page and "It was for another child." in page
    assert client.get(address).status_code == 404
    placement_open(officer, child=child, place=in_darlington())


def test_a_placement_to_come_is_told_before_and_applies_on_its_day(officer, child):
    darlington = make_authority(DARLINGTON)
    desk = Team.objects.get(code="health-desk")
    nurse = make_user(team=desk, agency=desk.agency)
    begins = today() + timedelta(days=3)
    placement_open(officer, child=child, place=in_darlington(starts_on=begins))
    assert fresh(child).area == make_authority()
    assert "is to move into Darlington on" in Notice.objects.get(user=nurse).text
    assert (
        "Planned"
        in sign_in(officer).get(reverse("children:placements", args=[child.public_id])).content.decode()
    )
    assert placements_follow(None) == 0
    with time_machine.travel(now() + timedelta(days=3), tick=False):
        assert placements_follow(None) == 1 and placements_follow(None) == 0
        assert fresh(child).area == darlington
        texts = list(Notice.objects.filter(user=nurse).order_by("pk").values_list("text", flat=True))
        assert len(texts) == 2 and "has moved into Darlington" in texts[1]


def test_a_last_day_to_come_applies_on_its_day(officer, child):
    row = placement_open(officer, child=child, place=in_darlington())
    placement_end(officer, placement=row, ends_on=today() + timedelta(days=2), reason="Goes home")
    assert fresh(child).area.code == DARLINGTON and placements_follow(None) == 0
    assert [entry.child for entry in placed(officer).elsewhere + placed(officer).here] == [child]
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        assert placements_follow(None) == 1
        assert fresh(child).locality.code == "east"
        assert placed(officer).elsewhere == []


def test_one_moves_out_and_into_the_next_on_days_to_come(officer, child):
    first = placement_open(officer, child=child, place=in_darlington())
    placement_end(officer, placement=first, ends_on=today() + timedelta(days=2), reason="Moves")
    leeds = make_authority(LEEDS)
    placement_open(officer, child=child, place=a_place(area=leeds, starts_on=today() + timedelta(days=3)))
    with time_machine.travel(now() + timedelta(days=4), tick=False):
        placements_follow(None)
        assert fresh(child).area == leeds
        second = Placement.objects.get(area=leeds)
        placement_end(officer, placement=second, ends_on=today(), reason="Went home")
        assert fresh(child).locality.code == "east"


def test_a_child_of_another_authority_goes_back_to_theirs(officer):
    darlington = make_authority(DARLINGTON)
    child = make_child(authority=darlington, area=darlington)
    row = placement_open(
        officer, child=child, place=a_place(placed_by=darlington, locality=make_locality("east"))
    )
    assert fresh(child).area == make_authority()
    placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    assert (fresh(child).area, fresh(child).locality) == (darlington, None)


@pytest.mark.parametrize(("role", "kind"), [("cevt_chair", "cevt"), ("erase_manager", "exploitation")])
def test_our_child_placed_far_away_stays_in_reach_of_our_forums(officer, child, role, kind):
    user = make_user(role, team=make_team())
    placement_open(officer, child=child, place=a_place(area=make_authority(LEEDS)))
    assert child not in Child.objects.visible_to(user)
    matter_open(officer, child=fresh(child), kind=MatterKind(kind))
    assert child in Child.objects.visible_to(user)
    assert sign_in(user).get(reverse("children:overview", args=[child.public_id])).status_code == 200


def test_what_follows_a_child_goes_to_the_area_and_stays_with_who_is_responsible(officer, child):
    matter_open(officer, child=child, kind=MatterKind.EXPLOITATION)
    placement_open(officer, child=child, place=in_darlington())
    row = Matter.objects.get(child=child, closed_at=None)
    assert (row.authority.code, row.responsible) == (DARLINGTON, make_authority())
    assert child in Child.objects.visible_to(officer)


def test_a_wrong_status_is_corrected_and_traced(officer, child):
    darlington = make_authority(DARLINGTON)
    row = status_open(officer, child=child, kind="child_in_care", starts_on=days_ago(9), legal_basis="s20")
    client = sign_in(officer)
    address = reverse("children:status_correct", args=[child.public_id, row.public_id])
    begun = days_ago(8)
    sent = {
        "key": uuid4(), "version": 0,
        "kind": "child_in_care", "legal_basis": "s31_interim", "responsible": "Darlington",
        "starts_on_0": begun.day, "starts_on_1": begun.month, "starts_on_2": begun.year,
    }  # fmt: skip
    assert client.post(address, sent).status_code == 400
    assert client.post(address, {**sent, "why": "The order is of that day."}).status_code == 302
    row.refresh_from_db()
    assert (row.legal_basis, row.starts_on, row.responsible) == ("s31_interim", begun, darlington)
    page = client.get(reverse("children:statuses", args=[child.public_id])).content.decode()
    assert "The order is of that day." in page and "Section 20" in page and officer.name in page
    assert (
        "Section 31 interim"
        in client.get(reverse("children:overview", args=[child.public_id])).content.decode()
    )


def test_a_status_recorded_in_error_counts_no_more_and_stays_readable(officer, child):
    row = status_open(officer, child=child, kind="uasc", starts_on=days_ago(3))
    status_withdraw(officer, status=row, why="Another child")
    assert not Status.objects.of(child).exists()
    with pytest.raises(Conflict, match="withdrawn"):
        status_correct(
            officer, status=row, mended=MendedStatus("uasc", days_ago(2)), why="Misread", version=0
        )
    status_open(officer, child=child, kind="uasc", starts_on=days_ago(3))
    page = sign_in(officer).get(reverse("children:statuses", args=[child.public_id])).content.decode()
    assert "Recorded in error" in page
    overview = sign_in(officer).get(reverse("children:overview", args=[child.public_id])).content.decode()
    assert overview.count("Unaccompanied asylum-seeking child since") == 1


def test_who_may_not_write_statuses_corrects_none(officer, child):
    row = placement_open(officer, child=child, place=in_darlington())
    worker = make_user(team=make_team())
    involve(child, worker)
    for name in ("placement_correct", "placement_withdraw"):
        address = reverse(f"children:{name}", args=[child.public_id, row.public_id])
        assert sign_in(worker).get(address).status_code == 403
