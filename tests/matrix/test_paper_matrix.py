"""A matrix that came by mail or on paper is entered for its author, and its clocks run from receipt (T2)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse

from cems.accounts.models import User
from cems.actions.models import Action
from cems.base.errors import Conflict, Invalid
from cems.children.choices import MatterKind, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.models import Child
from cems.notices.models import Notice
from matrix.choices import CameBy, Informed, Seen, WhenKind
from matrix.levels import level_in_force
from matrix.models import Matrix, PaperMatrix, Review, Submission
from matrix.rules import Receipt
from matrix.services.answers import AnswerGiven
from matrix.services.at_once import matrix_send
from matrix.services.paper_matrix import PaperGiven, author_told, paper_matrix_start
from matrix.services.submission import matrix_submit
from plans.models import Referral
from tests.factories.children import make_child, make_matter
from tests.factories.matrices import CONCERN, HARM, answer, seen, set_field, submit
from tests.factories.people import make_agency, make_user, sign_in
from tests.factories.short_reviews import make_lead, owed
from tests.factories.triage import make_chair
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T2")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
RECEIVED = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)  # Thursday, before a weekend and a bank holiday
ENTERED = datetime(2026, 5, 1, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def entered() -> Iterator[None]:
    with time_machine.travel(ENTERED, tick=False):
        yield


@pytest.fixture
def child() -> Child:
    row = make_child(given_name="Marnie", family_name="Madeup")
    make_matter(row, MatterKind.REFERRAL)
    return row


@pytest.fixture
def desk() -> User:
    return make_user("first_contact")


def given(**more: Any) -> PaperGiven:
    fields: dict[str, Any] = {
        "author_name": "Robin Pretend",
        "author_role": "school nurse",
        "author_contact": "1 Invented Road",
        "came_by": CameBy.POST,
        "received_at": RECEIVED,
        "agency": make_agency(kind="health"),
    }
    return PaperGiven(**{**fields, **more})


def enter(
    desk: User, child: Child, level: RiskLevel = SIGNIFICANT, **more: Any
) -> tuple[Submission, PaperMatrix]:
    """A matrix on paper, entered whole and sent."""
    matrix = paper_matrix_start(desk, child=child, paper=given(**more))
    answer(desk, matrix, HARM if level is SIGNIFICANT else CONCERN, seen(RECEIVED.date()))
    for name, value in {
        "level": str(level.value),
        "reasons": "As the paper says.",
        "difference": "The whole picture weighs more.",
        "informed": Informed.YES,
    }.items():
        set_field(desk, matrix, name, value)
    sent = matrix_submit(desk, matrix=Matrix.objects.get(pk=matrix.pk))
    return sent, PaperMatrix.objects.get(matrix=matrix)


def shown(user: User, url: str) -> str:
    response = sign_in(user).get(url)
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def page_of(sent: Submission) -> str:
    return reverse("matrix:submission", args=[sent.public_id])


def typed(**more: str) -> dict[str, str]:
    return {
        "key": str(uuid4()),
        "author_name": "Robin Pretend",
        "author_role": "school nurse",
        "agency_name": "Invented Academy",
        "author_contact": "1 Invented Road",
        "came_by": "post",
        "received_on_0": "30",
        "received_on_1": "4",
        "received_on_2": "2026",
        "received_time": "11:00",
        "occasion": "concern",
        **more,
    }


def post(user: User, child: Child, **more: str) -> HttpResponse:
    return sign_in(user).post(reverse("matrix:paper", args=[child.public_id]), typed(**more))


# --- entering it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["first_contact", "cevt_chair"])
def test_the_front_door_and_cevt_s_desk_enter_it_by_the_page(role: str, child: Child) -> None:
    make_matter(child, MatterKind.CEVT)
    user = make_chair() if role == "cevt_chair" else make_user(role)
    link = reverse("matrix:paper", args=[child.public_id])
    listing = reverse("matrix:for_child", args=[child.public_id])
    assert link in shown(user, listing)
    answer_ = post(user, child)
    matrix = Matrix.objects.get(child=child)
    assert answer_["Location"] == reverse("matrix:tasks", args=[matrix.public_id])
    assert (matrix.on_paper.received_at, matrix.on_paper.entered_at) == (RECEIVED, ENTERED)
    assert reverse("matrix:tasks", args=[matrix.public_id]) in shown(user, listing)
    shown(user, reverse("matrix:tasks", args=[matrix.public_id]))
    shown(user, reverse("matrix:check", args=[matrix.public_id]))


def test_who_does_not_enter_others_matrices_is_refused(child: Child) -> None:
    lead = make_lead(child)
    assert post(lead, child).status_code == 403
    assert "by mail or on paper" not in shown(lead, reverse("matrix:for_child", args=[child.public_id]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"received_on_0": "2", "received_on_1": "5"}, "still to come"),
        ({"author_name": ""}, "Write the name of who made it"),
        ({"author_contact": ""}, "Write how to reach them"),
        ({"agency_name": ""}, "Choose their agency"),
    ],
)
def test_what_is_wanted_is_said_beside_its_field(
    desk: User, child: Child, change: dict[str, str], words: str
) -> None:
    response = post(desk, child, **change)
    assert response.status_code == 400 and words in unescape(response.content.decode())
    assert not Matrix.objects.filter(child=child).exists()


def test_the_draft_of_the_lead_goes_on_beside_it(desk: User, child: Child) -> None:
    lead = make_lead(child)
    submit(lead, child, MODERATE, at=RECEIVED - timedelta(days=5))
    enter(desk, child, MODERATE)
    paper_matrix_start(desk, child=child, paper=given())
    assert "Start an update" in shown(lead, reverse("matrix:for_child", args=[child.public_id]))
    assert not Matrix.objects.get(child=child, state="draft").answers.exists()
    with pytest.raises(Conflict):
        paper_matrix_start(desk, child=child, paper=given())


# --- what it starts ------------------------------------------------------------------------------------


def test_its_clocks_run_from_receipt_and_not_from_entering(desk: User, child: Child) -> None:
    sent, _ = enter(desk, child)
    assert (sent.received_at, sent.recorded_at) == (RECEIVED, ENTERED)
    clock = Item.objects.get(submission=sent).clock
    assert clock and clock.due_at == datetime(2026, 5, 5, 16, 0, tzinfo=UTC)  # Tuesday: Monday is a holiday
    assert Referral.objects.get(child=child).received_at == RECEIVED


def test_every_reader_sees_author_receipt_and_who_entered_it(desk: User, child: Child) -> None:
    sent, _ = enter(desk, child)
    html = shown(desk, page_of(sent))
    for words in ("Robin Pretend, school nurse", "30 April 2026 at 11:00", "by post", f"by {desk}"):
        assert words in html, words
    chair = make_chair()
    assert "came by post, received 30 April, 11:00 from Robin Pretend" in shown(chair, reverse("cevt:list"))
    assert "Robin Pretend, school nurse" in shown(chair, reverse("cevt:sheet", args=[child.public_id]))


def test_an_author_with_an_account_is_told_and_follows_it(desk: User, child: Child) -> None:
    author = make_user(name="Robin Pretend")
    sent, paper = enter(desk, child, author_email=author.email.upper())
    assert (paper.author, sent.submitted_by) == (author, author)
    notice = Notice.objects.get(user=author, kind="matrix.paper")
    assert child.name not in notice.text and sent.reference in notice.text
    assert "What happens now" in shown(author, notice.url)
    assert not Action.objects.filter(key="tell-author").exists()
    assert Action.objects.filter(child=child, owner_user=author).exists()  # what is asked of whoever sent it


def test_an_author_without_one_is_told_by_the_desk_once(desk: User, child: Child) -> None:
    sent, paper = enter(desk, child)
    assert not Action.objects.filter(child=child, owner_user=desk).exists()
    action = Action.objects.get(key="tell-author")
    assert action.owner_team is not None
    html = shown(desk, page_of(sent))
    assert "1 Invented Road" in html
    told = reverse("matrix:author_told", args=[sent.public_id])
    assert told in html
    form = {"key": str(uuid4()), "how": "By letter to the school."}
    assert sign_in(desk).post(told, form)["Location"] == page_of(sent)
    action.refresh_from_db()
    assert not action.is_open
    assert "By letter to the school." in shown(desk, page_of(sent))
    with pytest.raises(Conflict, match=str(desk)):
        author_told(desk, submission=sent, how="Again.")


# --- truth-f4: received before the last agreed level ------------------------------------------------------


@pytest.mark.requirement("T2", "M6")
class TestReceivedBeforeTheLastAgreedLevel:
    def agreed(self, child: Child, level: RiskLevel) -> User:
        lead = make_lead(child)
        submit(lead, child, MODERATE, at=RECEIVED - timedelta(days=5))
        level_agree(
            make_chair(),
            child=child,
            level=level,
            forum=Forum.CEVT,
            rationale="Heard together.",
            reference="DEC-2026-99999",
            at=RECEIVED + timedelta(hours=2),
        )
        return lead

    def test_it_undoes_nothing_and_asks_nothing_anew(self, desk: User, child: Child) -> None:
        self.agreed(child, LOW)
        before = set(Action.objects.filter(child=child).values_list("pk", flat=True))
        referrals = Referral.objects.filter(child=child).count()
        sent, _ = enter(desk, child)
        child.refresh_from_db()
        assert sent.receipt == Receipt.BEFORE
        assert level_in_force(child) is LOW
        new = Action.objects.filter(child=child).exclude(pk__in=before)
        assert [row.key for row in new] == ["tell-author"]
        assert Referral.objects.filter(child=child).count() == referrals
        assert not Review.objects.filter(child=child, ended_at__isnull=True).exists()

    def test_it_is_on_the_list_without_a_clock_and_both_are_shown(self, desk: User, child: Child) -> None:
        self.agreed(child, LOW)
        sent, _ = enter(desk, child)
        item = Item.objects.get(submission=sent)
        assert (item.kind, item.clock, item.closed_at) == ("review", None, None)
        html = shown(desk, page_of(sent))
        assert "DEC-2026-99999" in html and "agreed Low" in html and "Significant" in html
        assert "before the last agreed level" in shown(make_chair(), reverse("cevt:list"))

    def test_the_review_that_is_owed_goes_on(self, desk: User, child: Child) -> None:
        self.agreed(child, MODERATE)
        promise = owed(child)
        enter(desk, child)
        assert owed(child) == promise

    def test_one_received_after_it_counts_as_ever(self, desk: User, child: Child) -> None:
        self.agreed(child, LOW)
        sent, _ = enter(desk, child, received_at=RECEIVED + timedelta(hours=3))
        assert sent.receipt == Receipt.NEW
        assert Item.objects.get(submission=sent).clock is not None


def test_by_one_call_it_is_refused_in_the_future_and_taken_with_its_receipt(desk: User, child: Child) -> None:
    words = {
        "level": str(MODERATE.value),
        "reasons": "As the paper says.",
        "difference": "The whole picture.",
        "informed": Informed.YES,
    }
    answers = {CONCERN: seen(RECEIVED.date())}
    with pytest.raises(Invalid) as refused:
        matrix_send(
            desk,
            child=child,
            occasion="concern",
            answers=answers,
            fields=words,
            paper=given(received_at=ENTERED + timedelta(minutes=1)),
        )
    assert refused.value.field == "received_at"
    sent = matrix_send(desk, child=child, occasion="concern", answers=answers, fields=words, paper=given())
    assert (sent.received_at, sent.matrix.on_paper.author_name) == (RECEIVED, "Robin Pretend")


def test_what_the_paper_says_was_seen_lately_is_reckoned_to_the_day_it_came(desk: User, child: Child) -> None:
    """ "This week" on the paper is the week of the paper, and nothing on it was seen after it was received."""
    matrix = paper_matrix_start(desk, child=child, paper=given())
    lately = answer(desk, matrix, HARM, AnswerGiven(Seen.SEEN, WhenKind.THIS_WEEK, None, "Said so.", "Tutor"))
    assert lately is not None and lately.seen_on == RECEIVED.date()
    with pytest.raises(Invalid, match="after the paper was received"):
        answer(desk, matrix, CONCERN, seen(ENTERED.date()))
    for name in ("matrix:tasks", "matrix:judgement", "matrix:check"):
        page = sign_in(desk).get(reverse(name, args=[matrix.public_id]))
        assert page.status_code == 200, name
