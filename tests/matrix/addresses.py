"""How addresses of matrices are made (tests/guards/recipes.py)."""

from typing import Any
from uuid import UUID

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.time import today
from matrix.instrument import current
from tests.factories.world import Story
from tests.guards.recipes import OfStory, OwnOnly, child_and
from tests.matrix.story import MatrixRows

# What is done with a draft, at addresses that take nothing but it.
DRAFT = (
    "tasks",
    "profile",
    "live",
    "move",
    "answer",
    "field",
    "views",
    "judgement",
    "plan",
    "check",
    "submit",
    "withdraw",
    "contributors",
    "compare",
)
PAPERS = (
    "matrix:submission",
    "matrix:author_told",
    "matrix:compared",
    "matrix:submission_pdf",
    "api:submission",
)


def _draft(**more: Any) -> OfStory:
    return lambda story, user: {"public_id": story.of(MatrixRows).draft_of(user).public_id, **more}


def submission(story: Story, user: User) -> dict[str, Any]:
    """The person's own submission, else the author's."""
    return {"public_id": story.of(MatrixRows).papers_of(user).public_id}


def _own_draft(story: Story, user: User) -> bool:
    return user.pk in story.of(MatrixRows).own_drafts


def own_papers(story: Story, user: User) -> bool:
    """Whether the submission asked for is the person's own."""
    return user.pk in story.of(MatrixRows).own


OF_STORY: dict[str, OfStory] = {
    # Whom one would take out is asked only after the access rule.
    "matrix:end_contributor": _draft(contributor_id=UUID(int=0)),
    "matrix:group": _draft(code=current(today()).groups[0].code),
    **{f"matrix:{name}": _draft() for name in DRAFT},
    **dict.fromkeys(PAPERS, submission),
    "matrix:short_review_sent": child_and(
        review_id=lambda story, user: story.of(MatrixRows).short_review.public_id
    ),
}
OWN_ONLY: dict[str, OwnOnly] = {
    **{f"matrix:{name}": (Part.MATRIX, _own_draft) for name in (*DRAFT, "group", "end_contributor")},
    **dict.fromkeys(PAPERS, (Part.MATRIX, own_papers)),
}
