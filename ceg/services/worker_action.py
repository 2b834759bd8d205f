"""ERASE ends the worker's allocation of a child who was stepped down, or says why it goes on (G2, T4, K1)."""

from datetime import datetime

from ceg.policy import WORKER_ENDS_DAYS
from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.actions.models import Action
from cems.actions.services import Source, action_cancel, action_complete, action_open
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.children.history.models.level import Forum
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from triage.models import Allocation

SOURCE_KIND = "ceg.stepdown"
KEY = "worker"
TITLE = "Stepped down by {forum}: end the worker's allocation, or say why it goes on"


def worker_of(child: Child) -> Allocation | None:
    """The child exploitation worker's allocation that runs."""
    rows = Allocation.objects.of(child).running()
    allocation: Allocation | None = rows.select_related("worker").order_by("starts_at", "pk").first()
    return allocation


@command
def worker_action_open(
    user: User, *, child: Child, forum: Forum, about: str, reference: str, at: datetime
) -> Action | None:
    """ERASE's desk has it, where a worker has the child; None where nobody does, or the desk was asked already.

    `about` names what stepped the child down, `reference` is how people call it.
    """
    primary = lock_cluster(child.pk)
    allocation = worker_of(primary)
    if allocation is None or _open_actions(primary):
        return None
    length = WORKER_ENDS_DAYS.read(at, primary.area_id)
    return action_open(
        user,
        title=TITLE.format(forum=forum.label),
        detail=f"{allocation.worker} has the child. Ending the allocation closes this action by itself.",
        owner=desk_of(Duty.ERASE, primary.area_id),
        child=primary,
        deadline=close_of_business(at, length.value, word="stepped down"),
        length=length,
        source=Source(SOURCE_KIND, about, reference),
        key=KEY,
        at=at,
    )


def _open_actions(primary: Child) -> list[Action]:
    rows = Action.objects.of(primary).to_do().filter(source_kind=SOURCE_KIND, key=KEY)
    return list(rows.order_by("pk"))


@command
def worker_actions_meet(user: User | None, *, child_id: int, at: datetime) -> None:
    """The allocation has ended, and no other runs: that is what was asked."""
    primary = lock_cluster(child_id)
    actions = _open_actions(primary)
    if actions and worker_of(primary) is None:
        for action in actions:
            action_complete(user, action=action, outcome="The allocation has ended.", at=at)


@command
def worker_actions_withdraw(user: User, *, child: Child, at: datetime) -> None:
    """The child is on a board again: the worker goes on without a word."""
    for action in _open_actions(lock_cluster(child.pk)):
        action_cancel(user, action=action, reason="The child is on a board again.", at=at)
