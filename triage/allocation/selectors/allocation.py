"""One allocation of a child to a worker (T6)."""

from uuid import UUID

from cems.children.models import Child
from triage.models import Allocation


def allocation_at(child: Child, public_id: UUID) -> Allocation | None:
    """The allocation of this child at this address, open or ended, with its people; or None."""
    rows = Allocation.objects.of(child).select_related("worker", "allocated_by", "ended_by")
    row: Allocation | None = rows.filter(public_id=public_id).first()
    return row
