"""A wait for a worker ends: with a worker, without one and why, or because the level fell (T6)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.leaving import has_left
from cems.accounts.models import Duty, DutyDesk, User
from cems.actions.services import actions_meet
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.choices import RiskLevel
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.clocks.choices import OPEN
from cems.clocks.models import Clock
from cems.clocks.services import clock as clocks
from matrix.rules import CE_WORKER
from triage.allocation.selectors.wait import waits_by_board
from triage.allocation.services.wait import allocation_wait_open
from triage.choices import WaitEnd, WorkerKind
from triage.clocks import LOOK_AGAIN
from triage.models import Allocation, AllocationDeclined, AllocationWait, WeekendCover
from triage.policy import LOOK_AGAIN_DAYS


@command
def allocation_decline(
    user: User, *, child: Child, why: str, kind: WorkerKind = WorkerKind.CE_WORKER, at: datetime | None = None
) -> AllocationDeclined:
    """No worker is given for now, and why. At Significant a clock asks to look again (T6).

    Said again, it counts as having looked again. Raises Conflict when a worker was given meanwhile.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    if says_nothing(why):
        raise Invalid("Say why no worker is given, and who supports the child meanwhile.", field="why")
    allocation = Allocation.objects.of(primary).running(kind).select_related("worker").first()
    if allocation:
        raise Conflict(f"{allocation.worker} was given the child meanwhile.")
    _end_waits(user, primary, kind, WaitEnd.NOT_MADE, why.strip(), instant)
    _end_looks(user, primary, kind, instant)
    if kind is WorkerKind.CE_WORKER:
        words = "No worker is given for now. Why stands with the decision."  # read more widely than that
        actions_meet(user, child=primary, keys={CE_WORKER}, outcome=words, at=instant)
    level = RiskLevel(primary.current_level.level) if primary.current_level else None
    clock = None
    if kind is WorkerKind.CE_WORKER and level is RiskLevel.SIGNIFICANT and primary.died_on is None:
        length = LOOK_AGAIN_DAYS.read(instant, primary.area_id)
        clock = clocks.clock_start(
            user,
            kind=LOOK_AGAIN.key,
            owner=desk_of(Duty.ERASE, primary.area_id),
            deadline=close_of_business(instant, length.value, word="looked at"),
            length=length,
            reference=next_reference("WTG", instant),
            url=reverse("children:overview", args=[primary.public_id]),
            child=primary.public_id,
            at=instant,
        )
    row = AllocationDeclined.objects.create(
        child=primary, kind=kind, level=level, why=why.strip(), by=user, at=instant, clock=clock
    )
    record(user, verb=Verb.DECIDED, subject=row, child=primary.public_id, part="decisions", at=instant)
    return row


@command
def weekend_cover_set(
    user: User,
    *,
    wait: AllocationWait,
    held_by: User,
    until: date,
    plan: str,
    duty_team_told: bool,
    at: datetime | None = None,
) -> WeekendCover:
    """Before days off: who holds a child that still waits until the next working day, and what is in force.

    Said again for the same day it replaces what was said. Raises Conflict when the child waits no more.
    """
    instant = at or now()
    primary = lock_cluster(wait.child_id)
    locked_allocation_wait = AllocationWait.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=wait.pk
    )
    if locked_allocation_wait.ended_at:
        raise Conflict("This child no longer waits for a worker.")
    if says_nothing(plan):
        raise Invalid("Say what keeps the child safe meanwhile.", field="plan")
    if until <= local_date(instant):
        raise Invalid("Hold the child until a day that is still to come.", field="until")
    if has_left(held_by, until - timedelta(days=1)):
        raise Invalid(f"{held_by} leaves before then. Choose somebody else.", field="held_by")
    row = WeekendCover.objects.filter(wait=locked_allocation_wait, until=until).first() or WeekendCover(
        wait=locked_allocation_wait, child_id=locked_allocation_wait.child_id, until=until
    )
    row.held_by, row.plan, row.recorded_by, row.at = held_by, plan.strip(), user, instant
    if duty_team_told and row.duty_team_told_at is None:
        row.duty_team_told_at = instant
    row.save()
    record(user, verb=Verb.CHANGED, subject=row, child=primary.public_id, part="plan", at=instant)
    return row


