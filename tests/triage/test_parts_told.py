"""Each part of a record is told where it is open, and nowhere beside it (A2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.base.time import now
from cems.children.choices import FeedbackFrom, MatterKind, RiskLevel
from cems.children.history.services.feedback import feedback_record
from cems.children.models import Child, Matter
from cems.meetings.choices import NoteKind
from cems.meetings.services.meeting import meeting_end, note_add
from matrix.services.submission import matrix_submit
from plans.models import Referral, Request
from plans.services.referral import referral_decide
from tests.factories.children import involve, make_child, make_matter
from tests.factories.matrices import ready_matrix, set_field, submit
from tests.factories.people import make_locality, make_team, make_user, sign_in
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from tests.triage.cevt.pages import said, sheet
from triage.cevt.services.decision import decision_make
from triage.first_contact.outcomes import EARLY_HELP

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]
WHY = "The family asked for a youth worker."
NOT_MET = "Nobody saw the car again."


@pytest.fixture
def child() -> Child:
    return make_child(locality=make_locality("east"))


def test_a_sent_matrix_tells_a_referrals_and_a_requests_words_only_where_they_are_open(child: Child) -> None:
    sender, worker = make_user(), make_user()
    sent = submit(sender, child, RiskLevel.SIGNIFICANT, own=True)
    involve(child, worker)
    referral = Referral.objects.get(child=child)
    referral_decide(make_user("first_contact"), referral=referral, outcome=EARLY_HELP, rationale=WHY)
    request = Request.objects.filter(child=child)
    request.update(answer="not_met", answer_why=NOT_MET, answered_at=now(), answered_by=worker)
    page = reverse("matrix:submission", args=[sent.public_id])
    own = said(sign_in(sender), page)
    assert EARLY_HELP.label in own, "the sender reads how it went"
    assert WHY not in own and NOT_MET not in own
    whole = said(sign_in(worker), page)
    assert WHY in whole and NOT_MET in whole


@pytest.mark.parametrize("role", ["first_contact", "edt"])
def test_the_front_door_reads_levels_and_of_open_referrals_alone_the_rationale(
    child: Child, role: str
) -> None:
    item, chair = waiting_child(child), make_chair()
    decision_make(
        chair, child=child, meeting=sitting(chair, *QUORATE), ruling=ruling(item, rationale="An older man.")
    )
    client = sign_in(make_user(role, team=make_team()))
    overview, chronology = (
        reverse(f"children:{name}", args=[child.public_id]) for name in ("overview", "chronology")
    )
    for url in (overview, chronology, sheet(child)):
        assert "An older man." not in client.get(url).content.decode()
    assert "Significant" in said(client, overview)
    referral = make_matter(child, MatterKind.REFERRAL)
    assert "An older man." in said(client, chronology)
    Matter.objects.filter(pk=referral.pk).update(closed_at=now(), until=now())
    assert "An older man." not in client.get(chronology).content.decode()


def test_a_boards_people_read_neither_cevts_table_nor_its_notes(child: Child) -> None:
    chair = make_chair()
    meeting = sitting(chair, *QUORATE)
    note_add(chair, meeting=meeting, kind=NoteKind.THEME, text="Cars outside schools.")
    note_add(chair, meeting=meeting, kind=NoteKind.HOTSPOT, text="The bus station.")
    item = waiting_child(child)
    row = decision_make(chair, child=child, meeting=meeting, ruling=ruling(item))
    meeting_end(chair, meeting=meeting)
    table, minutes = (reverse(f"cevt:{name}", args=[meeting.public_id]) for name in ("attendance", "minutes"))
    for role in ("ceg_chair", "ceg_member"):
        client = sign_in(make_user(role, team=make_team(), locality=child.locality))
        assert client.get(table).headers["Location"] == minutes
        assert client.post(table).status_code == 403
        assert client.get(reverse("cevt:notes")).status_code == 403
        page = said(client, minutes)
        assert row.reference in page, "the decision that sent the child to the board"
        for words in ("Cars outside schools.", "The bus station.", "At the table", "Themes"):
            assert words not in page
    own = said(sign_in(chair), minutes)
    assert "Cars outside schools." in own and "At the table" in own
    assert "The bus station." in said(sign_in(make_user("business_support", team=make_team())), minutes)


def test_the_sheet_has_the_childs_words_of_a_matrix_and_never_their_feedback(child: Child) -> None:
    chair, worker = make_chair(), make_user()
    involve(child, worker)
    matrix = ready_matrix(worker, child, RiskLevel.SIGNIFICANT)
    set_field(worker, matrix, "child_views", "I want to be left alone.")
    matrix_submit(worker, matrix=matrix)
    waiting_child(child)
    feedback_record(
        worker,
        child=child,
        whose=FeedbackFrom.CHILD,
        about="worker",
        words="My worker never rings.",
        happened_at=now() - timedelta(minutes=1),
    )
    page = said(sign_in(chair), sheet(child))
    assert "I want to be left alone." in page and "My worker never rings." not in page
