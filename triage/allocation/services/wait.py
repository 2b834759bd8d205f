"""A child waits for a worker, by a clock (T6)."""

from datetime import datetime
from uuid import uuid4

from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.base.references import next_reference
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.clocks.services import clock as clocks
from cems.policy.declared import Reading
from triage.choices import WorkerKind
from triage.clocks import WAITING
from triage.models import Allocation, AllocationWait, Decision
from triage.policy import ALLOCATE_MODERATE_DAYS, ALLOCATE_SIGNIFICANT_DAYS


def waiting_length(level: RiskLevel, at: datetime, authority_id: int) -> Reading[int]:
    """How many working days a child at this level waits for a worker at most (settings)."""
    policy = ALLOCATE_SIGNIFICANT_DAYS if level is RiskLevel.SIGNIFICANT else ALLOCATE_MODERATE_DAYS
    return policy.read(at, authority_id)


@command
def allocation_wait_open(
    user: User | None,
    *,
    child: Child,
    level: RiskLevel,
    why: str = "",
    decision: Decision | None = None,
    kind: WorkerKind = WorkerKind.CE_WORKER,
    at: datetime | None = None,
) -> AllocationWait | None:
    """The child waits for a worker from now on; the ERASE desk has the clock (T6).

    Somebody who has a worker already waits for none (None). Who waits already goes on waiting as before.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    if Allocation.objects.of(primary).running(kind).exists():
        return None
    allocation_wait = AllocationWait.objects.of(primary).filter(kind=kind, ended_at__isnull=True).first()
    if allocation_wait:
        return allocation_wait
    length = waiting_length(level, instant, primary.area_id)
    clock = clocks.clock_start(
        user,
        kind=WAITING.key,
        owner=desk_of(Duty.ERASE, primary.area_id),
        deadline=close_of_business(instant, length.value, word="agreed"),
        length=length,
        reference=next_reference("WTG", instant),
        title=f"Allocate a {kind.label.lower()} ({level.label})",
        url=reverse("children:overview", args=[primary.public_id]),
        child=primary.public_id,
        at=instant,
    )
    row = AllocationWait.objects.create(
        public_id=uuid4(),
        child=primary,
        kind=kind,
        decision=decision,
        level=level,
        why=why,
        since=instant,
        clock=clock,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="decisions", at=instant)
    return row
