"""Reviews: a matrix at Moderate or Significant is looked at again after a calendar month (M6)."""

from datetime import datetime

from django.urls import reverse

from cems.accounts.models import Duty, Team, User
from cems.base.calendar import month_after
from cems.base.command import command
from cems.base.time import local_date
from cems.children.access.services.matter import on_board
from cems.children.choices import RiskLevel
from cems.children.events import LevelAgreed
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.clocks.services import clock as clocks
from matrix.clocks import REVIEW
from matrix.levels import level_in_force
from matrix.models import Review, ShortReview, Submission
from matrix.policy import REVIEW_MONTHS
from matrix.rules import review_due
from matrix.services.owners import desk, lead_of, team_of_worker
from matrix.services.paper_matrix import sender_of


@command
def review_renew(
    user: User | None,
    *,
    child: Child,
    submission: Submission,
    short_review: ShortReview | None = None,
    at: datetime,
) -> Review | None:
    """A matrix came in, or a review where nothing was new: the reviews that were open are done, and the next one
    starts where the level asks for it.

    Of records merged since, each may have had its own.
    """
    primary = lock_cluster(child.pk)
    reason = short_review.reference if short_review else ""
    for open_review in open_reviews(primary):
        open_review.ended_at = at
        open_review.save(update_fields=["ended_at"])
        clocks.clock_meet(user, clock=open_review.clock, reason=reason, at=at)
    return _start(user, primary, submission, short_review, at)


@command
def review_follow_matrix(user: User, *, child: Child, submission: Submission, at: datetime) -> None:
    """A matrix came in: the next review begins.

    Entered after a newer one, or after somebody looked again since it was received, it ends no review; where none is
    owed, its level may ask for one all the same.
    """
    primary = lock_cluster(child.pk)
    looked_again = _looked_again(primary, submission)
    if newest_matrix(primary) == submission and looked_again is None:
        review_renew(user, child=primary, submission=submission, at=at)
    elif not open_reviews(primary):
        _begin(user, primary, at)


def review_follow_level(event: LevelAgreed) -> None:
    """A forum agreed a level: reviews stop at Low and None, and start again above (M6)."""
    _follow_level(None, child_id=event.child_id, level=RiskLevel(event.level), at=event.at)


@command
def _follow_level(user: None, *, child_id: int, level: RiskLevel, at: datetime) -> None:
    primary = lock_cluster(child_id)
    reviews = open_reviews(primary)
    if level in REVIEW_MONTHS:
        if reviews:
            return
        _begin(user, primary, at)
        return
    for review in reviews:
        review.ended_at = at
        review.save(update_fields=["ended_at"])
        clocks.clock_cancel(
            user, clock=review.clock, reason="The agreed level no longer asks for reviews.", at=at
        )


def _begin(user: User | None, primary: Child, at: datetime) -> None:
    """The review that the level in force asks for, where none is owed."""
    submission = newest_matrix(primary)
    if submission is not None:
        _start(user, primary, submission, _looked_again(primary, submission), at)


def _looked_again(primary: Child, submission: Submission) -> ShortReview | None:
    """The last review where nothing was new since this matrix was received."""
    rows = ShortReview.objects.of(primary).filter(happened_at__gt=submission.received_at)
    last: ShortReview | None = rows.select_related("sent_by").order_by("-happened_at", "-pk").first()
    return last


def newest_matrix(primary: Child) -> Submission | None:
    """The matrix of this child that was received last."""
    newest: Submission | None = Submission.objects.of(primary).order_by("-received_at", "-pk").first()
    return newest


def open_reviews(primary: Child) -> list[Review]:
    """The reviews that are owed, locked."""
    rows = Review.objects.of(primary).filter(ended_at__isnull=True)
    return list(rows.select_related("clock").select_for_update(no_key=True, of=("self",)))


def _start(
    user: User | None, child: Child, submission: Submission, short_review: ShortReview | None, at: datetime
) -> Review | None:
    """The next review, counted from the last time somebody looked: the matrix, or the review after it."""
    level = level_in_force(child)
    lengths = {risk_level: policy.read(at, child.area_id) for risk_level, policy in REVIEW_MONTHS.items()}
    months = {risk_level: length.value for risk_level, length in lengths.items()}
    looked_at = short_review.happened_at if short_review else submission.received_at
    wanted = level and review_due(level, local_date(looked_at), on_ceg_board=on_board(child), months=months)
    if not wanted or level is None:
        return None
    clock = clocks.clock_start(
        user,
        kind=REVIEW.key,
        owner=_owner(child, submission, short_review),
        deadline=month_after(looked_at, months[level], word="reviewed" if short_review else "submitted"),
        length=lengths[level],
        reference=submission.reference,
        title="Review the CE Matrix",
        url=reverse("matrix:short_review", args=[child.public_id]),
        child=child.public_id,
        at=at,
    )
    return Review.objects.create(child=child, submission=submission, to=wanted.to, clock=clock)


def _owner(child: Child, submission: Submission, short_review: ShortReview | None) -> User | Team:
    """Who has the review: the lead, else whoever looked last; never a front door, whose people can't send it."""
    looked = lead_of(child) or (short_review.sent_by if short_review else sender_of(submission))
    return looked if isinstance(looked, User) else team_of_worker(child) or desk(Duty.ERASE, child)
