"""What actions tell the apps above, in the transaction of the change."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ActionCompleted:
    """An action was done."""

    action_id: int
    child_id: int | None
    key: str
    source_kind: str
    source_id: str
    at: datetime


@dataclass(frozen=True)
class ActionCancelled:
    """An action is no longer needed."""

    action_id: int
    child_id: int | None
    key: str
    source_kind: str
    source_id: str
    at: datetime
