"""What CEVT asked of an agency and nobody answered in time: its clock is never paused for ever (T2)."""

from datetime import datetime

from cems.actions.models import Action
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import say
from cems.base.command import command
from cems.base.time import local_date
from cems.children.matching.services.cluster import lock_cluster
from cems.clocks.choices import OPEN, Stage
from cems.clocks.models import Clock
from cems.clocks.recipients import holders
from cems.clocks.services.clock import clock_resume
from cems.notices.services import notice_send
from triage.cevt.selectors.chairs import chairs_of_items
from triage.models import InformationRequest, Item

NOT_ANSWERED = "Nobody answered in the time that was given"


@command
def information_requests_run_on(user: None, *, at: datetime) -> int:
    """CEVT's clocks that wait for an answer whose time is over run on from then; who has them and CEVT's chairs are
    told. Returns how many.

    A question that went to a colleague, to their team or on to the next meeting waits as long as it does there.
    """
    paused = Item.objects.filter(
        closed_at__isnull=True, clock__stage=Stage.PAUSED, information_requests__answered_at__isnull=True
    )
    keys = list(paused.order_by("pk").distinct().values_list("pk", "child_id"))
    return sum(_runs_on(item_id, child_id, at) for item_id, child_id in keys)


def _runs_on(item_id: int, child_id: int, at: datetime) -> bool:
    primary = lock_cluster(child_id)
    item = Item.objects.select_for_update(no_key=True, of=("self",)).select_related("clock").get(pk=item_id)
    requests = list(
        InformationRequest.objects.filter(item=item, answered_at__isnull=True).select_related(
            "agency", "action__clock"
        )
    )
    if item.closed_at or item.clock is None or item.clock.stage != Stage.PAUSED or not requests:
        return False  # somebody was quicker
    ends = [_asked_until(request.action) for request in requests]
    if any(end is not None and end > at for end in ends):
        return False
    over_at = max([end for end in ends if end], default=at)
    if item.clock.paused_at:
        over_at = max(over_at, item.clock.paused_at)
    clock = clock_resume(None, clock=item.clock, reason=NOT_ANSWERED, at=over_at)
    for request in requests:
        record(
            None,
            verb=Verb.CHANGED,
            subject=request,
            child=primary.public_id,
            part="decisions",
            reason=NOT_ANSWERED,
            at=at,
        )
    _tell(clock, " and ".join(sorted({request.agency.name for request in requests})), at)
    return True


def _asked_until(action: Action) -> datetime | None:
    """How long somebody has time to answer; None where nobody is asked any more."""
    newest = action
    while carried := Action.objects.filter(carried_from=newest).select_related("clock").first():
        newest = carried
    clock = newest.clock
    return clock.due_at if newest.is_open and clock and clock.stage in OPEN else None


def _tell(clock: Clock, agencies: str, at: datetime) -> None:
    day = local_date(at)
    notice_send(
        holders([clock], day)[clock.pk] | chairs_of_items([clock], day).get(clock.pk, set()),
        kind="triage.not_answered",
        key=f"clock:{clock.public_id}:not_answered:{clock.round}",
        text=f"{clock.reference}: {agencies} did not answer in time, so the clock runs again."
        f" Due {say(clock.due_at)}.",
        url=clock.url,
        reference=clock.reference,
        child=clock.child,
        at=at,
    )
