"""Statuses (C2) and involvements (C3): opened, closed once, and the access that follows at once."""

from datetime import date, datetime

from django.db.models import Q

from cems.accounts.models import Authority, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.children.events import StatusOpened
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Status


@command
def status_open(
    user: User,
    *,
    child: Child,
    kind: str,
    starts_on: date,
    legal_basis: str = "",
    responsible: Authority | None = None,
    ends_on: date | None = None,
    at: datetime | None = None,
) -> Status:
    """Record that the child has this status from `starts_on`. Raises Invalid (a day that can't be, a last day
    before the first) or Conflict (overlap)."""
    instant = at or now()
    if starts_on < child.date_of_birth:
        raise Invalid("The status starts before the child was born. Check the date.", field="starts_on")
    if starts_on > local_date(instant):
        raise Invalid("The status starts in the future. Record it on the day it begins.", field="starts_on")
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("The last day is before the first. Check the dates.", field="ends_on")
    primary = lock_cluster(child.pk)
    running = Status.objects.of(primary).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on), kind=kind
    )
    if (running.filter(starts_on__lte=ends_on) if ends_on else running).exists():
        raise Conflict(
            "The child already has this status in that time. End the earlier one first.", field="starts_on"
        )
    row = Status.objects.create(
        child=primary,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        legal_basis=legal_basis,
        responsible=responsible,
        recorded_at=instant,
        recorded_by=user,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="status", at=instant)
    publish(StatusOpened(child_id=primary.pk, kind=kind, user_id=user.pk, at=instant))
    return row


@command
def status_close(user: User, *, status: Status, ends_on: date, at: datetime | None = None) -> Status:
    """End a status on its last day. Raises Invalid before its start or where it has ended."""
    instant = at or now()
    locked_status = Status.objects.select_for_update().get(pk=status.pk)
    if locked_status.ends_on is not None:
        raise Conflict("This status has already ended.")
    if ends_on < locked_status.starts_on:
        raise Invalid("The last day is before the first. Check the date.", field="ends_on")
    locked_status.ends_on = ends_on
    locked_status.save(update_fields=["ends_on"])
    record(
        user,
        verb=Verb.CHANGED,
        subject=locked_status,
        child=locked_status.child.public_id,
        part="status",
        at=instant,
    )
    return locked_status
