"""Children whose whereabouts are confidential: no open copy stands beside what is kept for listed people (A2)."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

NOT_SHOWN = "Confidential: ask First Contact"


def confidential(day: date, child: str = "pk") -> Q:
    """Whether listed people alone know where this child, or one merged into it, lives on this day; or the child is
    placed where nobody is told. `child` names the column of the record. For a filter or an annotation."""
    where = Q()
    for key in ("child", "child__merged_into"):
        for rows in (_kept(), _placed(day)):
            where |= Q(Exists(rows.filter(**{key: OuterRef(child)})))
    return where


def confidential_among(child_ids: list[int], day: date) -> set[int]:
    """Those of these primary records whose whereabouts are confidential."""
    from cems.children.models import Child

    rows = Child.objects.unscoped("where the reader has opened the record, whether its place is told")
    return set(rows.filter(confidential(day), pk__in=child_ids).values_list("pk", flat=True))


def _kept() -> QuerySet[Any, Any]:
    from cems.children.models import ConfidentialAddress

    return ConfidentialAddress.objects.filter(ended_at__isnull=True)


def _placed(day: date) -> QuerySet[Any, Any]:
    """As long as the last day of the placement: on it the child may still be there."""
    from cems.children.models import Placement

    running = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    return Placement.objects.filter(running, starts_on__lte=day, address_confidential=True)
