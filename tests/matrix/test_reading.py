"""A matrix beside the one before it, and on paper (M6, M7)."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.time import now, today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.choices import Seen
from matrix.models import Submission
from matrix.services.answers import AnswerGiven
from matrix.services.drafts import matrix_start
from matrix.services.submission import matrix_submit
from tests.factories.children import agree_level, involve, make_child
from tests.factories.matrices import CONCERN, HARM, SIGN, answer, ready_matrix, seen, set_field, submit
from tests.factories.people import make_user, sign_in, take_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def user(child: Child) -> User:
    person = make_user()
    involve(child, person)
    return person


def read(user: User, name: str, paper: object) -> str:
    response = sign_in(user).get(reverse(f"matrix:{name}", args=[paper.public_id]))  # type: ignore[attr-defined]
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.requirement("M6")
class TestBeside:
    def test_then_and_now_with_their_ages(self, user: User, child: Child) -> None:
        past = now() - timedelta(days=70)
        submit(user, child, RiskLevel.MODERATE, at=past)
        draft = matrix_start(user, child=child)
        answer(user, draft, HARM, seen(today()))
        page = read(user, "compare", draft)
        assert "Same evidence, now older" in page
        assert "up to 1 month old" in page
        assert "1 to 3 months old" in page
        assert "Newly seen" in page
        assert "Not judged yet" in page
        assert "Newest evidence of a concern" in page and "No new evidence" not in page  # seen today

    def test_a_sent_matrix_is_put_beside_the_one_sent_before(self, user: User, child: Child) -> None:
        first = submit(user, child, RiskLevel.MODERATE, at=now() - timedelta(days=3))
        draft = ready_matrix(user, child, RiskLevel.SIGNIFICANT)
        answer(user, draft, CONCERN, AnswerGiven(Seen.NOT_SEEN))
        second = submit(user, child, RiskLevel.SIGNIFICANT, call="10:00 rang First Contact")
        page = read(user, "compared", second)
        assert "No longer seen" in page
        assert first.reference in page
        assert "nothing to put beside it" in read(user, "compared", first)

    def test_somebody_who_sees_only_their_own_sees_no_others_answers(self, user: User, child: Child) -> None:
        submit(user, child, RiskLevel.SIGNIFICANT, at=now() - timedelta(days=3))
        nurse = make_user()
        own = submit(nurse, child, RiskLevel.LOW, own=True)
        assert "nothing to put beside it" in read(nurse, "compared", own)


@pytest.mark.requirement("M7")
class TestPaper:
    def pdf(self, user: User, sent: Submission) -> tuple[PdfReader, str]:
        address = reverse("matrix:submission_pdf", args=[sent.public_id])
        response = take_document(sign_in(user), sent.child, address)
        assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
        assert sent.reference.lower() in response["Content-Disposition"]
        assert sent.child.family_name.lower() not in response["Content-Disposition"].lower()
        reader = PdfReader(io.BytesIO(response.content))
        return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())

    def test_it_is_tagged_says_whose_it_is_and_leaves_nothing_out(self, user: User, child: Child) -> None:
        draft = ready_matrix(user, child, RiskLevel.SIGNIFICANT)
        set_field(user, draft, "mother_views", "She wants him home by nine.")
        sent = submit(user, child, RiskLevel.SIGNIFICANT, call="10:00 rang First Contact")
        reader, words = self.pdf(user, sent)
        assert "/StructTreeRoot" in reader.trailer["/Root"]  # type: ignore[operator]
        for phrase in (
            sent.reference,
            child.family_name,
            str(user),
            "Significant",
            sent.reasons,
            "10:00 rang First Contact",
            "She wants him home by nine.",
            "Told their tutor about it.",
            "Harm that has happened",
            f"Page 1 of {len(reader.pages)}",
        ):
            assert phrase in words

    def test_it_tells_who_made_it_how_to_ring_both_levels_the_bands_and_what_happens_now(
        self, child: Child
    ) -> None:
        worker = make_user(name="Robin Pretend", job_title="Youth worker", phone="0191 498 0001")
        colleague = make_user(name="Ailsa Nonesuch", job_title="School nurse", phone="0191 498 0002")
        involve(child, worker, case_role="lead_practitioner")
        involve(child, colleague)
        draft = ready_matrix(worker, child, RiskLevel.SIGNIFICANT)
        answer(colleague, draft, CONCERN, seen(today() - timedelta(days=200), "A man waits at the gate."))
        answer(colleague, draft, SIGN, AnswerGiven(Seen.USUAL))
        answer(worker, draft, "wellbeing-disability", AnswerGiven(Seen.SEEN, what="Hearing in one ear."))
        sent = matrix_submit(worker, matrix=draft)
        agree_level(child, RiskLevel.MODERATE)
        _, words = self.pdf(worker, sent)
        for phrase in (
            "Robin Pretend, Youth worker",
            "0191 498 0001",
            "Filled in with: Ailsa Nonesuch, School nurse",
            "0191 498 0002",
            "Lead practitioner: Robin Pretend",
            "Status:",
            "The level judged: Significant",
            "Moderate",
            "Harm has happened.",
            *("Up to 1", "1 to 3", "3 to 6", "Over 6", "No date", "Standing"),
            "Harm that has happened 1 0 0 0 0 0",
            "Risk: contact or control 0 0 0 1 0 0",
            "Vulnerabilities 0 0 0 0 0 1",
            "1 sign usual for this child",
            "What happens now",
            "Strategy meeting asked for",
        ):
            assert phrase in words, phrase

    def test_taking_it_away_is_written_down(self, user: User, child: Child) -> None:
        sent = submit(user, child, RiskLevel.LOW)
        self.pdf(user, sent)
        assert Entry.objects.filter(child=child.public_id, verb="downloaded", actor_id=user.pk).count() == 1

    def test_the_sender_alone_gets_no_birth_date_and_a_stranger_nothing(self, child: Child) -> None:
        nurse = make_user()
        sent = submit(nurse, child, RiskLevel.LOW, own=True)
        _, words = self.pdf(nurse, sent)
        assert "born" not in words
        url = reverse("matrix:submission_pdf", args=[sent.public_id])
        assert sign_in(make_user()).get(url).status_code == 404
