"""Something is new after all: what was typed for a review goes into the update, or comes back (M6)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.models import User
from cems.children.choices import RiskLevel
from cems.children.history.models.involvement import Involvement
from cems.children.history.services.involvement import involvement_end
from cems.children.models import Child
from matrix.models import Matrix, ShortReview
from matrix.services.drafts import LONGEST_TEXT, matrix_start
from tests.factories.children import make_child, restrict
from tests.factories.matrices import set_field, submit
from tests.factories.people import make_user, sign_in
from tests.factories.short_reviews import make_lead
from tests.matrix.short_review_pages import page, send, shown, typed

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M6")]
MODERATE = RiskLevel.MODERATE
LATER = datetime(2026, 5, 28, 10, 0, tzinfo=UTC)


@pytest.fixture
def later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


@pytest.fixture
def lead(child: Child) -> User:
    return make_lead(child)


def judged(user: User, draft: Matrix) -> str:
    return shown(user, reverse("matrix:judgement", args=[draft.public_id]))


def views_of(user: User, draft: Matrix) -> str:
    return shown(user, reverse("matrix:views", args=[draft.public_id]))


def day_of(place: int, *parts: str) -> dict[str, str]:
    return {f"on-{place}_{box}": part for box, part in enumerate(parts)}


@pytest.mark.usefixtures("later")
def test_all_that_was_typed_stands_in_the_update_where_something_is_new(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE)
    more = {
        **day_of(1, "27", "5", "2026"),
        **day_of(3, "31", "2", "2026"),  # there is no such day
        "who-1": "Mother",
        "words-1": "She is out less.",
        "who-2": "Teacher, form tutor",
        "words-2": "New phone.\r\nNobody knows from whom.",
        "who-3": "School nurse",
        "not_asked_why": "The father: rang three times.",
    }
    form = typed(child, step="update", **more)
    answer = send(lead, child, form)
    draft = Matrix.objects.get(child=child, state="draft")
    assert answer["Location"] == reverse("matrix:tasks", args=[draft.public_id])
    assert draft.occasion == "review" and draft.reference in shown(lead, answer["Location"])
    assert "28 May 2026: He says he stays in at night now." in views_of(lead, draft)
    assert "Mother, 27 May 2026: She is out less." in views_of(lead, draft)
    reasons = judged(lead, draft)
    for words in (
        "Teacher, form tutor: New phone.\nNobody knows from whom.",
        "Professional, School nurse, 31 2 2026: nothing written of what they said.",
        "Nobody could be asked: The father: rang three times.",
        "Managed now: in part. Father fetches him from school.",
    ):
        assert words in reasons, words
    assert not ShortReview.objects.exists()


def test_an_update_is_begun_with_what_is_half_typed(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE)
    form = {"key": str(uuid4()), "step": "update", "managed_words": "Father fetches him."}
    assert send(lead, child, form).status_code == 302
    assert "Managed now: Father fetches him." in judged(lead, Matrix.objects.get(child=child, state="draft"))


def test_pressed_again_each_paragraph_stands_in_the_update_once(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE)
    form = typed(child, step="update", **{"who-2": "Tutor", "words-2": "New phone.\r\nA second one, too."})
    first, second = send(lead, child, form), send(lead, child, form)
    assert first["Location"] == second["Location"]
    changed = {
        **form,
        "key": str(uuid4()),
        "managed_words": "Father fetches",
    }  # no less new for being within another
    send(lead, child, changed)
    draft = Matrix.objects.get(child=child, state="draft")
    assert draft.child_views.count("He says he stays in at night now.") == 1
    assert draft.reasons.split("\n\n") == [
        "Tutor: New phone.\nA second one, too.",
        "Managed now: in part. Father fetches him from school.",
        "Managed now: in part. Father fetches",
    ]


def test_a_refused_update_draws_the_form_again_with_all_that_was_typed(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE)
    draft = matrix_start(lead, child=child)
    set_field(lead, draft, "reasons", "x" * (LONGEST_TEXT - 10))
    form = typed(child, step="update", not_asked_why="The father: rang three times.")
    form |= {"who-2": "Tutor", "words-2": "New phone."}
    answer = send(lead, child, form)
    html = unescape(answer.content.decode())
    assert answer.status_code == 400
    assert f"the text that stands in {draft.reference} would be longer than 200,000 characters." in html
    for name in ("words-0", "who-2", "words-2", "not_asked_why", "managed_words"):
        assert form[name] in html, name
    assert re.search(r'value="partly"[^>]*checked', html)
    draft.refresh_from_db()
    assert "stays in at night" not in draft.child_views
    set_field(lead, draft, "reasons", "Shorter.")
    assert send(lead, child, form).status_code == 302  # the same form is taken once nothing is in its way
    assert "Tutor: New phone." in judged(lead, draft)


def test_what_was_sent_as_an_update_is_no_review_when_it_is_sent_as_one(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE)
    form = typed(child, step="update")
    send(lead, child, form)
    answer = send(lead, child, {**form, "step": "send"})
    assert answer.status_code == 409 and not ShortReview.objects.exists()
    assert "Father fetches him from school." in answer.content.decode()


@pytest.mark.parametrize("step", ["update", "send"])
def test_words_come_back_where_the_record_was_closed_to_the_user_meanwhile(
    lead: User, child: Child, step: str
) -> None:
    submit(lead, child, MODERATE)
    form, client = (
        typed(child, step=step, **{"who-2": "Tutor", "words-2": "<b>New</b> phone."}),
        sign_in(lead),
    )
    restrict(child)
    answer = client.post(page(child), form)
    nowhere = client.post(reverse("matrix:short_review", args=[uuid4()]), form)
    for refused in (answer, nowhere):  # the user's own words tell nothing of a record
        html = refused.content.decode()
        assert refused.status_code == 404 and "<b>New</b>" not in html
        for words in ("He says he stays in at night now.", "Tutor: <b>New</b> phone.", "Father fetches him"):
            assert words in unescape(html), words
        assert "Madeup" not in html
    assert "What you wrote" not in client.get(page(child)).content.decode()
    assert not ShortReview.objects.exists() and not Matrix.objects.filter(state="draft").exists()


def test_who_works_with_the_child_no_longer_takes_the_words_into_their_own_draft(
    lead: User, child: Child
) -> None:
    submit(lead, child, MODERATE)
    form, review = typed(child, step="update"), typed(child)
    involvement_end(
        make_user("first_contact"), involvement=Involvement.objects.get(user=lead), reason="Moved on."
    )
    refused = send(lead, child, review)
    assert refused.status_code == 403 and "Father fetches him from school." in refused.content.decode()
    assert send(lead, child, form).status_code == 302
    draft = Matrix.objects.get(child=child, state="draft")
    assert draft.own and "Father fetches him from school." in judged(lead, draft)
