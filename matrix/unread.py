"""What came since a forum looked: the matrix entered last, which on paper may have been received before others (T2)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Subquery

from cems.base.calendar import say
from cems.base.errors import Conflict
from cems.children.models import Child
from matrix.models import Submission
from matrix.papers import paper_matrix_of

LAST_ENTERED = ("-recorded_at", "-pk")


def last_entered(child: Child) -> Submission | None:
    """The matrix of this child that was entered last: what a forum that decides now must have seen."""
    rows = Submission.objects.of(child).select_related("matrix__on_paper")
    last: Submission | None = rows.order_by(*LAST_ENTERED).first()
    return last


def matrix_seen(child: Child, seen: UUID | None, *, then: str) -> None:
    """Raises Conflict, in words for the chair, where another than the one `seen` was entered last."""
    last = last_entered(child)
    if last is None or last.public_id == seen:
        return
    if paper_matrix_of(last.matrix):
        came = f"A matrix on paper has been entered ({last.reference}, received {say(last.received_at)})"
    else:
        came = f"A newer matrix has come ({last.reference})"
    raise Conflict(f"{came}. Look at it, then {then}.")


def with_last_entered(rows: QuerySet[Any], cluster: Collection[int]) -> QuerySet[Any]:
    """These submissions of one child with the address of the one entered last, for `last_entered_beside`."""
    last = Submission.objects.filter(child__in=cluster).order_by(*LAST_ENTERED).values("public_id")[:1]
    return rows.annotate(last_entered=Subquery(last))


def last_entered_beside(submission: Submission) -> UUID:
    """The address of the child's matrix that was entered last; of one that was fetched `with_last_entered`."""
    public_id: UUID = vars(submission)["last_entered"]
    return public_id
