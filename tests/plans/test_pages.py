"""The pages of a referral and of a request for a strategy meeting (T1, M5, G3)."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.notices.models import Notice
from matrix.models import Submission
from plans.models import Referral, Request, StatutoryMeeting
from plans.services.referral import referral_decide
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_team, make_user, sign_in
from triage.first_contact.outcomes import EARLY_HELP

pytestmark = pytest.mark.django_db


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def sender(child: Child) -> User:
    return make_user()


@pytest.fixture
def sent(sender: User, child: Child) -> Submission:
    return submit(sender, child, RiskLevel.SIGNIFICANT, own=True)


@pytest.fixture
def desk() -> Client:
    return sign_in(make_user("first_contact"))


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.requirement("T1", "M5")
class TestReferral:
    def url(self, sent: Submission) -> str:
        row = Referral.objects.get(child=sent.child)
        return reverse("plans:referral", args=[sent.child.public_id, row.public_id])

    def test_the_clock_leads_first_contact_to_where_it_decides(self, sent: Submission, desk: Client) -> None:
        row = Referral.objects.get(child=sent.child)
        assert row.clock.url == self.url(sent)
        page = desk.get(row.clock.url)
        assert page.headers["Location"] == reverse(
            "first_contact:referral", args=[sent.child.public_id, row.public_id]
        )

    def test_whoever_works_with_the_child_reads_the_decision(self, sent: Submission, child: Child) -> None:
        worker = make_user()
        involve(child, worker)
        row = Referral.objects.get(child=child)
        page = text_of(sign_in(worker), self.url(sent))
        assert sent.reference in page and str(row.made_by) in page and "Yes, they know" in page
        words = "The family asked for a youth worker."
        referral_decide(make_user("first_contact"), referral=row, outcome=EARLY_HELP, rationale=words)
        assert words in text_of(sign_in(worker), self.url(sent))

    def test_a_worker_reads_it_and_decides_nothing(self, sent: Submission, child: Child) -> None:
        worker = make_user()
        involve(child, worker)
        client = sign_in(worker)
        assert "First Contact has not decided yet" in text_of(client, self.url(sent))
        client.post(self.url(sent), {"outcome": "advice", "rationale": "Mine."})
        assert Referral.objects.get(child=sent.child).outcome == ""

    def test_the_sender_alone_and_a_stranger_do_not_open_it(self, sent: Submission, sender: User) -> None:
        assert sign_in(sender).get(self.url(sent)).status_code == 403
        assert sign_in(make_user()).get(self.url(sent)).status_code == 404

    def test_another_childs_referral_is_not_found_under_this_child(
        self, sent: Submission, desk: Client
    ) -> None:
        other = make_child()
        row = Referral.objects.get(child=sent.child)
        assert desk.get(reverse("plans:referral", args=[other.public_id, row.public_id])).status_code == 404


@pytest.mark.requirement("M5", "X6", "G3")
class TestRequest:
    def url(self, sent: Submission) -> str:
        row = Request.objects.get(child=sent.child)
        return reverse("plans:request", args=[sent.child.public_id, row.public_id])

    def held(self, **more: str) -> dict[str, str]:
        day = today()
        given = {"held_on_0": day.day, "held_on_1": day.month, "held_on_2": day.year}
        return {
            "key": str(uuid4()),
            "answer": "held",
            "held_time": "00:01",
            "words": "Section 47 enquiries begin.",
            **{name: str(value) for name, value in given.items()},
            **more,
        }

    def test_a_meeting_held_is_kept_with_its_outcome(self, sent: Submission, desk: Client) -> None:
        row = Request.objects.get(child=sent.child)
        assert row.clock.url == self.url(sent)
        assert desk.post(self.url(sent), self.held()).status_code == 302
        meeting = StatutoryMeeting.objects.get(answers=row)
        assert meeting.outcome == "Section 47 enquiries begin."
        row.refresh_from_db()
        assert (row.answer, row.clock.stage) == ("held", "met")
        assert "Section 47 enquiries begin." in text_of(desk, self.url(sent))

    def test_threshold_not_met_is_told_with_why(self, sent: Submission, sender: User, desk: Client) -> None:
        words = "Nobody who may harm the child is in touch."
        answer = {"key": str(uuid4()), "answer": "not_met", "words": words}
        for _ in range(2):  # sent twice, it counts once
            assert desk.post(self.url(sent), answer).status_code == 302
        notice = Notice.objects.get(user=sender, kind="matrix.answered")
        page = text_of(sign_in(sender), notice.url)
        assert "Threshold not met" in page
        assert words not in page, "who only sent it reads no words of children's services"
        involve(sent.child, sender)
        assert words in text_of(sign_in(sender), notice.url)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"held_on_0": "", "held_on_1": "", "held_on_2": ""}, "Write the day the meeting was held."),
            ({"held_time": ""}, "Write the time the meeting was held."),
            ({"words": ""}, "Write what the meeting decided"),
            ({"held_on_2": str(today().year + 1)}, "in the future"),
            ({"answer": ""}, "Say whether the meeting was held."),
        ],
    )
    def test_what_is_wanted_is_named(
        self, sent: Submission, desk: Client, wrong: dict[str, str], said: str
    ) -> None:
        response = desk.post(self.url(sent), self.held(**wrong))
        assert response.status_code == 400
        assert said in response.content.decode()
        assert Request.objects.get(child=sent.child).answer == ""
        assert not StatutoryMeeting.objects.filter(child=sent.child).exists()

    def test_who_answers_what_a_colleague_answered_meanwhile_still_has_their_words(
        self, sent: Submission, desk: Client
    ) -> None:
        assert desk.post(self.url(sent), self.held()).status_code == 302
        late = self.held(attended="The mother, and the school.", words="Typed at length.")
        for _ in range(2):
            page = desk.post(self.url(sent), late)
            words = page.content.decode()
            assert page.status_code == 409 and "This request has already been answered." in words
            assert "Section 47 enquiries begin." in words  # the answer that counts
            assert "What you wrote, which is not kept" in words and "Typed at length." in words
            assert "The mother, and the school." in words
        assert Request.objects.get(child=sent.child).answer == "held"

    def test_the_manager_of_the_workers_team_answers_and_a_worker_does_not(
        self, sender: User, child: Child
    ) -> None:
        team = make_team()
        worker, manager = make_user(team=team), make_user("team_manager", team=team)
        involve(child, worker, team=team)
        involve(child, team)
        sent = submit(sender, child, RiskLevel.SIGNIFICANT, own=True)
        assert Request.objects.get(child=child).clock.owner_team == team
        answer = {"key": str(uuid4()), "answer": "not_met", "words": "Known and held by the plan."}
        assert sign_in(worker).post(self.url(sent), answer).status_code == 403
        assert sign_in(manager).post(self.url(sent), answer).status_code == 302
        assert Request.objects.get(child=child).answered_by == manager
