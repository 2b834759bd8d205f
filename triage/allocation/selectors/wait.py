"""A child who waits for a worker (T6)."""

from cems.children.models import Child
from triage.choices import WorkerKind
from triage.models import AllocationWait


def open_wait(child: Child, kind: WorkerKind) -> AllocationWait | None:
    """The wait of this child for a worker of this kind, the longest first; None where there is none."""
    rows = AllocationWait.objects.of(child).filter(kind=kind, ended_at__isnull=True)
    row: AllocationWait | None = rows.order_by("since", "pk").first()
    return row
