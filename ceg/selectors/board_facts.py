"""What a board reads of its children beside the entry: matrix, last review, who works with them, what is late (G1)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from ceg.models import BoardReview
from cems.accounts.models import User
from cems.actions.models import Action
from cems.base.time import local_date
from cems.children.access.visibility import primary_of
from cems.children.history.selectors.involvement import leads_of
from cems.children.querysets import primary_by_row
from matrix.models import ShortReview, Submission
from matrix.rules import Receipt
from triage.models import Allocation, ReviewToNote


@dataclass(frozen=True)
class Facts:
    """What is known of one child on a board."""

    matrix: Submission | None
    matrix_days: int | None
    review: BoardReview | None
    worker: User | None
    lead: User | None
    late_actions: int
    short_review: ShortReview | None = None  # nothing was new, and no board or CEVT has looked at it


def facts_of(primaries: Collection[int], at: datetime) -> dict[int, Facts]:
    """By primary record; the same number of reads for any number of children."""
    cluster = primary_by_row(primaries)
    matrices, reviews = newest_matrices(cluster), newest_reviews(cluster)
    waiting = _reviews_waiting(cluster)
    workers, leads, late = _workers(cluster), leads_of(cluster), _late_actions(cluster, at)
    return {
        primary: Facts(
            matrix=(matrix := matrices.get(primary)),
            matrix_days=(local_date(at) - local_date(matrix.received_at)).days if matrix else None,
            review=reviews.get(primary),
            worker=workers.get(primary),
            lead=leads.get(primary),
            late_actions=late.get(primary, 0),
            short_review=waiting.get(primary),
        )
        for primary in primaries
    }


def newest_matrices(cluster: Mapping[int, int]) -> dict[int, Submission]:
    """The newest matrix of each; `cluster` is the record each row number is read under."""
    rows = Submission.objects.filter(child__in=cluster).order_by("child", "-received_at", "-pk")
    return _newest(rows.distinct("child"), cluster, "received_at")


def newest_reviews(cluster: Mapping[int, int]) -> dict[int, BoardReview]:
    """The last review by a board of each."""
    rows = BoardReview.objects.filter(child__in=cluster).select_related("agreed")
    return _newest(rows.order_by("child", "-happened_at", "-pk").distinct("child"), cluster, "happened_at")


def newest_entered_late(cluster: Mapping[int, int]) -> dict[int, Submission]:
    """The matrix of each that was entered last of those received before the last agreed level (M6, T2)."""
    rows = Submission.objects.filter(child__in=cluster, receipt=Receipt.BEFORE)
    return _newest(rows.order_by("child", "-recorded_at", "-pk").distinct("child"), cluster, "recorded_at")


def _reviews_waiting(cluster: Mapping[int, int]) -> dict[int, ShortReview]:
    """The newest review of each where nothing was new, which no forum has noted or answered with a level (M6)."""
    rows = ReviewToNote.objects.filter(child__in=cluster, ended_at__isnull=True)
    rows = rows.select_related("short_review__sent_by").order_by("received_at", "pk")
    return {cluster[row.child_id]: row.short_review for row in rows}


def _newest(rows: Iterable[Any], cluster: Mapping[int, int], when: str) -> dict[int, Any]:
    newest: dict[int, Any] = {}
    for row in rows:
        primary = cluster[row.child_id]
        if primary not in newest or getattr(newest[primary], when) < getattr(row, when):
            newest[primary] = row
    return newest


def _workers(cluster: Mapping[int, int]) -> dict[int, User]:
    rows = Allocation.objects.running().filter(child__in=cluster).select_related("worker")
    return {cluster[row.child_id]: row.worker for row in rows.order_by("-starts_at", "-pk")}


def _late_actions(cluster: Mapping[int, int], at: datetime) -> dict[int, int]:
    rows = Action.objects.to_do().filter(child__in=cluster, clock__due_at__lt=at)
    counted = rows.annotate(primary=primary_of()).values_list("primary").annotate(late=Count("pk"))
    return dict(counted.order_by("primary"))
