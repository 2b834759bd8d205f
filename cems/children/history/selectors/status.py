"""How services know a child, and knew the child (C2)."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Prefetch

from cems.children.models import Child, Correction, Status


def statuses_of(child: Child) -> Sequence[Status]:
    """Every status of the child with the authority responsible and what was corrected, the newest first."""
    corrections = Correction.objects.select_related("recorded_by").order_by("-recorded_at", "-pk")
    rows = Status.with_withdrawn.of(child).select_related("responsible")
    rows = rows.prefetch_related(Prefetch("corrections", corrections))
    return list(rows.order_by("-starts_on", "-pk"))


def status_at(child: Child, public_id: UUID) -> Status | None:
    """The status of this child at this address, or None."""
    row: Status | None = Status.objects.of(child).filter(public_id=public_id).first()
    return row
