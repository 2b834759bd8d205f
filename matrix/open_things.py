"""The drafts somebody began alone, to be gone on with by a colleague (A1, M6)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.slots import OpenThing, OpenThings
from matrix.choices import MatrixState
from matrix.models import Contributor, Matrix
from matrix.services.contributors import matrix_hand_over


def _alone() -> Any:
    """Drafts that nobody else was asked to fill in too."""
    asked_in = Contributor.objects.filter(matrix=OuterRef("pk"), ended_at__isnull=True)
    return Matrix.objects.filter(~Exists(asked_in), state=MatrixState.DRAFT)


def _of(user: User) -> list[OpenThing]:
    rows = _alone().filter(started_by=user).order_by("pk")
    return [
        OpenThing(
            str(row.public_id),
            "CE Matrix begun",
            row.reference,
            reverse("matrix:tasks", args=[row.public_id]),
        )
        for row in rows
    ]


def _count(user_ids: Collection[int]) -> Mapping[int, int]:
    rows = _alone().filter(started_by__in=user_ids)
    return dict(rows.values_list("started_by").annotate(Count("pk")).order_by())


def _give(user: User, key: str, owner: User, at: datetime) -> Matrix:
    return matrix_hand_over(user, matrix=Matrix.objects.get(public_id=key), owner=owner, at=at)


DRAFTS = OpenThings("drafts", "Matrices begun and not sent", _of, _count, _give)
