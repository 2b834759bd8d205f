"""What matrices add to the record of each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cems.accounts.models import User
from cems.base.time import today
from cems.children.models import Child
from matrix.choices import Informed, Seen, WhenKind
from matrix.instrument import current
from matrix.models import Matrix, Submission
from matrix.services.answers import AnswerGiven, answer_save
from matrix.services.drafts import matrix_start
from matrix.services.judgement import field_save
from matrix.services.submission import matrix_submit
from tests.factories.world import Story, secret


@dataclass
class MatrixRows:
    """The author's submission and draft; `own` holds each person's own, where they made one."""

    submission: Submission
    draft: Matrix
    own: dict[int, Submission] = field(default_factory=dict)
    own_drafts: dict[int, Matrix] = field(default_factory=dict)

    def papers_of(self, user: User) -> Submission:
        """The submission this person would ask for: their own, else the author's."""
        return self.own.get(user.pk, self.submission)

    def draft_of(self, user: User) -> Matrix:
        """The draft this person would ask for: their own, else the author's."""
        return self.own_drafts.get(user.pk, self.draft)


def write(story: Story, author: User) -> MatrixRows:
    return MatrixRows(
        submission=_submit(author, story.child, story.key), draft=matrix_start(author, child=story.child)
    )


def reach(story: Story, people: list[User], author: User) -> None:
    """Everybody sent and began a matrix of their own about the child of `submitted`."""
    if story.key != "submitted":
        return
    rows = story.of(MatrixRows)
    rows.own = {person.pk: _submit(person, story.child, story.key, own=True) for person in people}
    rows.own_drafts = {person.pk: matrix_start(person, child=story.child, own=True) for person in people}


def add(story: Story, author: User, number: int) -> None:
    rows = story.of(MatrixRows)
    _submit(rows.draft.started_by, story.child, f"{story.key} {number}")
    rows.draft = matrix_start(author, child=story.child)


def _submit(user: User, child: Child, key: str, *, own: bool = False) -> Submission:
    """A Low matrix of one vulnerability: it opens no matter, so nobody reaches the child by it."""
    matrix = matrix_start(user, child=child, own=own)
    indicator = next(
        indicator
        for group in current(today()).groups
        if group.kind == "vulnerability"
        for indicator in group.indicators
    )
    given = AnswerGiven(
        Seen.SEEN, WhenKind.EXACT, today() - timedelta(days=9), secret(key, "evidence"), "A colleague"
    )
    answer = matrix.answers.filter(code=indicator.code).first()
    answer_save(
        user, matrix=matrix, code=indicator.code, version=answer.version if answer else 0, given=given
    )
    words: dict[str, Any] = {
        "level": 1,
        "reasons": secret(key, "reasons"),
        "difference": "More is known of the home than one answer says.",
        "informed": Informed.YES,
    }
    for name, value in words.items():
        field_save(user, matrix=matrix, name=name, version=0, value=value)
    return matrix_submit(user, matrix=matrix, call="")
