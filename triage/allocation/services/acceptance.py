"""The worker takes a child up: accepts, plans the first visit, tells the social worker (T6)."""

from datetime import date, datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import local_date, now
from cems.children.matching.services.cluster import lock_cluster
from cems.notices.services import notices_settle
from triage.models import Allocation


@command
def allocation_accept(
    user: User,
    *,
    allocation: Allocation,
    first_visit_on: date | None = None,
    social_worker_told: bool = False,
    at: datetime | None = None,
) -> Allocation:
    """Accept the child; say when the first visit is, and that the social worker knows. Said again, it corrects.

    Raises NotAllowed for anybody but the worker, Conflict when it has ended, Invalid for an earlier visit.
    """
    instant = at or now()
    lock_cluster(allocation.child_id)
    rows = Allocation.objects.select_for_update(no_key=True, of=("self",)).select_related("child")
    locked_allocation: Allocation = rows.get(pk=allocation.pk)
    if locked_allocation.worker_id != user.pk:
        raise NotAllowed("Only the worker who was given the child accepts it.")
    if locked_allocation.ended_at is not None:
        raise Conflict("This allocation has ended. The ERASE manager knows who has the child now.")
    if first_visit_on and first_visit_on < local_date(locked_allocation.starts_at):
        raise Invalid("The first visit can't be before the child was given to you.", field="first_visit_on")
    locked_allocation.accepted_at = locked_allocation.accepted_at or instant
    locked_allocation.first_visit_on = first_visit_on or locked_allocation.first_visit_on
    if social_worker_told:
        locked_allocation.social_worker_told_at = locked_allocation.social_worker_told_at or instant
    locked_allocation.save(update_fields=["accepted_at", "first_visit_on", "social_worker_told_at"])
    notices_settle(user, about=[f"triage:{allocation.public_id}:given"], at=instant)
    record(
        user,
        verb=Verb.CHANGED,
        subject=locked_allocation,
        child=locked_allocation.child.public_id,
        part="involved",
        at=instant,
    )
    return locked_allocation
