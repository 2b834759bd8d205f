"""A statutory meeting belongs to a review of the child, which goes on until its own paper comes (G3, M6)."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cems.accounts.models import User
from cems.base.calendar import say_day
from cems.base.errors import Invalid
from cems.base.time import local, local_date, now
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.clocks.models import Clock
from matrix.models import Review
from plans.models import StatutoryMeeting
from plans.services.meeting import meeting_correct, meeting_record
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_user, sign_in
from tests.factories.short_reviews import review_of_nothing_new

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G3")]
WORDS = "Visits go to twice a week."


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200, response
    return " ".join(unescape(response.content.decode()).split())


def at(name: str, child: Child, *more: Any) -> str:
    return reverse(name, args=[child.public_id, *more])


def typed(**kw: Any) -> dict[str, Any]:
    when = local(now() - timedelta(minutes=30))
    return {
        "kind": "core_group",
        "happened_on_0": when.day,
        "happened_on_1": when.month,
        "happened_on_2": when.year,
        "happened_time": f"{when:%H:%M}",
        "attended": "Example Worker",
        "outcome": WORDS,
        "key": uuid4(),
        **kw,
    }


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


@pytest.fixture
def worker(child: Child) -> User:
    user = make_user(name="Example Worker")
    involve(child, user, "lead_practitioner")
    return user


@pytest.fixture
def review(child: Child, worker: User) -> Clock:
    submit(worker, child, RiskLevel.MODERATE, at=now() - timedelta(days=3))
    return Review.objects.select_related("clock").get(child=child).clock


def due(review: Clock) -> str:
    return say_day(local_date(review.due_at), True)


def test_it_is_offered_by_its_day_shown_on_both_pages_and_stays_owed(
    child: Child, worker: User, review: Clock
) -> None:
    client = sign_in(worker)
    offered = text(client.get(at("plans:meeting_new", child)))
    assert "Which review does it belong to?" in offered
    assert f"CE Matrix to be reviewed, due {due(review)}" in offered
    form = typed(review=str(review.public_id))
    for _ in range(2):  # a double click
        page = text(client.post(at("plans:meeting_new", child), form, follow=True))
    assert "Belongs to the review due" in page
    row = StatutoryMeeting.objects.get(child=child)
    assert (row.review, row.review_due_on) == (review, local_date(review.due_at))
    shown = text(client.get(at("matrix:short_review", child)))
    assert "Meetings that belong to this review" in shown and WORDS in shown
    review.refresh_from_db()
    assert review.is_open and Review.objects.filter(child=child, ended_at__isnull=True).count() == 1
    # The review is kept by its own paper, and the meeting is read on that too.
    sent = review_of_nothing_new(child, by=worker)
    assert WORDS in text(client.get(at("matrix:short_review_sent", child, sent.public_id)))
    assert "Belongs to the review due" in text(client.get(at("plans:meetings", child)))
    newer = text(client.get(at("matrix:short_review", child)))
    assert "Meetings that belong to this review" not in newer


def test_it_is_optional_and_not_asked_where_none_is_owed(child: Child, worker: User) -> None:
    client = sign_in(worker)
    assert "Which review" not in text(client.get(at("plans:meeting_new", child)))
    client.post(at("plans:meeting_new", child), typed())
    submit(worker, child, RiskLevel.MODERATE)
    client.post(at("plans:meeting_new", child), typed(review=""))
    assert list(StatutoryMeeting.objects.filter(child=child).values_list("review", flat=True)) == [None, None]
    assert "Belongs to the review" not in text(client.get(at("plans:meetings", child)))


def test_a_review_of_another_child_or_one_that_is_over_is_refused(
    child: Child, worker: User, review: Clock
) -> None:
    other = make_child()
    submit(make_user(), other, RiskLevel.MODERATE)
    theirs = Review.objects.select_related("clock").get(child=other).clock
    page = sign_in(worker).post(at("plans:meeting_new", child), typed(review=str(theirs.public_id)))
    assert page.status_code == 400
    review_of_nothing_new(child, by=worker)
    review.refresh_from_db()
    for clock in (theirs, review):
        with pytest.raises(Invalid) as refused:
            meeting_record(worker, child=child, kind="taf", held_at=now(), outcome=WORDS, review=clock)
        assert refused.value.field == "review"
    assert not StatutoryMeeting.objects.filter(child=child).exists()


def test_a_correction_keeps_the_review_it_belonged_to_though_it_is_met_by_then(
    child: Child, worker: User, review: Clock
) -> None:
    row = meeting_record(worker, child=child, kind="taf", held_at=now(), outcome="Wrong.", review=review)
    review_of_nothing_new(child, by=worker)
    url, client = at("plans:meeting_correct", child, row.public_id), sign_in(worker)
    assert f'value="{review.public_id}"' in text(client.get(url))
    sent = typed(kind="taf", why="Typed in haste.", review=str(review.public_id))
    assert "The earlier words stay" in text(client.post(url, sent, follow=True))
    newer = StatutoryMeeting.objects.get(supersedes=row)
    assert (newer.review, newer.review_due_on) == (review, row.review_due_on)
    last = meeting_correct(
        worker, meeting=newer, why="Of none.", kind="taf", held_at=now(), outcome=WORDS, review=None
    )
    assert last.review is None and last.review_due_on is None


def test_who_reads_no_matrix_is_told_of_no_review_and_changes_none(
    child: Child, worker: User, review: Clock
) -> None:
    row = meeting_record(worker, child=child, kind="taf", held_at=now(), outcome=WORDS, review=review)
    school = make_user("school_lead")
    involve(child, school, "school")
    client = sign_in(school)
    for name, more in (
        ("plans:meetings", ()),
        ("plans:meeting_new", ()),
        ("plans:meeting_correct", (row.public_id,)),
    ):
        page = client.get(at(name, child, *more))
        assert due(review) not in page.content.decode(), name
        assert str(review.public_id) not in page.content.decode(), name
