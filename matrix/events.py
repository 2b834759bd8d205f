"""What the matrix tells the apps above it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class MatrixSubmitted:
    """A matrix was received. `new_receipt` is False for a review of the same, open concern (M6)."""

    submission_id: int
    child_id: int
    user_id: int
    level: int
    new_receipt: bool
    received_at: datetime


@dataclass(frozen=True)
class ShortReviewSent:
    """Somebody reviewed a child's matrix and nothing was new (M6)."""

    short_review_id: int
    child_id: int
    user_id: int
    at: datetime
