"""What the boards do when something below them happens (G1, M6, T4)."""

from ceg.services.chair import clocks_follow_chairs
from ceg.services.entry import entries_follow, entry_end, entry_move, entry_open, open_entries
from ceg.services.entry_notice import tell_matrix, tell_short_review
from ceg.services.worker_action import worker_action_open, worker_actions_meet
from cems.accounts.events import AppointmentChanged, PersonLeft
from cems.accounts.models import User
from cems.base.time import now
from cems.children.access.services.matter import on_board
from cems.children.choices import MatterKind, RiskLevel
from cems.children.events import AreaChanged, MatterClosed, MatterMoved, MatterOpened
from cems.children.history.models.level import Forum
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Matter
from matrix.events import MatrixSubmitted, ShortReviewSent
from matrix.models import ShortReview, Submission
from triage.events import AllocationEnded


def on_matter_opened(event: MatterOpened) -> None:
    """CEVT sent the child to a board."""
    if event.kind == MatterKind.CEG:
        entry_open(_user(event.user_id), matter=_matter(event.matter_id), at=event.at)


def on_matter_moved(event: MatterMoved) -> None:
    """Another board has the child."""
    if event.kind == MatterKind.CEG:
        matter = _matter(event.matter_id)
        entry_move(_user(event.user_id), before_id=event.before_id, matter=matter, at=event.at)


def on_matter_closed(event: MatterClosed) -> None:
    """CEVT stepped the child down: from the board, and the worker by ERASE's word (T4).

    Where the board itself did, the entry has ended and ERASE was asked already.
    """
    if event.kind not in {MatterKind.CEG, MatterKind.EXPLOITATION}:
        return
    user, child = _user(event.user_id), lock_cluster(event.child_id)
    if event.kind == MatterKind.CEG:
        entry_end(user, child=child, matter_id=event.matter_id, at=event.at)
    level = child.current_level
    still_followed = on_board(child)  # of two joined records one board has ended
    if level is not None and level.level < RiskLevel.SIGNIFICANT and not still_followed:
        worker_action_open(
            user,
            child=child,
            forum=Forum(level.forum),
            about=f"matter-{event.matter_id}",
            reference=level.reference,
            at=event.at,
        )


def on_area_changed(event: AreaChanged) -> None:
    """The child's board goes with the child."""
    entries_follow(
        _user(event.user_id), child_id=event.child_id, locality_before=event.locality_before, at=event.at
    )


def on_matrix_submitted(event: MatrixSubmitted) -> None:
    """A matrix of a child on a board, review or not, is the board's to look at: its chair is told."""
    for row in open_entries(lock_cluster(event.child_id)):
        submission = Submission.objects.get(pk=event.submission_id)
        tell_matrix(_user(event.user_id), row, submission, event.received_at)


def on_short_review_sent(event: ShortReviewSent) -> None:
    """A review of a child on a board, where nothing was new, is the board's to look at: its chair is told."""
    for row in open_entries(lock_cluster(event.child_id)):
        short_review = ShortReview.objects.get(pk=event.short_review_id)
        tell_short_review(_user(event.user_id), row, short_review, event.at)


def on_allocation_ended(event: AllocationEnded) -> None:
    """ERASE ended the worker's allocation, as the board had asked."""
    user = User.objects.get(pk=event.user_id) if event.user_id else None
    worker_actions_meet(user, child_id=event.child_id, at=event.at)


def on_posts_changed(event: AppointmentChanged | PersonLeft) -> None:
    """A new chair has the board's promises; without one, ERASE's desk does."""
    clocks_follow_chairs(None, at=now())


def _user(user_id: int) -> User:
    return User.objects.get(pk=user_id)


def _matter(matter_id: int) -> Matter:
    return Matter.objects.select_related("locality").get(pk=matter_id)
