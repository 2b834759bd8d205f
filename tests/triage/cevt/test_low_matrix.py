"""Low or None starts no clock at CEVT, which oversees them in one list (M5)."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.accounts.models import AgencyKind, Authority, Team, User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.calendar import say_day
from cems.base.errors import Conflict
from cems.base.time import now, today
from cems.children.access.child_access import access_to
from cems.children.choices import MatterKind, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.matching.services.merge import merge_make
from cems.children.models import Child, Matter
from cems.children.placements.services.placement import placement_end, placement_open
from cems.my_work import waiting_count
from cems.notices.models import Notice
from matrix.models import Submission
from tests.children.placements.test_placement import a_place
from tests.factories.children import bar, make_child, restrict
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
from tests.factories.short_reviews import make_lead
from triage.cevt.services.item import item_raise, item_withdraw
from triage.cevt.services.low_matrix import low_matrices_look
from triage.choices import LowEnd
from triage.models import Item, LowMatrix
from triage.tasks import low_matrices

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M5")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
LIST = reverse("cevt:low")


@pytest.fixture
def sender() -> User:
    return make_user()


def shown(user: User, url: str = LIST) -> str:
    answer = sign_in(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def row_of(submission: Submission) -> LowMatrix:
    return LowMatrix.objects.get(submission=submission)


def look(user: User, *rows: LowMatrix, note: str = "", key: str = "") -> HttpResponse:
    form = {"low_matrices": [str(row.public_id) for row in rows], "note": note, "key": key or str(uuid4())}
    return sign_in(user).post(LIST, form)


def reached(user: User, child: Child) -> bool:
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def member_of(authority: Authority, role: str = "cevt_member") -> User:
    agency = make_agency(kind=AgencyKind.HEALTH, authorities=[authority])
    return make_user(role, team=make_team(agency=agency))


def test_the_list_says_who_at_which_level_from_whom_and_who_leads(
    chair: User, child: Child, sender: User
) -> None:
    lead = make_lead(child)
    sent = submit(sender, child, LOW)
    assert not Item.objects.exists() and sent.public_id
    assert LIST in shown(chair, reverse("cevt:list"))
    assert "1 child at Low or None to look at" in shown(chair, reverse("home"))
    html = shown(chair)
    for words in (child.name, "Low", str(sender), str(sender.agency), str(lead), sent.reference):
        assert words in html, words
    assert "What was seen, and what it means" not in html  # the reasons stay in the matrix
    assert Entry.objects.filter(verb=Verb.LISTED, part="triage.low").exists()


def test_it_opens_who_the_child_is_and_the_levels_and_no_more(
    chair: User, child: Child, sender: User
) -> None:
    sent = submit(sender, child, LOW)
    member = member_of(make_authority())
    for person in (chair, member):
        assert reached(person, child)
        assert access_to(person, child).parts == {"identity", "level"}
        client = sign_in(person)
        assert client.get(reverse("children:overview", args=[child.public_id])).status_code == 200
        assert client.get(reverse("matrix:submission", args=[sent.public_id])).status_code in (403, 404)
        assert client.get(reverse("cevt:sheet", args=[child.public_id])).status_code == 403
        assert child.name in shown(person)
    other_area = member_of(make_authority(DARLINGTON), "cevt_chair")
    colleague, minutes = make_user(), make_user("business_support", team=make_team())
    for person in (other_area, colleague, minutes, make_user("ceg_chair", locality=child.locality)):
        assert not reached(person, child)
    assert child.name not in shown(other_area)
    assert sign_in(colleague).get(LIST).status_code == 403
    assert sign_in(minutes).get(LIST).status_code == 403


def test_looked_at_it_leaves_the_list_and_a_newer_one_brings_it_back(
    chair: User, child: Child, sender: User
) -> None:
    lead, sent = make_lead(child), submit(sender, child, LOW)
    key = str(uuid4())
    assert look(chair, row_of(sent), note="School knows; nothing more.", key=key).status_code == 302
    row = row_of(sent)
    assert (row.ended_how, row.ended_by) == (LowEnd.LOOKED_AT, chair)
    assert child.name not in shown(chair) and not reached(chair, child)
    assert "at Low or None to look at" not in shown(chair, reverse("home"))
    # the sender reads who looked, the lead also the note
    page = reverse("matrix:submission", args=[sent.public_id])
    assert f"CEVT has looked at it on {say_day(today(), True)}: {chair}" in shown(sender, page)
    assert "School knows" not in shown(sender, page)
    chronology = shown(lead, reverse("children:chronology", args=[child.public_id]))
    assert f"CEVT has looked at {sent.reference}" in chronology and "School knows" in chronology
    # sent twice it is one look; a colleague's is too late, is told so, and has the note still
    assert look(chair, row, note="School knows; nothing more.", key=key).status_code == 302
    late = look(make_second(chair), row, note="Once more")
    assert late.status_code == 409 and "Once more" in late.content.decode()
    row.refresh_from_db()
    assert (row.ended_by, row.note) == (chair, "School knows; nothing more.")
    newer = submit(sender, child, NONE)
    assert newer.reference in shown(chair) and reached(chair, child)


def make_second(chair: User) -> User:
    return make_user("cevt_chair", team=make_team(agency=chair.agency))


def test_a_newer_one_takes_the_place_and_is_not_signed_off_unread(
    chair: User, child: Child, sender: User
) -> None:
    first = submit(sender, child, LOW)
    second = submit(make_lead(child), child, LOW)
    assert row_of(first).ended_how == LowEnd.NEWER
    html = shown(chair)
    assert second.reference in html and first.reference not in html
    with pytest.raises(Conflict):
        low_matrices_look(chair, low_matrices=[row_of(first).public_id])
    assert row_of(second).ended_at is None
    # who sent the first reads that it left the list, and nothing of the other
    words = shown(sender, reverse("matrix:submission", args=[first.public_id]))
    assert "It left CEVT’s list" in words and second.reference not in words


def test_what_a_colleague_looked_at_meanwhile_holds_up_none_of_the_others(
    chair: User, child: Child, sender: User
) -> None:
    other = make_child(locality=child.locality)
    first, second = submit(sender, child, LOW), submit(sender, other, LOW)
    look(make_second(chair), row_of(first))
    assert look(chair, row_of(first), row_of(second), note="Fine.").status_code == 302
    assert (row_of(first).note, row_of(second).note) == ("", "Fine.")


@pytest.mark.requirement("A2")
def test_a_chair_elsewhere_signs_off_nothing_here(child: Child, sender: User) -> None:
    sent, elsewhere = submit(sender, child, LOW), member_of(make_authority(DARLINGTON), "cevt_chair")
    assert look(elsewhere, row_of(sent)).status_code == 409
    assert row_of(sent).ended_at is None


def test_only_the_chair_looks(chair: User, child: Child, sender: User) -> None:
    sent, member = submit(sender, child, LOW), member_of(make_authority())
    assert "CEVT has looked at what is ticked" not in shown(member)
    assert look(member, row_of(sent)).status_code == 403
    assert row_of(sent).ended_at is None
    assert look(chair).status_code == 400


def test_brought_to_cevt_it_is_an_item_and_back_again_where_that_was_in_error(
    chair: User, child: Child, sender: User
) -> None:
    sent = submit(sender, child, LOW)
    url = reverse("cevt:item_raise", args=[child.public_id])
    assert url in shown(chair)
    answer = sign_in(chair).post(url, {"why": "Third time this spring.", "key": str(uuid4())})
    assert answer.status_code == 302
    item = Item.objects.get()
    assert (row_of(sent).ended_how, row_of(sent).item) == (LowEnd.LISTED, item)
    assert child.name not in shown(chair) and child.name in shown(chair, reverse("cevt:list"))
    assert Matter.objects.get(child=child, kind=MatterKind.LOW).closed_at
    item_withdraw(chair, item=item, why="Meant another child.")
    assert child.name in shown(chair)


def test_a_matrix_at_low_of_a_child_on_the_list_is_read_there(
    chair: User, child: Child, sender: User
) -> None:
    item_raise(chair, child=child, why="Seen at the station.")
    submit(sender, child, LOW)
    assert not LowMatrix.objects.exists()


def test_a_higher_matrix_or_an_agreed_level_ends_it(chair: User, child: Child, sender: User) -> None:
    other = make_child(given_name="Robin", locality=make_locality("east"))
    first, second = submit(sender, child, LOW), submit(sender, other, NONE)
    submit(sender, child, MODERATE)
    level_agree(chair, child=other, level=NONE, forum=Forum.CEVT, rationale="Nothing to see.")
    assert (row_of(first).ended_how, row_of(second).ended_how) == (LowEnd.LISTED, LowEnd.LEVEL)
    html = shown(chair)
    assert child.name not in html and other.name not in html


def test_it_says_where_a_higher_level_is_agreed(chair: User, child: Child, sender: User) -> None:
    level_agree(chair, child=child, level=MODERATE, forum=Forum.CEVT, rationale="As it was.")
    Matter.objects.filter(child=child).update(closed_at=now())
    submit(sender, child, LOW)
    html = shown(chair)
    assert "A higher level is agreed and acted on" in html and "Moderate" in html


def late_notices(user: User) -> list[Notice]:
    return list(Notice.objects.filter(user=user, kind="triage.low_late"))


def test_what_nobody_looked_at_leaves_by_itself_never_and_the_chairs_are_told_once(
    chair: User, child: Child, sender: User, time_machine: Any
) -> None:
    start, newer = now(), make_child(given_name="Robin", locality=make_locality("east"))
    time_machine.move_to(start, tick=False)
    sent, barred = submit(sender, child, LOW), make_second(chair)
    bar(child, barred)
    time_machine.move_to(start + timedelta(days=27), tick=False)
    assert "Late: waiting" not in shown(chair) and low_matrices() == 0 and not late_notices(chair)
    submit(sender, newer, NONE)
    waiting = waiting_count(chair, now())
    time_machine.move_to(start + timedelta(days=28), tick=False)
    html = shown(chair)
    assert html.index(child.name) < html.index("Late: waiting 28 days") < html.index(newer.name)
    assert reached(chair, child) and html.count("Late: waiting") == 1
    # it is told to the chairs whom the record does not shut out, once, and stands on the first page and in its number
    assert low_matrices() == 1 and low_matrices() == 0
    assert [notice.reference for notice in late_notices(chair)] == [sent.reference]
    assert not late_notices(barred) and not late_notices(sender)
    assert "Late: 1, the longest first" in shown(chair, reverse("home"))
    assert waiting_count(chair, now()) == waiting + 1
    assert "Nobody there has looked at it yet" in shown(
        sender, reverse("matrix:submission", args=[sent.public_id])
    )
    # looked at, it is late no more and the notice asks for nothing
    look(chair, row_of(sent))
    assert "Late:" not in shown(chair) and waiting_count(chair, now()) == waiting
    assert all(notice.read_at for notice in late_notices(chair))


def test_what_is_late_is_told_to_the_chairs_of_where_the_child_lives_by_then(
    child: Child, sender: User, time_machine: Any
) -> None:
    start, darlington = now(), make_authority(DARLINGTON)
    time_machine.move_to(start, tick=False)
    here, there = member_of(make_authority(), "cevt_chair"), member_of(darlington, "cevt_chair")
    officer = make_user("first_contact", team=Team.objects.get(code="first-contact"))
    submit(sender, child, LOW)
    time_machine.move_to(start + timedelta(days=29), tick=False)
    assert low_matrices() == 1 and len(late_notices(here)) == 1 and not late_notices(there)
    place = a_place(area=darlington, locality=make_locality("darlington", darlington))
    placement_open(officer, child=child, place=place)
    assert low_matrices() == 1 and len(late_notices(here)) == 1 and len(late_notices(there)) == 1


def test_it_goes_with_the_child_who_moves(child: Child, sender: User) -> None:
    darlington = make_authority(DARLINGTON)
    here, there = member_of(make_authority(), "cevt_chair"), member_of(darlington, "cevt_chair")
    officer = make_user("first_contact", team=Team.objects.get(code="first-contact"))
    submit(sender, child, LOW)
    place = a_place(area=darlington, locality=make_locality("darlington", darlington))
    row = placement_open(officer, child=child, place=place)
    assert child.name in shown(there) and child.name not in shown(here)
    placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    assert child.name in shown(here) and child.name not in shown(there)
    assert not reached(there, child)


def test_two_records_that_are_joined_are_one_child_of_the_list(
    chair: User, child: Child, sender: User
) -> None:
    officer = make_user("first_contact", team=Team.objects.get(code="first-contact"))
    twin = make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
    first, second = submit(sender, child, LOW), submit(sender, twin, LOW)
    merge_make(officer, primary=child, other=twin, why="One child")
    html = shown(chair)
    assert html.count(f'value="{row_of(second).public_id}"') == 1
    assert str(row_of(first).public_id) not in html
    look(chair, row_of(second))
    assert row_of(first).ended_how == row_of(second).ended_how == LowEnd.LOOKED_AT
    assert not reached(chair, child)


def test_restricted_barred_and_dead_children_are_not_shown(chair: User, child: Child, sender: User) -> None:
    barred = make_child(given_name="Robin", locality=make_locality("east"))
    dead = make_child(given_name="Alex", locality=make_locality("east"))
    for one in (child, barred, dead):
        submit(sender, one, LOW)
    restrict(child)
    bar(barred, chair)
    Child.objects.unscoped("the child has died").filter(pk=dead.pk).update(died_on=today())
    html = shown(chair)
    assert not any(one.name in html for one in (child, barred, dead))
    assert "at Low or None to look at" not in shown(chair, reverse("home"))


def test_it_asks_no_more_often_for_more_children_and_reads_by_its_index(chair: User, sender: User) -> None:
    for number in range(3):
        submit(sender, make_child(given_name=f"Marnie{number}", locality=make_locality("east")), LOW)
    client = sign_in(chair)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(4):
        submit(sender, make_child(given_name=f"Robin{number}", locality=make_locality("east")), LOW)
    with CaptureQueriesContext(connection) as more:
        client.get(LIST)
    assert len(more) == len(few)
    rows = LowMatrix.objects.filter(ended_at__isnull=True, authority=make_authority().pk)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "lowmatrix_waiting" in rows.order_by("late_from", "pk")[:51].explain()
