"""Statuses (C2) and involvements (C3): opened, closed once, and the access that follows at once."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from cems.accounts.models import Authority, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.children.events import StatusOpened, StatusWithdrawn
from cems.children.history.services.correction import correction_write, refuse_overtaken
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Status


@dataclass(frozen=True)
class MendedStatus:
    """What a status says once it is corrected."""

    kind: str
    starts_on: date
    ends_on: date | None = None
    legal_basis: str = ""
    responsible: Authority | None = None


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
    _check_days(child, starts_on, ends_on, local_date(instant))
    primary = lock_cluster(child.pk)
    _refuse_overlap(primary, kind, starts_on, ends_on)
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
def status_correct(
    user: User,
    *,
    status: Status,
    mended: MendedStatus,
    why: str,
    version: int,
    at: datetime | None = None,
) -> Status:
    """Put right what was recorded wrongly; what it said, who and why are kept (C2).

    `version` is the one the user saw. Raises Overtaken where a colleague changed it since, Invalid for a day that
    can't be or without a reason, Conflict where the same status runs in that time.
    """
    instant = at or now()
    primary, row = lock_cluster(status.child_id), _locked(status)
    refuse_overtaken(row, version, {name: getattr(row, name) for name in vars(mended)})
    _check_days(primary, mended.starts_on, mended.ends_on, local_date(instant))
    _refuse_overlap(primary, mended.kind, mended.starts_on, mended.ends_on, but=row.pk)
    said, before, began = described(row), row.kind, mended.kind != row.kind
    for name, value in vars(mended).items():
        setattr(row, name, value)
    row.save(update_fields=list(vars(mended)))
    correction_write(user, child=primary, status=row, said=said, why=why, at=instant)
    if began:
        publish(StatusWithdrawn(child_id=primary.pk, kind=before, user_id=user.pk, at=instant))
        publish(StatusOpened(child_id=primary.pk, kind=row.kind, user_id=user.pk, at=instant))
    return row


@command
def status_withdraw(user: User, *, status: Status, why: str, at: datetime | None = None) -> Status:
    """The status was recorded in error: it was never so. Raises Invalid without a reason."""
    instant = at or now()
    primary, row = lock_cluster(status.child_id), _locked(status)
    correction_write(
        user, child=primary, status=row, said=described(row), why=why, withdrawn=True, at=instant
    )
    row.withdrawn_at = instant
    row.save(update_fields=["withdrawn_at"])
    publish(StatusWithdrawn(child_id=primary.pk, kind=row.kind, user_id=user.pk, at=instant))
    return row


def described(row: Status) -> str:
    """What the status says, in words, for a correction to keep."""
    basis = f", {row.get_legal_basis_display()}" if row.legal_basis else ""
    until = f" to {row.ends_on:%-d %B %Y}" if row.ends_on else ", going on"
    responsible = f" Responsible: {row.responsible}." if row.responsible else ""
    return f"{row.get_kind_display()}{basis}, from {row.starts_on:%-d %B %Y}{until}.{responsible}"


def _locked(status: Status) -> Status:
    """The status, locked. Raises Conflict where it was withdrawn meanwhile."""
    rows = Status.objects.select_for_update(no_key=True, of=("self",)).select_related("responsible")
    row: Status | None = rows.filter(pk=status.pk).first()
    if row is None:
        raise Conflict("This status was withdrawn: it was recorded in error.")
    return row


def _check_days(child: Child, starts_on: date, ends_on: date | None, today: date) -> None:
    if starts_on < child.date_of_birth:
        raise Invalid("The status starts before the child was born. Check the date.", field="starts_on")
    if starts_on > today:
        raise Invalid("The status starts in the future. Record it on the day it begins.", field="starts_on")
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("The last day is before the first. Check the dates.", field="ends_on")


def _refuse_overlap(
    primary: Child, kind: str, starts_on: date, ends_on: date | None, *, but: int = 0
) -> None:
    rows = Status.objects.of(primary).exclude(pk=but)
    running = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on), kind=kind)
    if (running.filter(starts_on__lte=ends_on) if ends_on else running).exists():
        raise Conflict(
            "The child already has this status in that time. End the earlier one first.", field="starts_on"
        )


@command
def status_close(user: User, *, status: Status, ends_on: date, at: datetime | None = None) -> Status:
    """End a status on its last day. Raises Invalid before its start or where it has ended."""
    instant = at or now()
    locked_status = _locked(status)
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
