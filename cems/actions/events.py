"""What actions tell the apps above them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ActionClosed:
    """An action was done, or is no longer needed; `key` names the follow-up that it was, "" where it was none."""

    action_id: int
    key: str
    user_id: int | None
    at: datetime
