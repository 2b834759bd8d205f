"""A child who waits for a worker (T6)."""

from cems.children.choices import RiskLevel
from cems.children.history.models.level import Forum
from cems.children.models import Child
from triage.choices import WorkerKind
from triage.models import Allocation, AllocationDeclined, AllocationWait


def open_wait(child: Child, kind: WorkerKind) -> AllocationWait | None:
    """The wait of this child for a worker of this kind, the longest first; None where there is none."""
    rows = AllocationWait.objects.of(child).filter(kind=kind, ended_at__isnull=True)
    row: AllocationWait | None = rows.order_by("since", "pk").first()
    return row


def waits_by_board(primary: Child, forum: str, level: RiskLevel) -> bool:
    """Whether a board's level makes the child wait: at Significant, where there is no worker, no wait yet, and none was
    declined at that level. CEVT's own decision says so itself, with its outcomes."""
    if forum == Forum.CEVT or level is not RiskLevel.SIGNIFICANT or primary.died_on is not None:
        return False
    kind = WorkerKind.CE_WORKER
    declined = AllocationDeclined.objects.of(primary).filter(kind=kind, ended_at__isnull=True, level=level)
    waiting = AllocationWait.objects.of(primary).filter(kind=kind, ended_at__isnull=True)
    has_worker = Allocation.objects.of(primary).running(kind)
    return not (has_worker.exists() or waiting.exists() or declined.exists())
