"""CEVT notes reviews where nothing was new in one sitting, or discusses a child (M6)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict
from cems.base.time import now
from cems.children.access.services.matter import matter_close, matter_open, on_board
from cems.children.choices import MatterKind
from cems.children.events import LevelAgreed, MatterClosed
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.notices.services import notice_send
from matrix.events import ShortReviewSent
from matrix.models import ShortReview
from triage.cevt.selectors.meeting import open_meeting_of
from triage.cevt.selectors.short_review import still_to_note
from triage.cevt.services.area import whose_cevt
from triage.cevt.services.item import item_raise, raised_open
from triage.choices import ReviewEnd
from triage.models import Item, ReviewToNote

ENDED = "This review waits no longer: somebody has noted it, or a forum has agreed a level since."


def on_short_review_sent(event: ShortReviewSent) -> None:
    """A review came in: CEVT notes it, or the board looks at it that follows the child."""
    review_to_note_open(
        User.objects.get(pk=event.user_id), short_review_id=event.short_review_id, at=event.at
    )


def on_level_agreed(event: LevelAgreed) -> None:
    """A forum has looked at the child and agreed a level: what waited to be noted is answered by it."""
    reviews_settle(User.objects.get(pk=event.user_id), child_id=event.child_id, at=event.at)


def on_matter_closed(event: MatterClosed) -> None:
    """A board follows the child no longer: a review it did not look at is CEVT's to note."""
    if event.kind == MatterKind.CEG:
        reviews_take_over(User.objects.get(pk=event.user_id), child_id=event.child_id, at=event.at)


@command
def reviews_take_over(user: User, *, child_id: int, at: datetime) -> None:
    """CEVT follows the child while a review waits that no board has any more; harmless where none waits."""
    primary = lock_cluster(child_id)
    if reviews_wait(primary) and not on_board(primary):
        matter_open(user, child=primary, kind=MatterKind.CEVT, at=at)


@command
def review_to_note_open(user: User, *, short_review_id: int, at: datetime) -> ReviewToNote:
    """Put a review where nothing was new on the list of who looks at the child."""
    short_review = ShortReview.objects.select_related("child").get(pk=short_review_id)
    primary = lock_cluster(short_review.child_id)
    row = ReviewToNote.objects.create(
        child=primary, authority_id=whose_cevt(primary), short_review=short_review, received_at=at
    )
    if not on_board(primary):
        matter_open(user, child=primary, kind=MatterKind.CEVT, at=at)
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="decisions", at=at)
    return row


@command
def reviews_note(user: User, *, reviews: Sequence[UUID], at: datetime | None = None) -> int:
    """CEVT has noted these reviews, each with the child's earlier ones; returns how many children they were of.

    What is noted while CEVT meets belongs to that meeting, whose minutes name it.

    What a colleague noted meanwhile, what a level has answered or a board has now, and what is out of the user's
    reach, is left as it is.
    """
    instant = at or now()
    children = set()
    named = still_to_note(user, reviews, instant)
    meetings = {authority: open_meeting_of(authority) for authority in {row.authority_id for row in named}}
    for row in named:
        primary = lock_cluster(row.child_id)
        if on_board(primary):
            continue
        earlier = [waiting for waiting in _waiting(primary) if waiting.received_at <= row.received_at]
        for waiting in earlier:
            waiting.meeting = meetings.get(waiting.authority_id)
            _end(user, primary, waiting, ReviewEnd.NOTED, instant)
        if earlier:
            children.add(primary.pk)
            _leave(user, primary, instant)
    return len(children)


@command
def review_discuss(user: User, *, review: UUID, at: datetime | None = None) -> Item:
    """Take a review out of the list: it becomes an item of CEVT's next meeting, or joins the concern open already.

    Raises Conflict where it waits no longer, or a board has the child now.
    """
    instant = at or now()
    named = still_to_note(user, [review], instant)
    if not named:
        raise Conflict(ENDED)
    primary = lock_cluster(named[0].child_id)
    if on_board(primary):
        raise Conflict("The child is on a board now, which looks at this review.")
    waiting = _waiting(primary)
    row = next((row for row in waiting if row.public_id == review), None)
    if row is None:
        raise Conflict(ENDED)
    why = f"To discuss after a review where nothing was new ({row.short_review.reference})."
    item = raised_open(primary) or item_raise(user, child=primary, why=why, at=instant)
    for other in waiting:
        _end(user, primary, other, ReviewEnd.DISCUSSED, instant, item)
    _tell_sender(user, primary, row.short_review, instant)
    return item


@command
def reviews_settle(user: User, *, child_id: int, at: datetime) -> None:
    """A level was agreed: no review of before is noted any more; harmless when none waits."""
    primary = lock_cluster(child_id)
    waiting = [
        row for row in _waiting(primary) if row.received_at <= at
    ]  # a level entered late answers no later one
    for row in waiting:
        _end(user, primary, row, ReviewEnd.LEVEL, at)
    if waiting:
        _leave(user, primary, at)


def reviews_wait(primary: Child) -> bool:
    """Whether a review where nothing was new still waits to be noted."""
    return ReviewToNote.objects.of(primary).filter(ended_at__isnull=True).exists()


def _waiting(primary: Child) -> list[ReviewToNote]:
    rows = (
        ReviewToNote.objects.of(primary)
        .filter(ended_at__isnull=True)
        .select_for_update(no_key=True, of=("self",))
    )
    return list(rows.select_related("short_review").order_by("received_at", "pk"))


def _end(
    user: User, primary: Child, row: ReviewToNote, how: ReviewEnd, at: datetime, item: Item | None = None
) -> None:
    row.ended_at, row.ended_how, row.ended_by, row.item = at, how, user, item
    row.save(update_fields=["ended_at", "ended_how", "ended_by", "item", "meeting"])
    detail = {"how": how.value}
    record(
        user, verb=Verb.CHANGED, subject=row, child=primary.public_id, part="decisions", detail=detail, at=at
    )


def _leave(user: User, primary: Child, at: datetime) -> None:
    """CEVT follows the child no longer, where nothing else of theirs is on its list."""
    if not (reviews_wait(primary) or Item.objects.of(primary).filter(closed_at__isnull=True).exists()):
        matter_close(user, child=primary, kind=MatterKind.CEVT, at=at)


def _tell_sender(user: User, primary: Child, short_review: ShortReview, at: datetime) -> None:
    notice_send(
        {short_review.sent_by_id} - {user.pk},
        kind="triage.review",
        key=f"triage:review:{short_review.public_id}:discussed",
        text=f"{short_review.reference}: CEVT discusses the child after your review.",
        url=reverse("matrix:short_review_sent", args=[primary.public_id, short_review.public_id]),
        reference=short_review.reference,
        child=primary.public_id,
        at=at,
    )
