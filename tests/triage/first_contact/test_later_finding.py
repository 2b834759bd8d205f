"""What is found once a referral was decided is read by who works with the child, who are told (T1, M4)."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child
from cems.notices.models import Notice
from matrix.models import MatrixDue
from plans.models import Referral
from plans.services.referral import referral_open
from tests.factories.children import bar, involve, make_child, make_matter
from tests.factories.matrices import submit
from tests.factories.people import make_user, sign_in
from tests.factories.triage import make_chair
from triage.first_contact.outcomes import ASSESSMENT
from triage.first_contact.selectors.approach import TAKEN
from triage.first_contact.services.assessment import Findings, referral_assessment_save, referral_settle
from triage.first_contact.services.later_finding import later_finding_record
from triage.models import LaterFinding, ReferralAssessment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T1")]
WORDS = "Injuries seen by the paediatrician on the ward."
CAME, DECIDED = timedelta(days=9), timedelta(days=8)


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200, response
    return " ".join(unescape(response.content.decode()).split())


def of(name: str, row: Referral) -> str:
    return reverse(name, args=[row.child.public_id, row.public_id])


def new(row: Referral) -> str:
    return of("first_contact:later_finding_new", row)


def typed(**kw: Any) -> dict[str, Any]:
    day = local_date(now())
    return {
        "kind": "substantiated",
        "found_on_0": day.day,
        "found_on_1": day.month,
        "found_on_2": day.year,
        "text": WORDS,
        "outside_home": "yes",
        "key": uuid4(),
        **kw,
    }


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


@pytest.fixture
def desk() -> User:
    return make_user("first_contact", name="Dee Desk")


@pytest.fixture
def lead(child: Child) -> User:
    person = make_user("practitioner", name="Lee Leads")
    involve(child, person, "lead_practitioner")
    return person


@pytest.fixture
def referral(child: Child, desk: User) -> Referral:
    """Decided for an assessment, with the section 47 enquiry running; by telephone, without a matrix."""
    row = referral_open(make_user(), child=child, at=now() - CAME)
    begun = Findings(threshold="section_47", section_47="running", outside_home=True)
    referral_assessment_save(desk, referral=row, version=0, findings=begun, at=now() - DECIDED)
    return referral_settle(
        desk, referral=row, outcome=ASSESSMENT, rationale="An assessment is made.", at=now() - DECIDED
    )


def told(person: User) -> int:
    return Notice.objects.filter(user=person, kind="triage.later_finding").count()


def test_who_works_with_the_child_reads_it_on_the_referral_the_childs_page_and_in_the_chronology(
    child: Child, desk: User, lead: User, referral: Referral
) -> None:
    make_matter(child, MatterKind.CEVT)
    chair, worker = make_chair(), make_user(name="Wo Works")
    involve(child, worker, "social_worker")
    client = sign_in(desk)
    assert new(referral) in text(client.get(of("first_contact:referral", referral)))
    form = typed()
    for _ in range(2):  # a double click
        page = text(client.post(new(referral), form, follow=True))
    assert "The result about Marnie Madeup is recorded" in page and WORDS in page
    assert "Enquiry is running" in page  # what was decided on stays beside it
    row = LaterFinding.objects.get(referral=referral)
    assert (row.recorded_by, row.kind) == (desk, "substantiated")
    assert ReferralAssessment.objects.get(referral=referral).section_47 == "running"  # as it was decided on
    for person in (lead, worker, chair):
        assert told(person) == 1, person
        reading = sign_in(person)
        notice = Notice.objects.get(user=person, kind="triage.later_finding")
        assert "Madeup" not in notice.text
        for url in (
            notice.url,
            reverse("children:overview", args=[child.public_id]),
            reverse("children:chronology", args=[child.public_id]),
        ):
            assert WORDS in text(reading.get(url, follow=True)), (person, url)
    assert told(desk) == 0
    assert Entry.objects.filter(subject_id=str(row.public_id), verb="created").count() == 1


def test_a_lead_who_reads_no_referrals_is_told_to_ask_and_reads_no_word_of_it(
    child: Child, desk: User, referral: Referral
) -> None:
    school = make_user("school_lead")
    involve(child, school, "lead_practitioner")
    sign_in(desk).post(new(referral), typed())
    notice, reading = Notice.objects.get(user=school, kind="triage.later_finding"), sign_in(school)
    assert "Ask First Contact" in notice.text
    assert WORDS not in text(reading.get(notice.url))
    for url in (of("plans:referral", referral), reverse("children:chronology", args=[child.public_id])):
        assert reading.get(url).status_code == 403


@pytest.mark.requirement("M4")
def test_harm_outside_the_home_makes_a_matrix_due_once_and_the_lead_has_it(
    child: Child, desk: User, lead: User
) -> None:
    row = referral_open(make_user(), child=child, at=now() - CAME)
    settled = referral_settle(
        desk, referral=row, outcome=ASSESSMENT, rationale="Assessed.", at=now() - DECIDED
    )
    MatrixDue.objects.filter(child=child).delete()  # as of a decision that asked for none
    client = sign_in(desk)
    client.post(new(settled), typed(kind="harm"))
    due = MatrixDue.objects.get(child=child)
    assert due.occasion == "assessment" and due.clock.owner == lead
    page = text(client.get(of("first_contact:referral", settled)))
    assert f"A CE Matrix is due because of it ({due.clock.reference})" in page
    client.post(new(settled), typed(kind="substantiated"))
    assert MatrixDue.objects.get(child=child) == due
    assert LaterFinding.objects.filter(matrix_due=due).count() == 2


@pytest.mark.requirement("M4")
@pytest.mark.parametrize("sent", [{"kind": "no_harm"}, {"outside_home": "no"}, {"outside_home": ""}])
def test_no_matrix_is_due_where_no_harm_outside_the_home_is_found(
    child: Child, desk: User, referral: Referral, sent: dict[str, str]
) -> None:
    MatrixDue.objects.filter(child=child).delete()
    sign_in(desk).post(new(referral), typed(**sent))
    assert LaterFinding.objects.filter(referral=referral).exists()
    assert not MatrixDue.objects.filter(child=child).exists()


@pytest.mark.requirement("M4")
def test_a_matrix_made_since_the_referral_is_enough(child: Child, desk: User, referral: Referral) -> None:
    submit(make_user(), child, RiskLevel.LOW, at=now() - timedelta(days=1))
    sign_in(desk).post(new(referral), typed())
    assert LaterFinding.objects.get(referral=referral).matrix_due is None
    assert not MatrixDue.objects.filter(child=child, met_by__isnull=True).exists()


def test_an_unsubstantiated_enquiry_lets_the_approach_be_taken_and_harm_ends_it(
    child: Child, desk: User, lead: User, referral: Referral
) -> None:
    overview, client, reading = (
        reverse("children:overview", args=[child.public_id]),
        sign_in(desk),
        sign_in(lead),
    )
    before = text(reading.get(overview)).count("Harm Outside the Home approach")
    yesterday = local_date(now() - timedelta(days=1))
    day = {"found_on_0": yesterday.day, "found_on_1": yesterday.month, "found_on_2": yesterday.year}
    client.post(new(referral), typed(kind="unsubstantiated", approach="on", approach_why="Peers.", **day))
    taken = text(reading.get(overview))
    assert taken.count("Harm Outside the Home approach") > before and "is taken from then on" in taken
    refused = client.post(new(referral), typed(approach="on"))
    assert refused.status_code == 400 and "child protection procedures" in unescape(refused.content.decode())
    client.post(new(referral), typed())
    row = Child.objects.unscoped("the bar of a test").with_bar().get(pk=child.pk)
    assert getattr(row, TAKEN) is False


def test_what_can_not_be_is_refused_beside_its_field(child: Child, desk: User, referral: Referral) -> None:
    client = sign_in(desk)
    tomorrow = local_date(now()) + timedelta(days=1)
    early = local_date(now() - CAME) - timedelta(days=1)
    for day, words in ((tomorrow, "still to come"), (early, "before the referral came")):
        sent = typed(found_on_0=day.day, found_on_1=day.month, found_on_2=day.year)
        page = client.post(new(referral), sent)
        assert page.status_code == 400 and words in page.content.decode()
    for words in ("", " . "):
        page = client.post(new(referral), typed(text=words))
        assert page.status_code == 400 and "Write what was found" in page.content.decode()
    with pytest.raises(Invalid):
        later_finding_record(desk, referral=referral, kind="other", found_on=tomorrow, text=WORDS)
    assert not LaterFinding.objects.exists()


def test_a_colleagues_result_of_the_same_day_is_not_written_over(desk: User, referral: Referral) -> None:
    day = local_date(now())
    first = later_finding_record(desk, referral=referral, kind="harm", found_on=day, text=WORDS)
    assert later_finding_record(desk, referral=referral, kind="harm", found_on=day, text=WORDS) == first
    page = sign_in(make_user("first_contact")).post(new(referral), typed(kind="harm", text="Other words."))
    assert page.status_code == 409
    html = unescape(page.content.decode())
    assert "Dee Desk has recorded this result of this day already" in html and "Other words." in html


def test_one_that_is_not_decided_leads_to_what_was_found(child: Child, desk: User) -> None:
    row = referral_open(make_user(), child=child)
    page = text(sign_in(desk).get(new(row), follow=True))
    assert "is not decided yet" in page and of("first_contact:assessment", row) in page
    assert sign_in(desk).post(new(row), typed()).status_code == 409
    with pytest.raises(Conflict):
        later_finding_record(desk, referral=row, kind="harm", found_on=local_date(now()), text=WORDS)


def test_who_may_not_decide_is_refused(child: Child, lead: User, desk: User, referral: Referral) -> None:
    assert sign_in(lead).post(new(referral), typed()).status_code == 403
    assert sign_in(make_user()).get(new(referral)).status_code == 404
    assert not LaterFinding.objects.exists()
    barred = make_user("practitioner")
    involve(child, barred, "lead_practitioner")
    bar(child, barred)
    sign_in(desk).post(new(referral), typed())
    assert told(barred) == 0


def test_one_recorded_in_error_is_withdrawn_once_stays_readable_and_counts_no_more(
    child: Child, desk: User, lead: User, referral: Referral
) -> None:
    day, client = local_date(now()), sign_in(desk)
    row = later_finding_record(
        desk,
        referral=referral,
        kind="unsubstantiated",
        found_on=day,
        text=WORDS,
        outside_home=True,
        approach=True,
    )
    url = reverse(
        "first_contact:later_finding_end", args=[child.public_id, referral.public_id, row.public_id]
    )
    assert url in text(client.get(of("first_contact:referral", referral)))
    assert client.post(url, {"why": "", "key": uuid4()}).status_code == 400
    assert sign_in(lead).post(url, {"why": "Not mine to say.", "key": uuid4()}).status_code == 403
    sent = {"why": "It was about a brother.", "key": uuid4()}
    for _ in range(2):
        page = text(client.post(url, sent, follow=True))
    assert "The result about Marnie Madeup is withdrawn" in page and "It was about a brother." in page
    again = client.post(url, {"why": "Once more.", "key": uuid4()})
    assert again.status_code == 409 and "Dee Desk has withdrawn" in unescape(again.content.decode())
    assert Notice.objects.filter(user=lead, text__contains="recorded in error").count() == 1
    read = text(sign_in(lead).get(of("plans:referral", referral)))
    assert "Recorded in error" in read and "It was about a brother." in read and url not in read
    bar_of = Child.objects.unscoped("the bar of a test").with_bar().get(pk=child.pk)
    assert getattr(bar_of, TAKEN) is False
    client.post(new(referral), typed(kind="unsubstantiated"))  # the right one of the same day
    assert LaterFinding.objects.filter(referral=referral, withdrawn_at__isnull=True).count() == 1
