"""What clocks tell the apps above, inside the sweep's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class ClockWarned:
    """A clock is due soon and its owner was told."""

    clock_id: int
    kind: str
    child: UUID | None
    number: int
    at: datetime


@dataclass(frozen=True)
class ClockBreached:
    """A clock went over its time and its owner's managers were told."""

    clock_id: int
    kind: str
    child: UUID | None
    at: datetime
