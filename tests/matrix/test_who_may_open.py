"""Who may open which page of a matrix, and what is left of it once it is sent."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child
from matrix.choices import MatrixState
from matrix.models import Matrix
from matrix.services.drafts import matrix_start
from tests.factories.children import bar, involve, make_child, make_matter, restrict
from tests.factories.matrices import HARM, ready_matrix, submit
from tests.factories.people import make_team, make_user, sign_in
from tests.matrix.test_pages import DRAFT_PAGES, typed_answer, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def user(child: Child) -> User:
    person = make_user()
    involve(child, person)
    return person


@pytest.fixture
def client(user: User) -> Client:
    return sign_in(user)


class TestWhoMayOpen:
    def test_floor_f9_a_stranger_meets_nothing_anywhere(self, user: User, child: Child) -> None:
        matrix = ready_matrix(user, child, RiskLevel.LOW)
        sent = submit(user, make_child(), RiskLevel.LOW)
        stranger = sign_in(make_user())
        for name in DRAFT_PAGES:
            assert stranger.get(url(name, matrix)).status_code == 404
        for name in ("answer", "field", "submit", "withdraw"):
            assert stranger.post(url(name, matrix)).status_code == 404
        assert stranger.get(url("group", matrix, "sexual")).status_code == 404
        assert stranger.get(reverse("matrix:for_child", args=[child.public_id])).status_code == 404
        assert stranger.get(reverse("matrix:submission", args=[sent.public_id])).status_code == 404
        assert stranger.get(reverse("matrix:submission", args=[uuid4()])).status_code == 404

    def test_an_involved_colleague_goes_on_with_the_draft(self, user: User, child: Child) -> None:
        matrix = matrix_start(user, child=child)
        colleague = make_user()
        involve(child, colleague, "health")
        assert sign_in(colleague).get(url("tasks", matrix)).status_code == 200

    def test_the_submitter_keeps_the_submission_when_the_work_has_ended(self, child: Child) -> None:
        gone = make_user()
        sent = submit(gone, child, RiskLevel.MODERATE)
        others = submit(make_user(), child, RiskLevel.MODERATE)
        client = sign_in(gone)
        assert client.get(reverse("matrix:submission", args=[sent.public_id])).status_code == 200
        assert client.get(reverse("matrix:submission", args=[others.public_id])).status_code == 404
        listed = client.get(reverse("matrix:for_child", args=[child.public_id])).content.decode()
        assert sent.reference in listed
        assert others.reference not in listed

    def test_a_school_fills_in_its_own_and_reads_no_other(self, user: User, child: Child) -> None:
        school = make_team()
        teacher = make_user("school_lead", team=school)
        involve(child, school, "school")
        theirs = submit(user, child, RiskLevel.MODERATE)
        shared = matrix_start(user, child=child)
        client = sign_in(teacher)
        client.post(reverse("matrix:start", args=[child.public_id]), {"occasion": "exclusion"})
        own = Matrix.objects.get(started_by=teacher)
        assert own.own
        html = client.get(url("group", own, "sexual")).content.decode()
        assert "Told their tutor about it" not in html
        assert client.get(url("tasks", shared)).status_code == 404
        assert client.get(reverse("matrix:submission", args=[theirs.public_id])).status_code == 404

    def test_first_contact_reads_it_once_there_is_a_referral(self, user: User, child: Child) -> None:
        desk = sign_in(make_user("first_contact"))
        low = submit(user, child, RiskLevel.LOW)
        assert desk.get(reverse("matrix:submission", args=[low.public_id])).status_code == 404
        assert (
            low.reference
            not in desk.get(reverse("matrix:for_child", args=[child.public_id])).content.decode()
        )
        moderate = submit(user, child, RiskLevel.MODERATE)
        assert desk.get(reverse("matrix:submission", args=[moderate.public_id])).status_code == 200

    def test_the_chair_reads_what_was_sent_and_edits_no_draft(self, user: User, child: Child) -> None:
        sent = submit(user, child, RiskLevel.MODERATE)
        draft = matrix_start(user, child=child)
        chair = sign_in(make_user("cevt_chair"))
        assert chair.get(reverse("matrix:submission", args=[sent.public_id])).status_code == 200
        assert chair.get(url("tasks", draft)).status_code == 403

    def test_restricted_and_barred_beat_everything(self, user: User, child: Child) -> None:
        matrix = matrix_start(user, child=child)
        client = sign_in(user)
        bar(child, user)
        assert client.get(url("tasks", matrix)).status_code == 404
        other = make_child()
        colleague = make_user()
        involve(other, colleague)
        hidden_draft = matrix_start(colleague, child=other)
        restrict(other)
        assert sign_in(colleague).get(url("tasks", hidden_draft)).status_code == 404

    def test_a_role_that_fills_in_no_matrix_starts_none(self, child: Child) -> None:
        make_matter(child, MatterKind.CEVT)
        chair = sign_in(make_user("cevt_chair"))
        assert chair.post(reverse("matrix:start", args=[child.public_id])).status_code == 403
        assert (
            "Start a CE Matrix"
            not in chair.get(reverse("matrix:for_child", args=[child.public_id])).content.decode()
        )

    def test_signed_out_goes_to_the_sign_in(self, user: User, child: Child) -> None:
        matrix = matrix_start(user, child=child)
        answered = Client().get(url("tasks", matrix))
        assert answered.status_code == 302
        assert "/sign-in" in answered.url or "login" in answered.url  # type: ignore[attr-defined]


class TestAfterwards:
    def test_pages_of_a_sent_matrix_lead_to_the_submission(
        self, client: Client, user: User, child: Child
    ) -> None:
        sent = submit(user, child, RiskLevel.LOW)
        for name in ("tasks", "views", "judgement", "check"):
            answered = client.get(url(name, sent.matrix))
            assert answered.url == reverse("matrix:submission", args=[sent.public_id])  # type: ignore[attr-defined]
        assert client.post(url("group", sent.matrix, "sexual"), typed_answer(HARM)).status_code == 409

    def test_a_withdrawn_one_stays_readable(self, client: Client, user: User, child: Child) -> None:
        matrix = ready_matrix(user, child, RiskLevel.LOW)
        assert client.post(url("withdraw", matrix), {"why": ""}).status_code == 302
        matrix.refresh_from_db()
        assert matrix.state == MatrixState.DRAFT
        client.post(url("withdraw", matrix), {"why": "Another child was meant"})
        html = client.get(url("tasks", matrix), follow=True).content.decode()
        assert "Another child was meant" in html
        assert "Send the matrix" not in html
