"""Reviews where nothing was new: what the page asks about, those sent, and when somebody was asked last (M6)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery

from cems.base.keyset import Keyset, Page, at_most
from cems.children.access_control import OpenChild
from matrix.models import AskedPerson, Review, ShortReview, Submission

MOST = 50  # of one matrix, which the next one ends: years of monthly reviews
ORDER = Keyset("-happened_at", "-pk", size=25)


def with_asked_again(submissions: QuerySet[Any]) -> QuerySet[Any]:
    """These submissions with the day on which somebody was asked last and nothing was new, for `asked_again`."""
    asked = AskedPerson.objects.filter(short_review__submission=OuterRef("pk")).order_by()
    newest = asked.values("short_review__submission").annotate(newest=Max("asked_on")).values("newest")
    return submissions.annotate(asked_again_on=Subquery(newest))


def asked_again(submission: Submission) -> date | None:
    """The day somebody was asked last about this matrix, and nothing was new; None where nobody was.

    Read with the submission where it was fetched by `with_asked_again`, asked for where it was not.
    """
    if "asked_again_on" not in vars(submission):
        asked = AskedPerson.objects.filter(short_review__submission=submission)
        return asked.aggregate(newest=Max("asked_on"))["newest"]
    day: date | None = vars(submission)["asked_again_on"]
    return day


def short_reviews_of(cluster: Collection[int], after: str = "") -> Page[ShortReview]:
    """A page of the reviews of a child where nothing was new, without their words, the newest first."""
    return ORDER.page(_named(ShortReview.objects.filter(child__in=cluster)), after)


def short_reviews_lately(opened: OpenChild, since: datetime | None) -> Sequence[ShortReview]:
    """Those sent from `since` on, the newest first."""
    return list(_whole(ShortReview.objects.filter(child__in=opened.cluster).lately(since, "happened_at")))


def short_reviews_of_matrix(
    submission: Submission, *, words: bool = False
) -> tuple[Sequence[ShortReview], bool]:
    """Those that say the answers of this matrix still stand, the newest first, and whether there are more; with who
    was asked for their `words`."""
    rows = ShortReview.objects.filter(submission=submission)
    return at_most(_whole(rows) if words else _named(rows), MOST)


def short_review_at(opened: OpenChild, public_id: UUID) -> ShortReview | None:
    """The review of this child at this address, or None."""
    row: ShortReview | None = (
        _whole(ShortReview.objects.filter(child__in=opened.cluster)).filter(public_id=public_id).first()
    )
    return row


def owed_review(opened: OpenChild) -> Review | None:
    """The review that is owed of this child, the one due first; None where none is."""
    rows = Review.objects.filter(child__in=opened.cluster, ended_at__isnull=True)
    review: Review | None = (
        rows.select_related("clock__owner_user", "clock__owner_team").order_by("clock__due_at", "pk").first()
    )
    return review


def owed_review_at(opened: OpenChild, public_id: UUID) -> Review | None:
    """The review of this child that a page was drawn for, owed still or not."""
    rows = Review.objects.filter(child__in=opened.cluster, public_id=public_id)
    review: Review | None = rows.select_related("submission").first()
    return review


def _named(rows: Any) -> Any:
    return rows.select_related("sent_by__agency", "submission").order_by("-happened_at", "-pk")


def _whole(rows: Any) -> Any:
    return _named(rows).select_related("review__clock").prefetch_related("asked")
