"""First Contact's pages: who comes through, what they show, what is kept when something is wrong (T1)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import AgencyKind, Team, User
from cems.audit.models import Entry
from cems.base.time import now, today
from cems.children.choices import RiskLevel
from cems.children.models import Child, Matter
from cems.clocks.models import Clock
from plans.models import Referral, Request
from plans.services.referral import referral_open
from tests.factories.children import involve, make_child, restrict
from tests.factories.matrices import ready_matrix, submit
from tests.factories.people import (
    DARLINGTON,
    make_agency,
    make_authority,
    make_team,
    make_user,
    sign_in,
)
from triage.first_contact.outcomes import ADVICE, EARLY_HELP
from triage.first_contact.services.assessment import Findings, referral_assessment_save, referral_settle
from triage.first_contact.services.enquiry import agency_enquiry_answer, agency_enquiry_open
from triage.models import AgencyEnquiry, ReferralAssessment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T1")]
QUEUE = "/first-contact/"


@pytest.fixture
def child() -> Child:
    return make_child(address="1 Example Terrace", postcode="DH1 1AA", school=make_team(kind="school"))


@pytest.fixture
def officer() -> User:
    return make_user("first_contact")


@pytest.fixture
def desk(officer: User) -> Client:
    return sign_in(officer)


@pytest.fixture
def referral(child: Child) -> Referral:
    return referral_open(make_user(), child=child)


@pytest.fixture
def asked(officer: User, referral: Referral) -> AgencyEnquiry:
    team = make_team(agency=make_agency(kind=AgencyKind.HEALTH))
    return agency_enquiry_open(officer, referral=referral, teams=[team], what="What does your clinic know?")[
        0
    ]


def text_of(client: Client, url: str, **sent: object) -> str:
    response = client.post(url, sent) if sent else client.get(url)
    assert response.status_code == 200, response.status_code
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.split())


def of(name: str, row: Referral, *more: object) -> str:
    return reverse(f"first_contact:{name}", args=[row.child.public_id, row.public_id, *more])


class TestQueue:
    def test_due_first_with_level_who_waits_on_whom_and_what_else_waits(
        self, desk: Client, child: Child, asked: AgencyEnquiry
    ) -> None:
        late = make_child()
        sent = submit(make_user(), late, RiskLevel.SIGNIFICANT)
        Clock.objects.filter(reference=Referral.objects.get(child=late).reference).update(
            due_at=now().replace(year=2020)
        )
        text = text_of(desk, QUEUE)
        assert text.index(late.family_name) < text.index(child.family_name)
        assert "Significant submitted" in text and "Came with a matrix" in text and sent.reference not in text
        assert f"Waits for {asked.agency}" in text and "Nobody asked yet." in text
        assert "Referrals (2)" in text and "Strategy meetings (1)" in text
        assert late.family_name in text_of(desk, f"{QUEUE}?show=requests")
        rows = Entry.objects.filter(part="triage.referrals").order_by("pk")
        assert set(rows[0].detail["children"]) == {str(late.public_id), str(child.public_id)}

    def test_filters_stand_in_the_address(self, desk: Client, child: Child, asked: AgencyEnquiry) -> None:
        other = make_child()
        submit(make_user(), other, RiskLevel.MODERATE)
        for query, shown in [
            ("state=new", {other}),
            ("state=asked", {child}),
            ("state=answered", set()),
            ("level=2", {other}),
            ("level=3", set()),
        ]:
            text = text_of(desk, f"{QUEUE}?{query}")
            assert {record for record in (child, other) if record.family_name in text} == shown, query
        agency_enquiry_answer(make_user(team=asked.asked_of), enquiry=asked, answered="nothing")
        assert child.family_name in text_of(desk, f"{QUEUE}?state=answered")
        assert "No referral fits this" in text_of(desk, f"{QUEUE}?level=3")
        assert desk.get(f"{QUEUE}?level=9").status_code == 400

    def test_it_is_paged_by_key(self, desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("triage.first_contact.selectors.queue.ORDER.size", 2)
        rows = [referral_open(make_user(), child=make_child()) for _ in range(3)]
        first = desk.get(QUEUE)
        older = first.context["older_url"]
        seen = [line.row for line in first.context["lines"]]
        assert [*seen, *(line.row for line in desk.get(older).context["lines"])] == rows

    def test_an_empty_one_says_what_brings_the_next(self, desk: Client) -> None:
        assert "Every referral is decided" in text_of(desk, QUEUE)
        assert "Every request is answered" in text_of(desk, f"{QUEUE}?show=requests")

    def test_each_front_door_has_its_own_and_edt_has_the_same(self, desk: Client, referral: Referral) -> None:
        darlington = make_authority(DARLINGTON)
        away = make_agency(authorities=[darlington])
        there = make_child(authority=darlington)
        # Durham is responsible, Darlington is where the child lives: Darlington's First Contact decides.
        placed = make_child(area=darlington)
        for child in (there, placed):
            referral_open(make_user(), child=child)
        theirs = sign_in(make_user("first_contact", agency=away))
        names = [referral.child.family_name, there.family_name, placed.family_name]
        for client, shown in [
            (desk, [True, False, False]),
            (sign_in(make_user("edt")), [True, False, False]),
            (theirs, [False, True, True]),
        ]:
            text = text_of(client, QUEUE)
            assert [name in text for name in names] == shown

    def test_a_restricted_record_is_there_without_its_child(self, desk: Client, referral: Referral) -> None:
        restrict(referral.child, owner=make_user())
        text = text_of(desk, QUEUE)
        assert referral.reference in text and "Restricted record" in text
        assert referral.child.family_name not in text and referral.child.reference not in text
        assert desk.get(of("referral", referral)).status_code == 404


class TestHasMatrix:
    URL = "/first-contact/matrix/"

    def test_it_answers_at_once_and_is_audited(self, desk: Client, child: Child) -> None:
        text = text_of(desk, self.URL, q=child.reference)
        assert "No matrix has been sent." in text and "None is in progress" in text
        assert "No level is agreed" in text and "Not on CEVT’s list" in text and "record one" in text
        sent = submit(make_user(), child, RiskLevel.MODERATE)
        ready_matrix(make_user(), child, RiskLevel.LOW)
        text = text_of(desk, self.URL, q=f"{child.full_name}")
        assert "Yes: Moderate submitted" in text and sent.reference in text
        assert (
            "One is in progress" in text and "On CEVT’s list since" in text and "waits for a decision" in text
        )
        entry = Entry.objects.filter(part="children.search").latest("pk")
        assert entry.detail["children"] == [str(child.public_id)]

    def test_nobody_out_of_reach_is_told_of(self, desk: Client) -> None:
        child = make_child(authority=make_authority(DARLINGTON))
        text = text_of(desk, self.URL, q=child.full_name)
        assert child.reference not in text and "No child fits these words" in text

    def test_the_words_stand_in_no_address(self, desk: Client, child: Child) -> None:
        assert child.family_name not in text_of(desk, f"{self.URL}?q={child.family_name}")


class TestRefer:
    def sent(self, **changed: object) -> dict[str, object]:
        day = today()
        return {
            "concern": "Seen with older men at the station.",
            "received_on_0": day.day,
            "received_on_1": day.month,
            "received_on_2": day.year,
            "received_time": "00:00",
            "referrer": "A neighbour, by telephone",
            "informed": "not_safe",
            "saf_reference": "SAF-12",
            "key": "5a1f2f1e-0000-4000-8000-000000000001",
            **changed,
        }

    def test_it_is_recorded_once_though_sent_twice(self, desk: Client, child: Child) -> None:
        url = reverse("first_contact:referral_new", args=[child.public_id])
        first, second = desk.post(url, self.sent()), desk.post(url, self.sent())
        row = Referral.objects.get(child=child)
        assert first.headers["Location"] == second.headers["Location"] == of("referral", row)
        text = text_of(desk, of("referral", row))
        for words in ("Seen with older men", "A neighbour", "SAF-12", "could put the child at risk"):
            assert words in text
        assert row.concern == "Seen with older men at the station."

    def test_while_one_is_open_it_says_so_and_adds_to_it(self, desk: Client, referral: Referral) -> None:
        url = reverse("first_contact:referral_new", args=[referral.child.public_id])
        assert f"{referral.reference} is open already" in text_of(desk, url)
        assert desk.post(url, self.sent()).headers["Location"] == of("referral", referral)
        referral.refresh_from_db()
        assert "Seen with older men" in referral.concern

    def test_what_is_wrong_is_named_and_what_was_typed_stays(self, desk: Client, child: Child) -> None:
        url = reverse("first_contact:referral_new", args=[child.public_id])
        sent = self.sent(informed="", referrer="", received_on_2=today().year + 1)
        page = desk.post(url, sent)
        html = page.content.decode()
        assert page.status_code == 400 and "Seen with older men" in html
        for words in ("whether the parents or carers know", "Write who made it", "in the future"):
            assert words in html
        assert not Referral.objects.exists()


class TestWork:
    def test_first_contact_asks_several_at_once(self, desk: Client, referral: Referral) -> None:
        teams = [make_team(agency=make_agency(kind=kind)) for kind in (AgencyKind.POLICE, AgencyKind.HEALTH)]
        for team in teams:
            make_user("cevt_member", team=team)
        empty = make_team(name="Nobody works here")
        text = text_of(desk, of("enquiry_new", referral))
        assert all(team.name in text for team in teams) and empty.name not in text
        # grouped by the kind of their agency, each group under its name
        html = desk.get(of("enquiry_new", referral)).content.decode()
        police, health = html.index("<legend>Police</legend>"), html.index("<legend>Health</legend>")
        assert health < html.index(teams[1].name) < police < html.index(teams[0].name)
        assert html.count('id="id_teams_1"') == 1
        chosen = [str(team.public_id) for team in teams]
        assert (
            desk.post(of("enquiry_new", referral), {"teams": chosen, "what": "What is held?"}).status_code
            == 302
        )
        assert set(AgencyEnquiry.objects.values_list("asked_of", flat=True)) == {team.pk for team in teams}
        assert "0 of 2 answered" in text_of(desk, of("referral", referral))
        wrong = desk.post(of("enquiry_new", referral), {"teams": chosen, "what": ""})
        assert wrong.status_code == 400 and "Write what you want to know." in wrong.content.decode()

    def test_what_was_said_by_telephone_is_written_down(self, desk: Client, asked: AgencyEnquiry) -> None:
        url = of("enquiry_answer_for", asked.referral, asked.public_id)
        assert desk.post(url, {"answered": "written", "text": "Seen once."}).status_code == 302
        assert "Seen once." in text_of(desk, of("referral", asked.referral))
        assert desk.get(url).headers["Location"] == of("referral", asked.referral)

    def test_a_colleagues_findings_stand_beside_ones_own(self, desk: Client, referral: Referral) -> None:
        colleague = make_user("edt")
        referral_assessment_save(colleague, referral=referral, version=0, findings=Findings("section_17"))
        mine = {"threshold": "early_help", "section_47": "", "outside_home": "yes", "version": 0}
        page = desk.post(of("assessment", referral), mine)
        html = page.content.decode()
        assert page.status_code == 409 and str(colleague) in html and "Child in need (section 17)" in html
        assert 'name="version" value="1"' in html
        assert ReferralAssessment.objects.get().threshold == "section_17"
        assert desk.post(of("assessment", referral), {**mine, "version": 1}).status_code == 302
        kept = ReferralAssessment.objects.get()
        assert (kept.threshold, kept.outside_home) == ("early_help", True)

    def test_aset_out_of_its_ages_is_asked_why_and_the_rest_stays(self, desk: Client) -> None:
        row = referral_open(
            make_user(), child=make_child(date_of_birth=today().replace(year=today().year - 12))
        )
        aset = Team.objects.get(code="aset")
        make_user(team=aset)
        police = make_team(agency=make_agency(kind=AgencyKind.POLICE))
        make_user(team=police)
        text = text_of(desk, of("assessment", row))
        assert aset.name in text and police.name not in text
        given = {"threshold": "section_17", "to_team": str(aset.public_id), "version": 0}
        page = desk.post(of("assessment", row), given)
        assert page.status_code == 400 and "14 to 17" in page.content.decode()
        assert (
            desk.post(of("assessment", row), {**given, "to_team_why": "A sibling is there."}).status_code
            == 302
        )

    def test_it_is_decided_once_and_then_only_read(self, desk: Client, referral: Referral) -> None:
        url = of("referral_decide", referral)
        wrong = desk.post(url, {"outcome": "early_help", "rationale": " "})
        assert wrong.status_code == 400 and "Say why, for the person who made" in wrong.content.decode()
        given = {"outcome": "early_help", "rationale": "The family asked.", "open_status": "on"}
        assert desk.post(url, given).headers["Location"] == of("referral", referral)
        again = desk.post(url, {**given, "outcome": "advice"}, follow=True)
        assert "What you wrote was not kept" in again.content.decode()
        assert (
            again.status_code == 409
            and given["rationale"] in again.content.decode().split("which is not kept")[1]
        )
        assert desk.post(url, given).status_code == 302  # the same, sent twice: nothing was lost
        for name, words in (
            ("enquiry_new", {"what": "Who lives there?"}),
            ("assessment", {"to_team_why": "Near."}),
        ):
            late = desk.post(of(name, referral), words)
            assert late.status_code == 409 and next(iter(words.values())) in late.content.decode()
        referral.refresh_from_db()
        assert referral.outcome == EARLY_HELP.key
        assert not Matter.objects.filter(child=referral.child, kind="referral", closed_at=None).exists()
        for name in ("enquiry_new", "assessment", "referral_decide"):
            assert desk.get(of(name, referral)).headers["Location"] == of("referral", referral)

    def test_a_strategy_meeting_is_asked_for_once(self, desk: Client, referral: Referral) -> None:
        for _ in range(2):
            assert desk.post(of("strategy_meeting_request", referral)).status_code == 302
        row = Request.objects.get()
        assert f"/strategy-meetings/{row.public_id}/" in desk.get(of("referral", referral)).content.decode()

    def test_whoever_only_works_with_the_child_does_none_of_it(self, referral: Referral) -> None:
        worker = make_user()
        involve(referral.child, worker)
        for name in ("referral", "enquiry_new", "assessment", "referral_decide"):
            assert sign_in(worker).get(of(name, referral)).status_code == 403
        assert sign_in(make_user()).get(of("referral", referral)).status_code == 404

    def test_another_childs_referral_is_not_found_under_this_one(
        self, desk: Client, referral: Referral
    ) -> None:
        url = reverse("first_contact:referral", args=[make_child().public_id, referral.public_id])
        assert desk.get(url).status_code == 404


class TestPanel:
    def test_workers_read_who_answered_and_only_first_contact_and_forums_the_words(
        self, officer: User, asked: AgencyEnquiry
    ) -> None:
        agency_enquiry_answer(
            make_user(team=asked.asked_of), enquiry=asked, answered="written", text="Clinic words."
        )
        referral = asked.referral
        findings = Findings("section_17", outside_home=True, approach=True)
        referral_assessment_save(officer, referral=referral, version=0, findings=findings)
        worker = make_user()
        child = Child.objects.unscoped("what the test made").get(pk=asked.child_id)
        involve(child, worker)
        page = reverse("children:overview", args=[child.public_id])
        text = text_of(sign_in(worker), page)
        assert str(asked.agency) in text and "Harm Outside the Home approach is taken" in text
        assert "Clinic words." not in text
        assert "Clinic words." in text_of(sign_in(officer), page)
        manager = make_user("ce_worker")
        involve(child, manager)
        assert "Clinic words." in text_of(sign_in(manager), page)
        chronology = reverse("children:chronology", args=[child.public_id])
        chronology_text = text_of(sign_in(worker), chronology)
        assert (
            f"First Contact asked {asked.agency}" in chronology_text
            and "Clinic words." not in chronology_text
        )
        assert "Clinic words." in text_of(sign_in(manager), chronology)

    def test_first_contact_finds_the_way_to_a_new_referral_there(
        self, desk: Client, officer: User, referral: Referral
    ) -> None:
        page = reverse("children:overview", args=[referral.child.public_id])
        link = "Record a referral made by telephone or on paper"
        assert link not in text_of(desk, page)
        referral_settle(officer, referral=referral, outcome=ADVICE, rationale="Known.")
        assert link in text_of(desk, page)
