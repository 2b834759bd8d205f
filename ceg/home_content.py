"""What the boards add to a first page, to the header, and to an action they raise (G1, K1)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from ceg.selectors.board import lines_of
from ceg.services.worker_action import KEY, SOURCE_KIND, worker_of
from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.actions.models import Action
from cems.actions.slots import DoneAt
from cems.base.first_page import Place, StartButton, WorkItem

BUTTON = StartButton("Open the CEG board", "ceg:board", Work.BOARD)
PLACE = Place("CEG board", "ceg:board", (Work.BOARD,))


def items(user: User, at: datetime) -> Iterable[WorkItem]:
    """For the chair of a board: children with a new matrix, and reviews whose clock somebody else has.

    The reviews that are with the chair stand among the clocks.
    """
    chaired = {
        post.locality_id
        for post in profile_of(user).posts
        if post.role.of_locality and Work.REVIEWS in post.role.writes
    } - {None}
    if not chaired:
        return
    lines, _, _ = lines_of(user, [locality for locality in chaired if locality], at)
    new = [line for line in lines if line.new_matrix]
    if new:
        who = "1 child on the board has" if len(new) == 1 else f"{len(new)} children on the board have"
        yield WorkItem(
            what=f"{who} a new matrix",
            why="Received since the board looked last.",
            url=f"{reverse('ceg:board')}?show=new",
            due_at=min(line.entry.clock.due_at for line in new),
            doing="See them",
        )
    late = [line for line in lines if line.is_shown("late", at)]
    others = [line for line in late if line.entry.clock.owner_user_id not in profile_of(user).acts_for]
    if others:
        yield WorkItem(
            what=f"{len(others)} {'review is' if len(others) == 1 else 'reviews are'} late on the board",
            why="With another of the board's chairs, or with ERASE.",
            url=f"{reverse('ceg:board')}?show=late",
            due_at=min(line.entry.clock.due_at for line in others),
            mine=False,
            doing="See them",
        )


def counts(user: User, at: datetime) -> Iterable[QuerySet[Any, Any] | int]:
    """Each of the two is one thing to do."""
    return [len(list(items(user, at)))]


def _allocation_ends(action: Action) -> str:
    allocation = worker_of(action.child) if action.child else None
    if allocation is None or action.child is None:
        return ""
    return reverse("allocation:end", args=[action.child.public_id, allocation.public_id])


WORKER_ENDS = DoneAt(SOURCE_KIND, KEY, "End the worker's allocation", _allocation_ends, Work.ALLOCATION)
