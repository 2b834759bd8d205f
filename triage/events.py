"""What triage tells the apps above it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ItemOpened:
    """A child came on CEVT's list."""

    item_id: int
    child_id: int
    at: datetime


@dataclass(frozen=True)
class CevtDecided:
    """CEVT decided about a child; the level is agreed and everything it starts has been started."""

    decision_id: int
    child_id: int
    user_id: int
    level: int
    provisional: bool
    at: datetime


@dataclass(frozen=True)
class WorkerAllocated:
    """A worker has the child from now on."""

    allocation_id: int
    child_id: int
    worker_id: int
    at: datetime


@dataclass(frozen=True)
class AllocationEnded:
    """The worker no longer has the child."""

    allocation_id: int
    child_id: int
    worker_id: int
    at: datetime
