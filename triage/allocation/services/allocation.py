"""A worker is given a child, another takes over, it ends: access comes and goes with it, at once (T6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from cems.accounts.models import User
from cems.actions.services import actions_meet
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.base.words import counted, says_nothing
from cems.children.choices import RiskLevel
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.services.involvement import involvement_decide, involvement_end, involvement_start
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Involvement
from matrix.rules import CE_WORKER
from triage.allocation.rules.workload import cautions, stop
from triage.allocation.selectors.candidates import Choice, choice_for
from triage.allocation.services.allocation_notice import tell_ended, tell_given
from triage.allocation.services.wait import allocation_wait_open
from triage.allocation.services.wait_end import waits_meet
from triage.choices import WorkerKind
from triage.events import AllocationEnded
from triage.models import Allocation
from triage.policy import REASSIGN_MOST


@dataclass(frozen=True)
class Move:
    """One child of a worker goes to another."""

    allocation: Allocation
    worker: User


@command
def allocation_make(
    user: User,
    *,
    child: Child,
    worker: User,
    kind: WorkerKind = WorkerKind.CE_WORKER,
    why: str = "",
    at: datetime | None = None,
) -> Allocation:
    """Give a worker the child: access at once, the wait ends, worker and social worker are told (T6).

    `why` is needed at Moderate (R 29), over the worker's room, before a leave or a last day. Raises Conflict
    when the child has a worker already (of two managers the first counts), Invalid naming what to mend.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    choice = _locked_choice(primary, kind, worker, instant)
    if choice.held:
        raise Conflict(
            f"{choice.held.worker} has the child already. Choose “another worker” to move the child."
        )
    if choice.stop:
        raise Invalid(choice.stop, field="worker")
    moderate = kind is WorkerKind.CE_WORKER and choice.level is RiskLevel.MODERATE
    _may_be_given(choice, worker, why, instant, moderate=moderate)
    return _give(user, choice, worker, why.strip(), instant, recorded_at=now() if at is None else instant)


@command
def allocation_move(
    user: User, *, allocation: Allocation, worker: User, why: str, at: datetime | None = None
) -> Allocation:
    """Another worker takes the child over: the one ends and the other begins in the same instant (T6).

    Raises Conflict when it ended meanwhile, Invalid without a reason or where the worker can't be given it.
    """
    instant = at or now()
    primary = lock_cluster(allocation.child_id)
    locked_allocation = _locked_open(allocation)
    if says_nothing(why):
        raise Invalid("Say why another worker takes over.", field="why")
    choice = _locked_choice(primary, WorkerKind(locked_allocation.kind), worker, instant)
    _may_be_given(choice, worker, why, instant)
    _finish(user, locked_allocation, why.strip(), instant)
    rest = Allocation.objects.of(primary).running(locked_allocation.kind).select_related("worker")
    if other := rest.first():
        raise Conflict(f"{other.worker} has the child too, by a record joined to this one. End that first.")
    recorded_at = now() if at is None else instant
    return _give(user, choice, worker, why.strip(), instant, recorded_at=recorded_at)


@command
def allocation_end(user: User, *, allocation: Allocation, why: str, at: datetime | None = None) -> Allocation:
    """The worker no longer has the child, and the access is gone. At Significant the child waits again.

    Raises Conflict when it has ended already, Invalid without a reason.
    """
    instant = at or now()
    primary = lock_cluster(allocation.child_id)
    locked_allocation = _locked_open(allocation)
    if says_nothing(why):
        raise Invalid("Say why the work ends.", field="why")
    _finish(user, locked_allocation, why.strip(), instant)
    wait_reopen(user, primary, WorkerKind(locked_allocation.kind), instant)
    publish(AllocationEnded(primary.pk, locked_allocation.kind, user.pk, instant))
    return locked_allocation


@command
def allocations_move(
    user: User, *, worker: User, to: Mapping[UUID, User], why: str, at: datetime | None = None
) -> list[Allocation]:
    """Each of these children of one worker goes to the colleague chosen for it; all or none (T6).

    `to`: allocation → who takes over. Raises Invalid for more than REASSIGN_MOST at once, Conflict where one
    has ended or is another's by now.
    """
    instant = at or now()
    if not to:
        raise Invalid("Choose who takes over at least one child.", field="to")
    if len(to) > (most := REASSIGN_MOST.at(instant)):
        raise Invalid(f"Move at most {counted(most, 'child')} at once, then go on with the rest.", field="to")
    rows = Allocation.objects.filter(public_id__in=list(to), worker=worker, ended_at__isnull=True)
    moves = [Move(row, to[row.public_id]) for row in rows.order_by("child", "pk")]
    if len(moves) != len(to):
        raise Conflict("One of these children is no longer with this worker. Look at the list again.")
    for child_id in sorted({move.allocation.child_id for move in moves}):
        lock_cluster(child_id)
    return [
        allocation_move(user, allocation=move.allocation, worker=move.worker, why=why, at=at or instant)
        for move in moves
    ]


