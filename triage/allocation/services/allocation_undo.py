"""A child was given to a worker in error: it is undone, and what it had met is open again (K1, T6)."""

from datetime import datetime

from cems.accounts.models import User
from cems.actions.choices import Status
from cems.actions.models import Action
from cems.actions.services import action_reopen
from cems.audit.choices import Verb
from cems.audit.selectors import has_written
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.history.services.involvement import involvement_end, involvement_start
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import cluster_of
from cems.clocks.choices import Stage
from cems.clocks.models import Clock
from cems.clocks.services import clock as clocks
from matrix.rules import CE_WORKER
from triage.allocation.selectors.allocation import moved_from
from triage.allocation.services.allocation import wait_reopen
from triage.allocation.services.allocation_notice import tell_undone
from triage.allocation.services.wait_end import waits_follow_area, waits_follow_level
from triage.choices import WaitEnd, WorkerKind
from triage.models import Allocation, AllocationDeclined, AllocationWait

REOPENED = "The allocation was undone"


@command
def allocation_undo(
    user: User, *, allocation: Allocation, why: str, at: datetime | None = None
) -> Allocation:
    """The child was given in error: worker, access and figures are without it; wait, clock and tasks it met go on.

    Possible on the day it was recorded, and after it until the worker accepted. Raises NotAllowed for anybody but the
    user who gave the child, Invalid without a reason or where the child was moved, Conflict where it has ended, or the
    worker recorded something meanwhile.
    """
    instant = at or now()
    primary = lock_cluster(allocation.child_id)
    rows = Allocation.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "involvement__team", "worker"
    )
    row: Allocation = rows.get(pk=allocation.pk)
    _may_be_undone(user, row, why, primary, instant)
    row.undone, row.ended_at, row.ended_by, row.ended_why = True, instant, user, f"Undone: {why.strip()}"
    row.save(update_fields=["undone", "ended_at", "ended_by", "ended_why"])
    _involvement_back(user, row, primary, instant)
    _waits_back(user, row, primary, instant)
    _actions_back(user, row, primary, why.strip(), instant)
    record(
        user,
        verb=Verb.WITHDRAWN,
        subject=row,
        child=primary.public_id,
        part="decisions",
        reason=why.strip(),
        at=instant,
    )
    tell_undone(user, row, instant)
    return row


def _may_be_undone(user: User, row: Allocation, why: str, primary: Child, at: datetime) -> None:
    if row.allocated_by_id != user.pk:
        raise NotAllowed("Only the user who gave the child undoes that. Others end the allocation.")
    if row.ended_at is not None:
        raise Conflict(f"{row.worker} no longer has the child. Look at the page again.")
    if says_nothing(why):
        raise Invalid("Say what was wrong with it.", field="why")
    if before := moved_from(row):
        raise Invalid(
            f"The child came from {before.worker}. Give the child back by “another worker”.", field="why"
        )
    if row.accepted_at is not None and local_date(row.recorded_at) != local_date(at):
        raise Conflict(f"{row.worker} has accepted the child. End the allocation instead.")
    written = has_written(
        row.worker_id,
        cluster_of(primary.pk).values(),
        since=row.starts_at,
        but=(Allocation._meta.label_lower,),
    )
    if written:
        raise Conflict(
            f"{row.worker} has recorded something about the child by now. End the allocation instead."
        )


def _involvement_back(user: User, row: Allocation, primary: Child, at: datetime) -> None:
    """The involvement it began ends; where it took over one that stood before, that goes on by itself."""
    stood = row.involvement
    if stood.ended_at is not None:
        return
    involvement_end(user, involvement=stood, reason="The allocation was undone.", at=at)
    if stood.started_at < row.starts_at:
        involvement_start(
            user, child=primary, case_role=stood.case_role, person=row.worker, team=stood.team, at=at
        )


def _waits_back(user: User, row: Allocation, primary: Child, at: datetime) -> None:
    """Whoever waited, or was to be looked at again, does so as before, unless level or area changed meanwhile."""
    same = {"kind": row.kind, "ended_at": row.starts_at}
    for wait in (
        AllocationWait.objects.of(primary).filter(ended_how=WaitEnd.ALLOCATED, **same).select_related("clock")
    ):
        wait.ended_at, wait.ended_how, wait.ended_why, wait.ended_by = None, "", "", None
        wait.save(update_fields=["ended_at", "ended_how", "ended_why", "ended_by"])
        _run_on(user, wait.clock, primary, at)
        record(user, verb=Verb.CHANGED, subject=wait, child=primary.public_id, part="decisions", at=at)
    for look in AllocationDeclined.objects.of(primary).filter(**same).select_related("clock"):
        look.ended_at = None
        look.save(update_fields=["ended_at"])
        _run_on(user, look.clock, primary, at)
    wait_reopen(user, primary, WorkerKind(row.kind), at)
    waits_follow_level(user, child_id=primary.pk, at=at)
    waits_follow_area(user, child_id=primary.pk, at=at)


def _run_on(user: User, clock: Clock | None, primary: Child, at: datetime) -> None:
    if clock is not None and clock.stage == Stage.MET and primary.died_on is None:
        clocks.clock_reopen(user, clock=clock, reason=REOPENED, at=at)


def _actions_back(user: User, row: Allocation, primary: Child, why: str, at: datetime) -> None:
    """What it had met is to do again."""
    if row.kind != WorkerKind.CE_WORKER:
        return
    met = Action.objects.of(primary).filter(
        key=CE_WORKER, status=Status.DONE, closed_at=row.starts_at, closed_by=row.allocated_by_id
    )
    for action in met.order_by("pk"):
        action_reopen(user, action=action, reason=f"{REOPENED}: {why}", at=at)