@command
def waits_meet(user: User, *, primary: Child, kind: WorkerKind, at: datetime) -> None:
    """A worker was given: no wait and no look-again goes on, for the record nor for one joined to it."""
    _end_waits(user, primary, kind, WaitEnd.ALLOCATED, "", at)
    _end_looks(user, primary, kind, at)


@command
def waits_follow_level(user: User, *, child_id: int, at: datetime) -> None:
    """Below Moderate nobody waits any more; below Significant nobody needs to look again why there is no worker,
    and whether one is needed has been considered. At Significant a child without a worker waits for one.

    The level that stands counts: a decision that is entered late does not undo a newer one.
    """
    primary = lock_cluster(child_id)
    agreed = primary.current_level
    level = RiskLevel(agreed.level) if agreed else RiskLevel.NONE
    if level < RiskLevel.MODERATE:
        why = f"{level.label} was agreed."
        _end_waits(user, primary, WorkerKind.CE_WORKER, WaitEnd.NO_LONGER, why, at)
    if level < RiskLevel.SIGNIFICANT:
        _end_looks(user, primary, WorkerKind.CE_WORKER, at)
    if agreed and level < RiskLevel.SIGNIFICANT:  # at Significant the worker is to be given, not considered
        words = f"{agreed.get_forum_display()} has considered it ({agreed.reference})."
        actions_meet(user, child=primary, keys={CE_WORKER}, outcome=words, at=at)
    if agreed and agreed.happened_at == at and waits_by_board(primary, agreed.forum, level):
        why = f"{agreed.get_forum_display()} agreed {level.label} ({agreed.reference})."
        allocation_wait_open(user, child=primary, level=level, why=why, at=at)


@command
def waits_follow_area(user: User, *, child_id: int, at: datetime) -> None:
    """The child lives elsewhere: who waits for a worker, or is to be looked at again, is that area's ERASE desk's.

    A clock that another team or a person has stays there.
    """
    primary = lock_cluster(child_id)
    desk = desk_of(Duty.ERASE, primary.area_id)
    others = DutyDesk.objects.filter(duty=Duty.ERASE).exclude(team=desk).values("team")
    for model in (AllocationWait, AllocationDeclined):
        rows = model.objects.of(primary).filter(ended_at__isnull=True, clock__owner_team__in=others)
        for row in rows.filter(clock__stage__in=OPEN).select_related("clock").order_by("pk"):
            reason = "The child lives in another area now"
            if row.clock:
                clocks.clock_hand_over(user, clock=row.clock, owner=desk, reason=reason, at=at)


def _end_waits(user: User, primary: Child, kind: WorkerKind, how: WaitEnd, why: str, at: datetime) -> None:
    rows = AllocationWait.objects.of(primary).filter(kind=kind, ended_at__isnull=True)
    for row in rows.select_related("clock").select_for_update(no_key=True, of=("self",)):
        row.ended_at, row.ended_how, row.ended_why, row.ended_by = at, how, why, user
        row.save(update_fields=["ended_at", "ended_how", "ended_why", "ended_by"])
        if row.clock.stage in OPEN:
            if how is WaitEnd.ALLOCATED:
                clocks.clock_meet(user, clock=row.clock, at=at)
            else:
                clocks.clock_cancel(user, clock=row.clock, reason=str(how.label), at=at)
        record(user, verb=Verb.CLOSED, subject=row, child=primary.public_id, part="decisions", at=at)


def _end_looks(user: User, primary: Child, kind: WorkerKind, at: datetime) -> None:
    rows = (
        AllocationDeclined.objects.of(primary)
        .filter(kind=kind, ended_at__isnull=True)
        .select_related("clock")
    )
    open_rows = list(rows.select_for_update(no_key=True, of=("self",)))
    for row in open_rows:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
    _meet([row.clock for row in open_rows if row.clock], user, at)


def _meet(running: Iterable[Clock], user: User, at: datetime) -> None:
    """Meet what still runs: a death or a hand may have cancelled it."""
    for clock in running:
        if clock.stage in OPEN:
            clocks.clock_meet(user, clock=clock, at=at)
