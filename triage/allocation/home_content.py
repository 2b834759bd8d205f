"""What allocation adds to a person's first page, and to an action that asks for a worker (T6)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.actions.models import Action
from cems.actions.slots import DoneAt
from cems.base.first_page import Place, StartButton, WorkItem
from cems.children.matching.selectors.cluster import seen
from matrix.rules import CE_WORKER
from matrix.services.follow_up import LEVEL_SOURCE, SOURCE
from triage.allocation.selectors.board import gone_workers, orphans
from triage.allocation.selectors.caseload import taken_up_by, to_take_up
from triage.allocation.selectors.handover import asked_now, until_day
from triage.choices import WorkerKind
from triage.models import AllocationWait


def _waiting_count(user: User, now: datetime) -> int:
    """How many children wait for a worker, of those the person may see."""
    return AllocationWait.objects.of_visible(user).filter(ended_at__isnull=True).count()


BUTTONS = (
    StartButton(
        "Allocation: who has room",
        "allocation:board",
        Work.ALLOCATION,
        also=(Work.OVERSIGHT,),
        count=_waiting_count,
    ),
    StartButton("My children", "allocation:caseload", Work.DIRECT_WORK),
)
PLACES = (
    Place("Allocation", "allocation:board", (Work.ALLOCATION, Work.OVERSIGHT)),
    Place("My children", "allocation:caseload", (Work.DIRECT_WORK, Work.INTERVIEWS)),
)


def items(user: User, now: datetime) -> Iterable[WorkItem]:
    """For a worker what to take up; for the manager whose worker has gone, and the handover before days off."""
    profile = profile_of(user)
    if profile.may(Work.DIRECT_WORK) or profile.may(Work.INTERVIEWS):
        yield from _taking_up(user)
    if profile.may(Work.ALLOCATION):
        yield from _managing(user, now)


def counts(user: User, now: datetime) -> Iterable[QuerySet[Any, Any] | int]:
    """How much of that there is."""
    profile = profile_of(user)
    if profile.may(Work.DIRECT_WORK) or profile.may(Work.INTERVIEWS):
        yield taken_up_by(user).of_visible(user)
    if profile.may(Work.ALLOCATION):
        yield gone_workers(user, now)
        yield int(_asks_who_holds(user, now))


def _taking_up(user: User) -> Iterable[WorkItem]:
    rows = to_take_up(user)
    children = seen(user, {row.child_id for row in rows})
    for row in rows:
        if child := children.get(row.child_id):
            yield WorkItem(
                what="Plan the first visit" if row.accepted_at else "Accept a child given to you",
                why=f"Given to you by {row.allocated_by}",
                url=reverse("allocation:detail", args=[child.public_id, row.public_id]),
                child=child.public_id,
                reference=child.reference,
                today=True,
                doing="Plan" if row.accepted_at else "Accept",
            )


def _managing(user: User, now: datetime) -> Iterable[WorkItem]:
    for orphan in orphans(user, now):
        yield WorkItem(
            what="Give the child to another worker",
            why=f"{orphan.allocation.worker} {orphan.why}",
            url=reverse("allocation:candidates", args=[orphan.child.public_id, orphan.allocation.kind]),
            child=orphan.child.public_id,
            reference=orphan.child.reference,
            today=True,
            doing="Allocate",
            counted=orphan.gone,
        )
    if _asks_who_holds(user, now):
        until = until_day(now)
        yield WorkItem(
            what="Say who holds each waiting child",
            why=f"Nobody is at work again before {until:%A %-d %B}",
            url=reverse("allocation:handover"),
            today=True,
        )


def _candidates(action: Action) -> str:
    if action.child is None:
        return ""
    return reverse("allocation:candidates", args=[action.child.public_id, WorkerKind.CE_WORKER])


WORKER_GIVEN = tuple(
    DoneAt(source, CE_WORKER, "Give the child a worker, or say why not", _candidates, Work.ALLOCATION)
    for source in (SOURCE, LEVEL_SOURCE)
)


def _asks_who_holds(user: User, now: datetime) -> bool:
    """Whether it is late before days off and somebody waits for a worker, of whom nobody has said who holds them."""
    waiting = AllocationWait.objects.of_visible(user).filter(ended_at__isnull=True)
    unheld = waiting.exclude(weekend_covers__until=until_day(now))
    return asked_now(now) is not None and unheld.exists()
