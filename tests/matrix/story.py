"""What matrices add to the record of each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cems.accounts.models import User
from cems.base.calendar import month_after
from cems.base.references import next_reference
from cems.base.time import now, today
from cems.children.models import Child
from cems.clocks.models import Clock
from cems.clocks.services.clock import clock_meet, clock_start
from matrix.choices import AskedKind, Informed, Managed, Seen, WhenKind
from matrix.clocks import REVIEW
from matrix.instrument import current
from matrix.models import AskedPerson, Matrix, Review, ShortReview, Submission
from matrix.policy import REVIEW_MONTHS_MODERATE
from matrix.rules import Forum
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
    short_review: ShortReview
    own: dict[int, Submission] = field(default_factory=dict)
    own_drafts: dict[int, Matrix] = field(default_factory=dict)

    def papers_of(self, user: User) -> Submission:
        """The submission this person would ask for: their own, else the author's."""
        return self.own.get(user.pk, self.submission)

    def draft_of(self, user: User) -> Matrix:
        """The draft this person would ask for: their own, else the author's."""
        return self.own_drafts.get(user.pk, self.draft)


def write(story: Story, author: User) -> MatrixRows:
    submission = _submit(author, story.child, story.key)
    return MatrixRows(
        submission=submission,
        draft=matrix_start(author, child=story.child),
        short_review=review(author, submission, story.key),
    )


def review(author: User, submission: Submission, key: str) -> ShortReview:
    """A review where nothing was new. Written here: who works with the child sends it, and the author does not."""
    promise = Review.objects.create(
        child=submission.child,
        submission=submission,
        to=Forum.CEVT,
        clock=_met(author, submission),
        ended_at=now(),
    )
    row = ShortReview.objects.create(
        reference=next_reference("REV", now()),
        child=submission.child,
        submission=submission,
        review=promise,
        managed=Managed.PARTLY,
        managed_words=secret(key, "managed"),
        sent_by=author,
        happened_at=now(),
        recorded_at=now(),
    )
    AskedPerson.objects.create(
        short_review=row, kind=AskedKind.CHILD, asked_on=today(), words=secret(key, "asked")
    )
    return row


def _met(author: User, submission: Submission) -> Clock:
    clock = clock_start(
        author,
        kind=REVIEW.key,
        owner=author,
        deadline=month_after(now(), 1, word="submitted"),
        length=REVIEW_MONTHS_MODERATE.read(now(), submission.child.area_id),
        reference=submission.reference,
        child=submission.child.public_id,
    )
    return clock_meet(author, clock=clock)


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
    rows.short_review = review(author, rows.submission, f"{story.key} {number}")


def _submit(user: User, child: Child, key: str, *, own: bool = False) -> Submission:
    """A Low matrix of one vulnerability: what it opens to CEVT ends in CEVT's own story, so nobody reaches by it."""
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
