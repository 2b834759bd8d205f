"""How services know a child, and knew the child (C2)."""

from collections.abc import Sequence
from uuid import UUID

from cems.children.models import Child, Status


def statuses_of(child: Child) -> Sequence[Status]:
    """Every status of the child with the authority responsible, the newest first."""
    rows = Status.objects.of(child).select_related("responsible")
    return list(rows.order_by("-starts_on", "-pk"))


def status_at(child: Child, public_id: UUID) -> Status | None:
    """The status of this child at this address, or None."""
    row: Status | None = Status.objects.of(child).filter(public_id=public_id).first()
    return row
