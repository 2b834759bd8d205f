"""First Contact asks agencies, finds, decides; and what refuses it (T1)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from cems.accounts.models import Team, User
from cems.base.errors import CommandError, Conflict, Invalid, Overtaken
from cems.base.time import now, today
from cems.children.choices import RiskLevel, StatusKind
from cems.children.models import Child, Involvement, Matter, Status
from cems.clocks.choices import Stage
from cems.notices.models import Notice
from plans.choices import ReferralState
from plans.models import Referral
from plans.services.referral import referral_open
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import make_team, make_user
from tests.factories.policies import decide_policy
from triage.cevt.rules.eligibility import Passed
from triage.cevt.selectors.eligibility import eligibility_of
from triage.choices import Answered, Section47
from triage.first_contact.outcomes import ADVICE, ASSESSMENT, EARLY_HELP, NO_ACTION, STRATEGY
from triage.first_contact.rules import threshold
from triage.first_contact.services.assessment import Findings, referral_assessment_save, referral_settle
from triage.first_contact.services.enquiry import agency_enquiry_answer, agency_enquiry_open
from triage.models import AgencyEnquiry, Item, ReferralAssessment
from triage.policy import GATHERING_DAYS

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T1")]
# The Friday before the bank holiday of 4 May 2026.
FRIDAY = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
TUESDAY_CLOSE = datetime(2026, 5, 5, 16, 0, tzinfo=UTC)
OUTSIDE = Findings(threshold.SECTION_17.key, outside_home=True)


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def desk() -> User:
    return make_user("first_contact")


@pytest.fixture
def referral(desk: User, child: Child) -> Referral:
    return referral_open(make_user(), child=child)


@pytest.fixture
def team() -> Team:
    return make_team()


class TestAgencyEnquiry:
    def test_an_agency_has_one_working_day(self, desk: User, child: Child, team: Team) -> None:
        row = referral_open(desk, child=child, at=FRIDAY)
        (asked,) = agency_enquiry_open(desk, referral=row, teams=[team], what="Seen this month?", at=FRIDAY)
        assert (asked.clock.owner_team, asked.clock.due_at) == (team, TUESDAY_CLOSE)

    def test_its_people_are_told_by_reference(self, desk: User, referral: Referral, team: Team) -> None:
        nurse = make_user("cevt_member", team=team)
        (asked,) = agency_enquiry_open(desk, referral=referral, teams=[team], what="Seen this month?")
        notice = Notice.objects.get(kind="triage.asked")
        assert notice.user == nurse and notice.url == asked.clock.url
        assert referral.child.family_name not in notice.text and referral.reference in notice.text

    def test_the_setting_gives_the_days(self, desk: User, child: Child, team: Team) -> None:
        decide_policy(GATHERING_DAYS, 2)
        row = referral_open(desk, child=child, at=FRIDAY)
        (asked,) = agency_enquiry_open(desk, referral=row, teams=[team], what="Seen this month?", at=FRIDAY)
        assert asked.clock.due_at == TUESDAY_CLOSE + timedelta(days=1)

    def test_an_agency_asked_twice_is_asked_once_and_again_after_its_answer(
        self, desk: User, referral: Referral, team: Team
    ) -> None:
        other = make_team()
        (first,) = agency_enquiry_open(desk, referral=referral, teams=[team], what="What is held?")
        again = agency_enquiry_open(desk, referral=referral, teams=[team, other], what="What is held?")
        assert [enquiry.asked_of for enquiry in again] == [other]
        agency_enquiry_answer(make_user(team=team), enquiry=first, answered=Answered.NOTHING)
        (more,) = agency_enquiry_open(desk, referral=referral, teams=[team], what="And now?")
        assert AgencyEnquiry.objects.filter(agency=team.agency).count() == 2 and more != first

    def test_what_cannot_be_asked_names_its_field(self, desk: User, referral: Referral, team: Team) -> None:
        twin = make_team(agency=team.agency)
        for teams, what, field in [
            ([], "What?", "teams"),
            ([team], " ", "what"),
            ([team, twin], "What?", "teams"),
        ]:
            with pytest.raises(Invalid) as refused:
                agency_enquiry_open(desk, referral=referral, teams=teams, what=what)
            assert refused.value.field == field
        assert not AgencyEnquiry.objects.exists()

    def test_of_a_restricted_record_nobody_is_asked_through_the_system(self, desk: User, team: Team) -> None:
        row = referral_open(desk, child=make_child(restricted=True))
        with pytest.raises(Invalid, match="restricted"):
            agency_enquiry_open(desk, referral=row, teams=[team], what="What is held?")

    def test_an_answer_meets_its_clock_and_a_late_one_shows_by_how_much(
        self, desk: User, child: Child, team: Team
    ) -> None:
        row = referral_open(desk, child=child, at=FRIDAY)
        (asked,) = agency_enquiry_open(desk, referral=row, teams=[team], what="What is held?", at=FRIDAY)
        late = TUESDAY_CLOSE + timedelta(hours=3)
        kept = agency_enquiry_answer(
            make_user(team=team), enquiry=asked, answered=Answered.WRITTEN, text="Seen twice.", at=late
        )
        kept.clock.refresh_from_db()
        assert kept.clock.stage == Stage.MET and kept.clock.late_by == timedelta(hours=3)
        assert (kept.text, kept.answered_at) == ("Seen twice.", late)
        assert Notice.objects.get(kind="triage.gathered").user == desk

    def test_it_is_answered_once_and_with_words_where_it_is_written(
        self, desk: User, referral: Referral, team: Team
    ) -> None:
        (asked,) = agency_enquiry_open(desk, referral=referral, teams=[team], what="What is held?")
        nurse = make_user(team=team)
        for answered, field in [
            (Answered.WRITTEN, "text"),
            (Answered.WAITING, "answered"),
            ("?", "answered"),
        ]:
            with pytest.raises(Invalid) as refused:
                agency_enquiry_answer(nurse, enquiry=asked, answered=answered, text=" ")
            assert refused.value.field == field
        agency_enquiry_answer(nurse, enquiry=asked, answered=Answered.CANNOT_SHARE)
        with pytest.raises(Conflict, match=str(nurse)):
            agency_enquiry_answer(make_user(team=team), enquiry=asked, answered=Answered.NOTHING)
        assert AgencyEnquiry.objects.get(pk=asked.pk).answered == Answered.CANNOT_SHARE

    def test_an_answer_after_the_decision_is_kept_and_whoever_decided_is_told(
        self, desk: User, referral: Referral, team: Team
    ) -> None:
        (asked,) = agency_enquiry_open(desk, referral=referral, teams=[team], what="What is held?")
        decider = make_user("edt")
        referral_settle(decider, referral=referral, outcome=ADVICE, rationale="Known.")
        kept = agency_enquiry_answer(
            make_user(team=team), enquiry=asked, answered=Answered.WRITTEN, text="Met at the station."
        )
        assert kept.text == "Met at the station."
        notices = Notice.objects.filter(kind="triage.gathered")
        assert {notice.user for notice in notices} == {desk, decider}
        assert all("after the decision" in notice.text for notice in notices)
        with pytest.raises(Conflict):
            agency_enquiry_open(desk, referral=referral, teams=[make_team()], what="More?")


class TestReferralAssessment:
    def test_two_desks_at_once_see_each_others_findings(self, desk: User, referral: Referral) -> None:
        first = referral_assessment_save(desk, referral=referral, version=0, findings=OUTSIDE)
        with pytest.raises(Overtaken) as lost:
            referral_assessment_save(make_user("edt"), referral=referral, version=0, findings=Findings())
        assert (lost.value.by, lost.value.version) == (str(desk), first.version)
        assert lost.value.theirs["Threshold"] == threshold.SECTION_17.label
        again = referral_assessment_save(
            make_user("edt"), referral=referral, version=lost.value.version, findings=Findings()
        )
        assert again.version == 2 and ReferralAssessment.objects.count() == 1

    def test_the_approach_follows_its_rule(self, desk: User, referral: Referral) -> None:
        for wrong in (
            Findings(threshold.SECTION_17.key, outside_home=False, approach=True),
            Findings(threshold.SECTION_47.key, Section47.RUNNING, outside_home=True, approach=True),
        ):
            with pytest.raises(Invalid) as refused:
                referral_assessment_save(desk, referral=referral, version=0, findings=wrong)
            assert refused.value.field == "approach"
        right = Findings(
            threshold.EARLY_HELP.key, outside_home=True, approach=True, approach_why="Town centre"
        )
        assert referral_assessment_save(desk, referral=referral, version=0, findings=right).approach

    def test_aset_outside_its_ages_is_warned_of_and_never_stopped(self, desk: User) -> None:
        aset = Team.objects.get(code="aset")
        young = make_child(date_of_birth=date(today().year - 12, 1, 1))
        row = referral_open(desk, child=young)
        with pytest.raises(Invalid, match="The child is 12") as refused:
            referral_assessment_save(desk, referral=row, version=0, findings=Findings(to_team=aset))
        assert refused.value.field == "to_team_why"
        reason = Findings(to_team=aset, to_team_why="Their sister is with the team.")
        assert referral_assessment_save(desk, referral=row, version=0, findings=reason).to_team == aset
        older = referral_open(desk, child=make_child())
        assert (
            referral_assessment_save(desk, referral=older, version=0, findings=Findings(to_team=aset)).to_team
            == aset
        )


class TestDecision:
    def test_it_keeps_the_findings_in_step_and_opens_the_gate(self, desk: User, child: Child) -> None:
        sent = submit(make_user(), child, RiskLevel.MODERATE)
        item, row = Item.objects.get(submission=sent), Referral.objects.get(child=child)
        assert not eligibility_of([item])[item.pk]
        referral_settle(desk, referral=row, outcome=EARLY_HELP, rationale="Agreed.")
        assert eligibility_of([item])[item.pk] == [Passed.PROCESSED]
        assert item.clock
        item.clock.refresh_from_db()
        assert item.clock.owner_team and item.clock.owner_team.code == "cevt"
        assessment = ReferralAssessment.objects.get(referral=row)
        assert (assessment.threshold, assessment.changed_by) == (threshold.EARLY_HELP.key, desk)
        assert not Status.objects.exists()  # offered, never forced

    def test_stepped_up_from_early_help_stays_a_way_through_the_gate(self, desk: User, child: Child) -> None:
        row = referral_open(desk, child=child)
        findings = Findings(threshold.SECTION_17.key, stepped_up=True)
        referral_assessment_save(desk, referral=row, version=0, findings=findings)
        referral_settle(desk, referral=row, outcome=ASSESSMENT, rationale="More is needed.")
        item = Item.objects.get(submission=submit(make_user(), child, RiskLevel.MODERATE))
        assert eligibility_of([item])[item.pk] == [Passed.STEPPED_UP]

    def test_the_team_chosen_has_the_child_at_once_and_the_status_runs_where_one_chose_so(
        self, desk: User, child: Child, referral: Referral, team: Team
    ) -> None:
        worker = make_user(team=team)
        assert not Child.objects.visible_to(worker).exists()
        findings = Findings(threshold.SECTION_17.key, to_team=team)
        referral_assessment_save(desk, referral=referral, version=0, findings=findings)
        referral_settle(
            desk,
            referral=referral,
            outcome=ASSESSMENT,
            rationale="Assessment begins.",
            open_status=True,
        )
        assert Involvement.objects.get(child=child, team=team).case_role == "social_worker"
        assert Child.objects.visible_to(worker).get() == child
        assert Status.objects.get(child=child).kind == StatusKind.CHILD_IN_NEED
        assert Notice.objects.get(kind="triage.passed_on").user == worker

    def test_findings_that_contradict_it_are_mended_first(
        self, desk: User, referral: Referral, team: Team
    ) -> None:
        referral_assessment_save(
            desk, referral=referral, version=0, findings=Findings(threshold.SECTION_47.key)
        )
        with pytest.raises(Invalid, match="does not go with this") as refused:
            referral_settle(desk, referral=referral, outcome=NO_ACTION, rationale="No.")
        assert refused.value.field == "outcome"
        referral_assessment_save(desk, referral=referral, version=1, findings=Findings(to_team=team))
        with pytest.raises(Invalid, match=team.name):
            referral_settle(desk, referral=referral, outcome=ADVICE, rationale="No.")
        with pytest.raises(Invalid) as refused:
            referral_settle(
                desk,
                referral=referral,
                outcome=STRATEGY,
                rationale="Harm is likely.",
                open_status=True,
            )
        assert refused.value.field == "open_status"
        referral.refresh_from_db()
        assert referral.state == ReferralState.OPEN and not Involvement.objects.filter(team=team).exists()

    def test_the_second_decision_is_refused_and_names_the_first(self, desk: User, referral: Referral) -> None:
        given = {"outcome": ADVICE, "rationale": "Known."}
        referral_settle(desk, referral=referral, **given)
        with pytest.raises(Conflict, match=str(desk)):
            referral_settle(make_user("edt"), referral=referral, **given)
        with pytest.raises(Conflict):
            referral_assessment_save(desk, referral=referral, version=1, findings=OUTSIDE)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_the_same_instant_make_one_decision(self, child: Child) -> None:
        referral = referral_open(make_user(), child=child)

        def settle(desk: User) -> str:
            try:
                given = {"outcome": EARLY_HELP, "rationale": f"By {desk.pk}."}
                return referral_settle(desk, referral=referral, **given, open_status=True).rationale
            except CommandError as refused:
                return refused.message
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(settle, [make_user("first_contact"), make_user("edt")]))
        referral.refresh_from_db()
        assert referral.rationale in answers and sum("already" in answer for answer in answers) == 1
        assert Status.objects.filter(child=child).count() == 1
        assert not Matter.objects.filter(child=child, kind="referral", until__gt=now()).exists()
