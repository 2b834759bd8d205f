"""CEVT's list: who waits on whom, its filters and parts, who opens it (T2, T3)."""

import pytest

from cems.accounts.models import User
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.services.contribution import contribution_save
from tests.factories.children import bar, involve, make_child, restrict
from tests.factories.matrices import submit
from tests.factories.people import make_authority, make_team, make_user, sign_in
from tests.factories.triage import ruling, waiting_child
from tests.triage.cevt.pages import LIST, said, sheet
from triage.cevt.services.decision import decision_make
from triage.cevt.services.item import information_request_open
from triage.models import Item

pytestmark = pytest.mark.django_db
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


def test_the_list_says_who_waits_on_whom_what_is_due_first_and_what_was_decided(
    chair: User, child: Child
) -> None:
    later = waiting_child(child, level=MODERATE)
    first = make_child(family_name="Firstington")
    waiting_child(first)
    gated = make_child(family_name="Gatedham")
    submit(make_user(), gated, MODERATE)
    done = make_child(family_name="Doneford", locality=child.locality)
    decision_make(chair, child=done, ruling=ruling(waiting_child(done)))
    wanted = make_child(family_name="Wantedly")
    item = waiting_child(wanted)
    information_request_open(chair, item=item, agency=chair.agency, what="Whose car?", owner=chair)
    html = said(sign_in(chair), LIST)
    assert html.index("Firstington") < html.index("Madeup")
    assert "Waits for First Contact to process the child" in html
    assert f"CEVT waits for {chair.agency}" in html
    assert "received" in html and "working days" in html  # the clock explains itself
    assert html.index("Decided today") < html.index("Doneford")
    assert later.kind == "receipt" and "Matrix received" in html
    for state, name in (("first_contact", "Gatedham"), ("information", "Wantedly"), ("decided", "Doneford")):
        part = said(sign_in(chair), f"{LIST}?state={state}")
        assert name in part and "Madeup" not in part
    assert "No child is in this part of the list" in said(sign_in(chair), f"{LIST}?level=0")


def test_filters_keep_to_agency_place_form_and_kind_of_return(chair: User, child: Child) -> None:
    waiting_child(child)
    member = make_user("cevt_member", team=make_team())
    client = sign_in(chair)
    item = Item.objects.get()
    assert "Madeup" in said(client, f"{LIST}?agency={member.agency.code}")
    contribution_save(member, child=child, forum=MeetingForum.CEVT, about=item.public_id, held=Held.NOTHING)
    assert "Madeup" not in said(client, f"{LIST}?agency={member.agency.code}")
    assert "Madeup" in said(client, f"{LIST}?locality={child.locality_id}&back=first")
    assert "Madeup" not in said(client, f"{LIST}?back=rereferral")
    assert "Madeup" not in said(client, f"{LIST}?form=radicalisation")


def test_walking_from_child_to_child_stays_in_the_part_of_the_list_that_was_asked_for(chair: User) -> None:
    """Significant is due first, so the one between is Moderate only where a part is asked for."""
    first, between, last = (make_child(family_name=name) for name in ("Oneby", "Twoby", "Threeby"))
    for child, level in ((first, SIGNIFICANT), (between, MODERATE), (last, SIGNIFICANT)):
        waiting_child(child, level=level)
    client = sign_in(chair)
    whole, part = said(client, sheet(last)), said(client, f"{sheet(first)}?level={SIGNIFICANT.value}")
    assert "2 of 3" in whole and "Twoby" in whole
    assert "1 of 2" in part and "in this part of the list" in part and "Twoby" not in part
    assert f'href="{sheet(last)}?level={SIGNIFICANT.value}"' in part
    outside = said(client, f"{sheet(between)}?level={SIGNIFICANT.value}")
    assert "3 of 3" in outside  # who is open stays in the list, whatever part is asked for


def test_the_list_is_of_the_authorities_the_agency_works_for(chair: User, child: Child) -> None:
    waiting_child(child)
    Item.objects.update(authority=make_authority("elsewhere"))
    assert "Madeup" not in said(sign_in(chair), LIST)


def test_an_empty_list_says_what_brings_children_on_it(chair: User) -> None:
    assert "Nobody waits for CEVT" in said(sign_in(chair), LIST)


@pytest.mark.requirement("A2")
def test_a_restricted_child_is_a_line_without_anything_else(chair: User, child: Child) -> None:
    waiting_child(child)
    restrict(child, owner=make_user())
    html = said(sign_in(chair), LIST)
    assert "1 restricted item." in html and "ask its owner" in html
    assert "Madeup" not in html and child.reference not in html and str(child.public_id) not in html
    assert sign_in(chair).get(sheet(child)).status_code == 404
    bar(child, chair)
    assert "restricted item" not in said(sign_in(chair), LIST)


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("role", ["practitioner", "business_support", "administrator", "school_lead"])
def test_who_has_no_seat_does_not_open_the_list_or_the_sheet(role: str, child: Child) -> None:
    waiting_child(child)
    user = make_user(role, team=make_team())
    involve(child, user)
    client = sign_in(user)
    assert client.get(LIST).status_code == 403
    assert client.get(sheet(child)).status_code in {403, 404}
