"""A child's sheet at CEVT: what it says, deciding without JavaScript, who may open what (T3, T4)."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.models import Contribution
from cems.meetings.services.contribution import contribution_save
from tests.factories.children import involve, make_child, make_placement, restrict
from tests.factories.matrices import submit
from tests.factories.people import make_team, make_user, sign_in
from tests.factories.triage import make_chair, ruling, waiting_child
from tests.triage.cevt.pages import hidden, said, sheet
from triage.cevt.services.decision import decision_make
from triage.cevt.services.item import information_request_open
from triage.models import InformationRequest

pytestmark = pytest.mark.django_db
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


@pytest.mark.requirement("A2")
def test_a_member_reads_every_contribution_and_a_practitioner_of_the_child_none(child: Child) -> None:
    item = waiting_child(child)
    nurse, officer = make_user("cevt_member", team=make_team()), make_chair()
    contribution_save(
        nurse,
        child=child,
        forum=MeetingForum.CEVT,
        about=item.public_id,
        held=Held.WRITTEN,
        text="Seen at the clinic on Monday.",
    )
    assert "Seen at the clinic on Monday." in said(sign_in(officer), sheet(child))
    worker = make_user()
    involve(child, worker)
    html = said(sign_in(worker), reverse("children:overview", args=[child.public_id]))
    assert "Seen at the clinic" not in html
    assert sign_in(worker).get(reverse("cevt:sheet_live", args=[child.public_id])).status_code == 403


@pytest.mark.requirement("T3")
def test_the_sheet_says_what_decides_and_what_is_not_recorded(chair: User, child: Child) -> None:
    worker = make_user(name="Example Worker")
    involve(child, worker)
    make_placement(child, provider_name="Example Foster Carers", address_confidential=True)
    sibling = make_child(
        given_name="Robin", family_name="Madeup", postcode="DH1 1AA", address="1 Example Row"
    )
    child.postcode, child.address = "DH1 1AA", "1 Example Row"
    child.save(update_fields=["postcode", "address"])
    waiting_child(child)
    waiting_child(sibling)
    html = said(sign_in(chair), sheet(child))
    assert "the address is confidential" in html and "Example Foster Carers" not in html
    assert "Custody or bail" in html and "Not recorded in CEMS. Ask the police at the table." in html
    assert "Example Worker, 03000 000 001" in html
    assert f"Robin Madeup ({sibling.reference}), same address" in html
    assert "Child in need" in html and "Authority responsible: County Durham" in html
    assert "tel:999" in html and "Don’t wait for CEVT" in html
    assert "1 of 2" in html or "2 of 2" in html
    assert "This is the first matrix of this child." in html


@pytest.mark.requirement("M2", "M3")
def test_the_sheet_has_the_four_bands_and_tells_harm_from_risk(chair: User, child: Child) -> None:
    waiting_child(child, level=SIGNIFICANT)
    html = " ".join(said(sign_in(chair), sheet(child)).split())
    for head in ("up to 1", "1 to 3", "3 to 6", "over 6", "No date"):
        assert head in html.lower() or head in html
    assert "Harm has happened" in html
    assert "Risk: contact or control" in html


@pytest.mark.requirement("T3")
def test_the_projector_shows_only_what_everybody_at_the_table_may_see(chair: User, child: Child) -> None:
    waiting_child(child)
    client = sign_in(chair)
    own, room = said(client, sheet(child)), said(client, f"{sheet(child)}?projector=1")
    assert "Strategy meeting" in own  # not a member's part
    assert "<dt>Strategy meeting</dt>" not in room and "cems-projector" in room
    assert "Back from the projector" in room
    # A restricted child whom only the chair may read is on no screen of the room.
    shut = make_child(family_name="Shutington")
    waiting_child(shut)
    restrict(shut, owner=chair)
    assert "Shutington" in said(client, sheet(child))
    assert "Shutington" not in said(client, f"{sheet(child)}?projector=1")
    assert client.get(f"{sheet(shut)}?projector=1").status_code == 403


@pytest.mark.requirement("T2", "T4")
def test_more_information_is_asked_for_and_given_and_pauses_the_clock_meanwhile(
    chair: User, child: Child
) -> None:
    item = waiting_child(child)
    client = sign_in(chair)
    address = reverse("cevt:information_request_new", args=[child.public_id])
    page = client.get(address).content.decode()
    assert client.post(address, {"what": ""}).status_code == 400
    form = {
        "key": hidden(page)["key"],
        "agency": chair.agency.code,
        "owner": f"user:{chair.public_id}",
        "what": "Whose car was it?",
        "days": "2",
    }
    assert client.post(address, form).status_code == 302
    client.post(address, form)
    wanted = InformationRequest.objects.get()
    assert item.clock
    item.clock.refresh_from_db()
    assert item.clock.stage == "paused"
    answer = reverse("cevt:information_request_answer", args=[child.public_id])
    assert "Whose car was it?" in said(client, answer)
    stranger = make_user("cevt_member", team=make_team())
    name = f"{wanted.public_id.hex}-answer"
    given = {"wanted": str(wanted.public_id), name: "An uncle’s."}
    assert sign_in(stranger).post(answer, given).status_code == 403
    assert client.post(answer, {**given, name: ""}).status_code == 400
    assert client.post(answer, given).status_code == 302
    assert client.post(answer, given).status_code == 409
    item.clock.refresh_from_db()
    assert item.clock.stage == "running"


@pytest.mark.requirement("T2", "K1")
@pytest.mark.parametrize("act", ["complete", "cancel"])
def test_whoever_closes_the_task_to_find_out_has_told_cevt(chair: User, child: Child, act: str) -> None:
    item, worker = waiting_child(child), make_user()
    involve(child, worker)
    asked = [
        information_request_open(chair, item=item, agency=worker.agency, what=what, owner=worker)
        for what in ("Whose car was it?", "Where did they go?")
    ]
    client = sign_in(worker)
    for row, stage in zip(asked, ("paused", "running"), strict=True):
        page = reverse("actions:detail", args=[row.action.public_id])
        key = hidden(client.get(page).content.decode())["key"]
        given = {"key": key, "outcome": f"An uncle knows: {row.what}", "act": act}
        for _ in range(2):
            client.post(reverse("actions:close", args=[row.action.public_id]), given)
        row.refresh_from_db()
        assert (row.answer, row.answered_by) == (given["outcome"], worker)
        assert item.clock
        item.clock.refresh_from_db()
        assert item.clock.stage == stage
    answer = reverse("cevt:information_request_answer", args=[child.public_id])
    assert "Whose car was it?" not in said(sign_in(chair), answer)


def test_what_an_agency_typed_too_late_stays_on_the_page(chair: User, child: Child) -> None:
    item = waiting_child(child)
    client = sign_in(make_user("cevt_member", team=make_team()))
    decision_make(chair, child=child, ruling=ruling(item))
    sent = {
        "step": "say",
        "about": item.public_id,
        "held": "written",
        "text": "Typed too late.",
        "version": 0,
    }
    answer = client.post(sheet(child), sent)
    html = unescape(answer.content.decode())
    assert answer.status_code == 409 and "CEVT has finished with this" in html and "Typed too late." in html
    assert not Contribution.objects.exists()


def test_an_item_is_taken_off_with_its_reason_and_the_sender_reads_it(chair: User, child: Child) -> None:
    sender = make_user()
    item = waiting_child(child, by=sender)
    client = sign_in(chair)
    address = reverse("cevt:item_withdraw", args=[child.public_id])
    assert client.post(address, {"item": str(item.public_id), "why": ""}).status_code == 400
    assert client.post(address, {"item": str(item.public_id), "why": "Another child."}).status_code == 302
    assert item.submission
    page = said(sign_in(sender), reverse("matrix:submission", args=[item.submission.public_id]))
    assert "took this matrix off its list" in page and "Another child." in page
    assert "Nothing is open" in said(client, address)


def test_a_later_discussion_shows_what_changed_and_that_it_is_a_repeat(chair: User, child: Child) -> None:
    sender = make_user()
    then = now() - timedelta(days=40)
    item = waiting_child(child, level=MODERATE, by=sender, at=then)
    decision_make(chair, child=child, ruling=ruling(item, MODERATE, rationale="Then we saw little."), at=then)
    newer = submit(sender, child, SIGNIFICANT)
    html = said(sign_in(chair), sheet(child))
    assert "Since CEVT last decided" in html and newer.reference in html
    assert "Repeat discussion." in html and "Then we saw little." in html
