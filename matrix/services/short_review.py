"""A review where nothing is new: one short page that keeps the promise of a review (M6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cems.accounts.models import User
from cems.accounts.roles import Reach, Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import say
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.events import publish
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.child_access import access_to
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from matrix.choices import Managed, Occasion
from matrix.events import ShortReviewSent
from matrix.models import AskedPerson, Matrix, Review, ShortReview, Submission
from matrix.rules.short_review import Asked, short_review_wants
from matrix.services.drafts import LONGEST_TEXT, matrix_start, open_draft, text
from matrix.services.judgement import field_version, fields_save
from matrix.services.reviews import newest_matrix, open_reviews, review_renew

NOT_WORKING = "Only somebody who works with the child sends this review. Ask the lead practitioner."


def works_with(user: User, child: Child) -> bool:
    """Whether the user fills in matrices and is involved with the child, themselves or by their team."""
    reached = access_to(user, child).reached
    return any(reach is Reach.INVOLVED and Work.MATRIX in post.role.writes for post, reach in reached)


@command
def short_review_send(
    user: User,
    *,
    review: Review,
    asked: Sequence[Asked],
    managed: str,
    managed_words: str,
    not_asked_why: str = "",
    at: datetime | None = None,
) -> ShortReview:
    """Nothing is new: the promise of this review is met, and the next begins.

    Raises NotAllowed for somebody who does not work with the child, Conflict when the review is met or given up
    already or a matrix came meanwhile, Invalid naming the field to mend (`words-2` is what the third person said).
    """
    instant = at or now()
    primary = lock_cluster(review.child_id)
    if not works_with(user, primary):
        raise NotAllowed(NOT_WORKING)
    submission = _still_open(primary, review)
    _check(asked, managed, managed_words, not_asked_why, submission, instant)
    row = ShortReview.objects.create(
        reference=next_reference("REV", instant),
        child=primary,
        submission=submission,
        review=review,
        managed=managed,
        managed_words=text(managed_words.strip(), "managed_words"),
        not_asked_why=text(not_asked_why.strip(), "not_asked_why"),
        sent_by=user,
        happened_at=instant,
        recorded_at=now() if at is None else instant,
    )
    AskedPerson.objects.bulk_create(
        AskedPerson(
            short_review=row,
            kind=person.kind,
            who=text(person.who.strip(), "who"),
            asked_on=person.on or local_date(instant),  # a day is wanted of whoever was asked
            words=text(person.words.strip(), "words"),
        )
        for person in asked
        if not person.is_empty
    )
    review_renew(user, child=primary, submission=submission, short_review=row, at=instant)
    record(user, verb=Verb.SUBMITTED, subject=row, child=primary.public_id, part="matrix", at=instant)
    publish(ShortReviewSent(row.pk, primary.pk, user.pk, instant))
    return row


def _still_open(primary: Child, review: Review) -> Submission:
    """The matrix whose answers stand, while this review is owed."""
    if primary.died_on is not None:
        raise Conflict("The child has died. No review is owed any more.")
    newest = newest_matrix(primary)
    if newest is not None and review.pk in {row.pk for row in open_reviews(primary)}:
        return newest
    last = ShortReview.objects.of(primary).select_related("sent_by").order_by("-happened_at", "-pk").first()
    if last and (newest is None or last.happened_at >= newest.received_at):
        raise Conflict(
            f"{last.sent_by} has sent this review already ({last.reference}, {say(last.happened_at)})."
        )
    if newest and newest.received_at > review.submission.received_at:
        raise Conflict(f"A newer matrix has come ({newest.reference}). Look at it first.")
    raise Conflict("This review is owed no longer: the level that was agreed asks for none.")


def _check(
    asked: Sequence[Asked],
    managed: str,
    managed_words: str,
    not_asked_why: str,
    submission: Submission,
    at: datetime,
) -> None:
    wanted = short_review_wants(
        asked,
        not_asked_why=not_asked_why,
        last_matrix=local_date(submission.received_at),
        today=local_date(at),
    )
    if wanted:
        place = "" if wanted.place is None else f"-{wanted.place}"
        raise Invalid(wanted.message, field=f"{wanted.field}{place}")
    if managed not in Managed.values:
        raise Invalid("Say how well it is managed now.", field="managed")
    if says_nothing(managed_words):
        raise Invalid("Say what keeps the child safe now, or what is missing.", field="managed_words")


@command
def update_from_review(
    user: User,
    *,
    child: Child,
    words: Mapping[str, Sequence[str]],
    own: bool = False,
    at: datetime | None = None,
) -> Matrix:
    """Something is new after all: the child's draft is begun or gone on with, and what was typed goes along.

    `words` are paragraphs by the field of the matrix they belong to; each is added below what stands there, once.
    `own` as in `matrix_start`. Raises Invalid naming a field that would grow too long, and as `matrix_start`.
    """
    instant = at or now()
    matrix = open_draft(matrix_start(user, child=child, occasion=Occasion.REVIEW, own=own, at=instant))
    given = {
        name: (field_version(matrix, name), joined)
        for name, lines in words.items()
        if (joined := _with_lines(getattr(matrix, name), lines)) != getattr(matrix, name)
    }
    # Nobody overtakes what was read under the draft's lock: what is refused is too long.
    for name in fields_save(user, matrix=matrix, given=given, at=instant):
        raise Invalid(
            f"With this, the text that stands in {matrix.reference} would be longer than {LONGEST_TEXT:,} characters."
            " Shorten it there, or write less here, then choose “Something is new” again.",
            field=name,
        )
    return matrix


def _with_lines(before: str, lines: Sequence[str]) -> str:
    """A text with these paragraphs below it, those left out that stand in it already."""
    after = before
    for line in lines:
        # As the text keeps it: a paragraph that stands there is the same, whichever way the browser ends a line.
        kept = line.strip().replace("\r\n", "\n")
        if f"\n\n{kept}\n\n" not in f"\n\n{after.strip()}\n\n":
            after = "\n\n".join(filter(None, [after.strip(), kept]))
    return after
