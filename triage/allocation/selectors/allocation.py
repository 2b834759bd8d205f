"""One allocation of a child to a worker (T6)."""

from datetime import datetime
from uuid import UUID

from cems.accounts.models import User
from cems.base.time import local_date
from cems.children.models import Child
from triage.models import Allocation


def allocation_at(child: Child, public_id: UUID) -> Allocation | None:
    """The allocation of this child at this address, open or ended, with its people; or None."""
    rows = Allocation.objects.of(child).select_related("worker", "allocated_by", "ended_by")
    row: Allocation | None = rows.filter(public_id=public_id).first()
    return row


def moved_from(row: Allocation) -> Allocation | None:
    """The allocation this one took the child over from, in the same instant; or None."""
    rows = Allocation.objects.of(row.child).filter(kind=row.kind, ended_at=row.starts_at, undone=False)
    return rows.exclude(pk=row.pk).select_related("worker").first()


def may_undo(user: User, row: Allocation, at: datetime) -> bool:
    """Whether the page offers to undo it; that the worker recorded something meanwhile is said when it is sent."""
    same_day = local_date(row.recorded_at) == local_date(at)
    in_time = row.ended_at is None and (same_day or row.accepted_at is None)
    return in_time and row.allocated_by_id == user.pk and moved_from(row) is None
