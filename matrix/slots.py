"""What the matrix's own pages ask of the apps above."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cems.base.extension import Many, One

if TYPE_CHECKING:
    from cems.accounts.models import User
    from cems.children.access_control import OpenChild
    from matrix.models import ShortReview, Submission

SUBMISSION_PANELS: Many[Callable[[User, OpenChild, Submission], tuple[str, str, dict[str, Any]] | None]] = (
    Many(
        "matrix.submission_panels",
        "A block of the page of a sent matrix, as title, template and what the template needs; None to stay out.",
    )
)


@dataclass(frozen=True)
class Became:
    """What became of a review where nothing was new, and the minutes of the meeting that looked at it."""

    words: str
    minutes_url: str = ""  # only for who reads minutes
    meeting: str = ""

    def __str__(self) -> str:
        return self.words


SHORT_REVIEW_STATE: One[Callable[[User, OpenChild, Sequence[ShortReview]], Mapping[int, Became]]] = One(
    "matrix.short_review_state",
    "What became of these reviews where nothing was new, by row number.",
)
