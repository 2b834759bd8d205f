"""What triage tells the apps above it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AllocationEnded:
    """A worker no longer has a child, and nobody took over at once; `user_id` is None where ERASE did not end it."""

    child_id: int
    kind: str
    user_id: int | None
    at: datetime
