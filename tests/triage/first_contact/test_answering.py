"""Somebody First Contact asked answers, and sees no more of the child than the question needs."""

import pytest
from django.urls import reverse

from cems.accounts.models import AgencyKind, User
from cems.accounts.roles import ROLES
from cems.audit.models import Entry
from cems.children.models import Child
from plans.models import Referral
from plans.services.referral import referral_open
from tests.factories.children import bar, make_child, restrict
from tests.factories.people import (
    make_agency,
    make_team,
    make_user,
    sign_in,
)
from tests.triage.first_contact.test_pages import text_of
from triage.first_contact.services.enquiry import agency_enquiry_answer, agency_enquiry_open
from triage.models import AgencyEnquiry

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T1")]


@pytest.fixture
def child() -> Child:
    return make_child(address="1 Example Terrace", postcode="DH1 1AA", school=make_team(kind="school"))


@pytest.fixture
def officer() -> User:
    return make_user("first_contact")


@pytest.fixture
def referral(child: Child) -> Referral:
    return referral_open(make_user(), child=child)


@pytest.fixture
def asked(officer: User, referral: Referral) -> AgencyEnquiry:
    team = make_team(agency=make_agency(kind=AgencyKind.HEALTH))
    return agency_enquiry_open(officer, referral=referral, teams=[team], what="What does your clinic know?")[
        0
    ]


class TestAnswering:
    def url(self, asked: AgencyEnquiry) -> str:
        return reverse("first_contact:enquiry_answer", args=[asked.public_id])

    @pytest.mark.requirement("A2", "A3")
    @pytest.mark.parametrize("role", ["cevt_member", "practitioner", "school_lead", "community_safety"])
    def test_a_member_of_the_team_sees_who_it_is_and_no_more(self, asked: AgencyEnquiry, role: str) -> None:
        nurse = make_user(role, team=asked.asked_of)
        client, child = sign_in(nurse), Child.objects.unscoped("what the test made").get(pk=asked.child_id)
        text = text_of(client, self.url(asked))
        for words in (child.full_name, "1 Example Terrace", "DH1 1AA", str(child.school), asked.what):
            assert words in text
        assert child.reference not in text
        entry = Entry.objects.filter(actor=nurse, verb="viewed").latest("pk")
        assert (entry.child, entry.part, entry.subject_id) == (
            child.public_id,
            "identity",
            str(asked.public_id),
        )
        # The question opens nothing else, and the first page names nobody.
        assert client.get(reverse("children:overview", args=[child.public_id])).status_code == 404
        home = text_of(client, "/")
        assert "First Contact asks what you know" in home and child.family_name not in home

    @pytest.mark.requirement("A2")
    def test_it_is_there_for_nobody_else_and_not_once_it_is_answered(self, asked: AgencyEnquiry) -> None:
        for role in ROLES:
            stranger = make_user(role, team=make_team(agency=asked.agency))
            assert sign_in(stranger).get(self.url(asked)).status_code == 404, role
        nurse = make_user("cevt_member", team=asked.asked_of)
        client = sign_in(nurse)
        sent = client.post(self.url(asked), {"answered": "written", "text": "Seen on Monday."}, follow=True)
        assert "First Contact has your answer" in sent.content.decode()
        assert sign_in(stranger).get(self.url(asked)).status_code == 404
        # A user who was asked and follows the notice later reads that it is answered, and nothing of the child.
        late = sign_in(make_user("cevt_member", team=asked.asked_of)).get(self.url(asked))
        html, child = (
            late.content.decode(),
            Child.objects.unscoped("what the test made").get(pk=asked.child_id),
        )
        assert late.status_code == 410 and "Your team has answered already" in html and str(nurse) in html
        for words in (
            child.family_name,
            "1 Example Terrace",
            asked.what,
            "Seen on Monday.",
            "Yours was not sent",
        ):
            assert words not in html

    @pytest.mark.requirement("A2")
    def test_a_record_that_shuts_them_out_stays_shut(self, asked: AgencyEnquiry) -> None:
        nurse = make_user("cevt_member", team=asked.asked_of)
        colleague = make_user("cevt_member", team=asked.asked_of)
        child = Child.objects.unscoped("what the test made").get(pk=asked.child_id)
        bar(child, nurse)
        assert sign_in(nurse).get(self.url(asked)).status_code == 404
        assert sign_in(colleague).get(self.url(asked)).status_code == 200
        restrict(child, owner=make_user())
        assert sign_in(colleague).get(self.url(asked)).status_code == 404
        agency_enquiry_answer(colleague, enquiry=asked, answered="nothing")
        assert sign_in(nurse).get(self.url(asked)).status_code == 404

    def test_a_colleague_who_was_quicker_costs_no_words(self, asked: AgencyEnquiry) -> None:
        first, second = (make_user("cevt_member", team=asked.asked_of) for _ in range(2))
        agency_enquiry_answer(first, enquiry=asked, answered="nothing")
        late = sign_in(second).post(self.url(asked), {"answered": "written", "text": "A long note."})
        html = late.content.decode()
        assert late.status_code == 409 and "A long note." in html and str(first) in html
        assert "1 Example Terrace" not in html

    def test_without_words_it_is_not_sent(self, asked: AgencyEnquiry) -> None:
        client = sign_in(make_user("cevt_member", team=asked.asked_of))
        page = client.post(self.url(asked), {"answered": "written", "text": ""})
        assert page.status_code == 400 and "Write what your agency knows." in page.content.decode()