@command
def allocation_end_elsewhere(user: User | None, *, child_id: int, at: datetime) -> None:
    """Somebody ended the involvement an allocation rests on: the allocation ends with it, told and seen."""
    primary = lock_cluster(child_id)
    rows = Allocation.objects.of(primary).filter(ended_at__isnull=True, involvement__ended_at__isnull=False)
    for allocation in rows.select_related("involvement", "worker").select_for_update(
        no_key=True, of=("self",)
    ):
        why = allocation.involvement.end_reason or "The involvement was ended."
        _close(user, allocation, why, max(allocation.starts_at, allocation.involvement.ended_at or at))
        wait_reopen(user, primary, WorkerKind(allocation.kind), at)
        publish(AllocationEnded(primary.pk, allocation.kind, user.pk if user else None, at))


def wait_reopen(user: User | None, primary: Child, kind: WorkerKind, at: datetime) -> None:
    """A child at Significant who lost the worker waits anew: nobody drops off (T6)."""
    level = RiskLevel(primary.current_level.level) if primary.current_level else None
    if kind is WorkerKind.CE_WORKER and level is RiskLevel.SIGNIFICANT and primary.died_on is None:
        allocation_wait_open(
            user, child=primary, level=level, why="The allocation before has ended.", kind=kind, at=at
        )


def _locked_choice(primary: Child, kind: WorkerKind, worker: User, at: datetime) -> Choice:
    """The choice as it stands; of two managers filling the last place of one worker the second sees it full."""
    User.objects.get_queryset().select_for_update(no_key=True, of=("self",)).get(pk=worker.pk)
    return choice_for(primary, kind, at, user_id=worker.pk)


def _locked_open(allocation: Allocation) -> Allocation:
    rows = Allocation.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "involvement", "worker"
    )
    locked_allocation: Allocation = rows.get(pk=allocation.pk)
    if locked_allocation.ended_at is not None:
        raise Conflict(f"{locked_allocation.worker} no longer has the child. Look at the page again.")
    return locked_allocation


def _may_be_given(choice: Choice, worker: User, why: str, at: datetime, *, moderate: bool = False) -> None:
    """Raises Invalid where the worker can't be given the child, or where a reason is wanted first (cevt-f6)."""
    candidate = choice.candidate(worker.pk)
    if candidate is None:
        raise Invalid(
            f"{worker} is not a {choice.kind.label.lower()} of this team today: left, or in another role or team.",
            field="worker",
        )
    if words := stop(candidate, local_date(at)):
        raise Invalid(f"{worker}: {words}", field="worker")
    reasons = cautions(candidate, local_date(at))
    if moderate:
        reasons.insert(0, "The child is at Moderate.")
    if reasons and says_nothing(why):
        raise Invalid(f"{' '.join(reasons)} Say why {worker} is given the child all the same.", field="why")


def _give(
    user: User, choice: Choice, worker: User, why: str, at: datetime, *, recorded_at: datetime
) -> Allocation:
    primary, given = choice.child, choice.worker(worker.pk)
    assert given is not None  # noqa: S101 - _may_be_given has asked
    row = Allocation(
        public_id=uuid4(),
        child=primary,
        kind=choice.kind,
        worker=worker,
        level=choice.level if choice.level is not None else RiskLevel.NONE,
        why=why,
        allocated_by=user,
        starts_at=at,
        recorded_at=recorded_at,
    )
    row.involvement = _involvement(user, primary, worker, choice, at, recorded_at)
    row.save(force_insert=True)
    waits_meet(user, primary=primary, kind=choice.kind, at=at)
    if choice.kind is WorkerKind.CE_WORKER:
        actions_meet(user, child=primary, keys={CE_WORKER}, outcome=f"{worker} has the child.", at=at)
    detail = {"kind": str(choice.kind), "level": int(row.level)}
    record(
        user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="decisions", detail=detail, at=at
    )
    tell_given(user, row, choice.social_worker.user if choice.social_worker else None, at)
    return row


def _involvement(
    user: User, primary: Child, worker: User, choice: Choice, at: datetime, recorded_at: datetime
) -> Involvement:
    """The involvement it gives; one that somebody recorded by hand before is taken over."""
    open_rows = Involvement.objects.of(primary).filter(
        user=worker, case_role=choice.kind.case_role, ended_at__isnull=True
    )
    for row in open_rows.exclude(state=InvolvementState.REFUSED).order_by("pk"):
        if Allocation.objects.filter(involvement=row).exists():
            continue
        if row.state == InvolvementState.CLAIMED:
            return involvement_decide(user, involvement=row, agree=True, at=at)
        return row
    given = choice.worker(worker.pk)
    return involvement_start(
        user,
        child=primary,
        case_role=choice.kind.case_role,
        person=worker,
        team=given.team if given else None,
        at=at,
        recorded_at=recorded_at,
    )


def _finish(user: User, allocation: Allocation, why: str, at: datetime) -> None:
    """End it, and then the involvement: what listens to that finds the allocation ended already."""
    if at < allocation.starts_at:
        raise Invalid("The end is before the start. Check the time.", field="why")
    _close(user, allocation, why, at)
    if allocation.involvement.ended_at is None:
        # The reason itself stands with the allocation; who works with the child is read more widely.
        involvement_end(user, involvement=allocation.involvement, reason="The allocation has ended.", at=at)


def _close(user: User | None, allocation: Allocation, why: str, at: datetime) -> None:
    allocation.ended_at, allocation.ended_why, allocation.ended_by = at, why, user
    allocation.save(update_fields=["ended_at", "ended_why", "ended_by"])
    child = allocation.child
    record(user, verb=Verb.CLOSED, subject=allocation, child=child.public_id, part="decisions", at=at)
    tell_ended(user, allocation, at)
