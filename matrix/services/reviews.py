"""Reviews: a matrix at Moderate or Significant is looked at again after a calendar month (M6)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from cems.accounts.models import User
from cems.base.calendar import month_after
from cems.base.time import local_date
from cems.children.choices import MatterKind, RiskLevel
from cems.children.events import LevelAgreed
from cems.children.models import Child, Matter
from cems.clocks import services as clocks
from matrix.clocks import REVIEW
from matrix.levels import level_in_force
from matrix.models import Review, Submission
from matrix.rules import REVIEW_MONTHS, review_due
from matrix.services.owners import lead_of


@transaction.atomic
def review_renew(user: User | None, *, child: Child, submission: Submission, at: datetime) -> Review | None:
    """A matrix came in: the review that was open is done, and the next one starts where the level asks for it."""
    held = Review.objects.select_for_update().filter(child=child, ended_at__isnull=True).first()
    if held:
        held.ended_at = at
        held.save(update_fields=["ended_at"])
        clocks.meet(user, clock=held.clock, at=at)
    return _start(user, child, submission, at)


@transaction.atomic
def review_follow_level(event: LevelAgreed) -> None:
    """A forum agreed a level: reviews stop at Low and None, and start again above (M6)."""
    child = Child.objects.unscoped("an agreed level moves the child's review").get(pk=event.child_id)
    held = Review.objects.select_for_update().filter(child=child, ended_at__isnull=True).first()
    submission = Submission.objects.of(child).order_by("-received_at", "-pk").first()
    if RiskLevel(event.level) in REVIEW_MONTHS:
        if held is None and submission is not None:
            _start(None, child, submission, event.at)
    elif held:
        held.ended_at = event.at
        held.save(update_fields=["ended_at"])
        clocks.cancel(
            None, clock=held.clock, reason="The agreed level no longer asks for reviews.", at=event.at
        )


def _start(user: User | None, child: Child, submission: Submission, at: datetime) -> Review | None:
    level = level_in_force(child)
    on_board = Matter.objects.filter(child=child, kind=MatterKind.CEG, closed_at__isnull=True).exists()
    wanted = level and review_due(level, local_date(submission.received_at), on_ceg_board=on_board)
    if not wanted or level is None:
        return None
    clock = clocks.start(
        user,
        kind=REVIEW.key,
        owner=lead_of(child) or submission.submitted_by,
        deadline=month_after(submission.received_at, REVIEW_MONTHS[level], word="submitted"),
        reference=submission.reference,
        title="Review the CE Matrix",
        url=reverse("matrix:for_child", args=[child.public_id]),
        child=child.public_id,
        at=at,
    )
    return Review.objects.create(child=child, submission=submission, to=wanted.to, clock=clock)
