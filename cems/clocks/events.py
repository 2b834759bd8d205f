"""What clocks tell the apps above them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ClockHandedOver:
    """Somebody else has an open clock now: what it is the time of goes with it."""

    clock_id: int
    user_id: int | None
    reason: str
    at: datetime
