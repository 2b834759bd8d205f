"""What the matrix's own pages ask of the apps above."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
SHORT_REVIEW_STATE: One[Callable[[OpenChild, Sequence[ShortReview]], Mapping[int, str]]] = One(
    "matrix.short_review_state",
    "What became of these reviews where nothing was new, in a sentence each, by row number.",
)
