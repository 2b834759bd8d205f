"""Occasions that require a matrix or its update, each with its clock (M4)."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from cems.accounts.models import Duty, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import cluster_ids
from cems.clocks import recipients
from cems.clocks.services import clock as clocks
from cems.notices.services import notice_send
from matrix.choices import Occasion
from matrix.clocks import DUE
from matrix.models import MatrixDue, Submission
from matrix.policy import MATRIX_DUE_DAYS
from matrix.practice_lists import OCCASIONS, REQUIRES
from matrix.services.owners import desk, lead_of
from plans.models import Referral


@command
def matrix_due_raise(
    user: User,
    *,
    child: Child,
    occasion: str,
    happened_at: datetime,
    source: str = "",
    at: datetime | None = None,
) -> MatrixDue:
    """Something happened that requires a matrix: the lead gets the clock, else First Contact's desk.

    While one of the same occasion is open it is returned; a matrix sent since it happened has met it.
    Raises Invalid for an occasion that requires none, or one still to come.
    """
    instant = at or now()
    if not OCCASIONS.offers(occasion, local_date(instant), mark=REQUIRES):
        raise Invalid("Choose what happened.", field="occasion")
    if happened_at > instant:
        raise Invalid("This is still to come. Record it when it has happened.", field="happened_on")
    primary = lock_cluster(child.pk)
    matrix_due: MatrixDue | None = (
        MatrixDue.objects.of(primary).filter(occasion=occasion, met_by__isnull=True).first()
    )
    if matrix_due:
        return matrix_due
    reference = next_reference("DUE", instant)
    length = MATRIX_DUE_DAYS.read(instant, primary.area_id)
    clock = clocks.clock_start(
        user,
        kind=DUE.key,
        owner=lead_of(primary) or desk(Duty.FRONT_DOOR, primary),
        deadline=close_of_business(instant, length.value, word="recorded"),
        length=length,
        reference=reference,
        url=reverse("matrix:for_child", args=[primary.public_id]),
        child=primary.public_id,
        at=instant,
    )
    row = MatrixDue.objects.create(
        child=primary,
        occasion=occasion,
        happened_at=happened_at,
        source=source.replace("\x00", "").strip(),
        recorded_at=instant,
        recorded_by=user,
        clock=clock,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="matrix", at=instant)
    sent = (
        Submission.objects.of(primary)
        .filter(received_at__gte=happened_at)
        .order_by("received_at", "pk")
        .first()
    )
    if sent:
        _meet(user, row, sent, instant)
        return row
    holders = recipients.holders([clock], local_date(instant))[clock.pk]
    notice_send(
        holders - {user.pk},
        kind="matrix.due",
        key=f"matrix_due:{row.public_id}",
        text=f"{reference}: a CE Matrix is due.",
        url=clock.url,
        reference=reference,
        child=primary.public_id,
        at=instant,
    )
    return row


def assessment_due_raise(user: User, *, referral: Referral, at: datetime) -> MatrixDue | None:
    """No matrix came with the referral: one is made within the child and family assessment (M4)."""
    came_with = sent_between(referral.child_id, referral.received_at, at)
    if referral.source or came_with.exists():
        return None
    return matrix_due_raise(
        user,
        child=referral.child,
        occasion=Occasion.ASSESSMENT,
        happened_at=at,
        source=referral.reference,
        at=at,
    )


def sent_between(child_id: int, since: datetime, until: datetime) -> Any:
    """Matrices received in that time about the child, on whichever record that is read with this one."""
    return Submission.objects.filter(
        child__in=cluster_ids([child_id]), received_at__gte=since, received_at__lte=until
    )


@command
def dues_meet(user: User, *, submission: Submission) -> None:
    """A matrix came in: what required one until then is met."""
    rows = MatrixDue.objects.of(submission.child).filter(
        met_by__isnull=True, happened_at__lte=submission.received_at
    )
    for row in rows.select_for_update(no_key=True, of=("self",)).select_related("clock"):
        _meet(user, row, submission, submission.received_at)


def _meet(user: User, row: MatrixDue, submission: Submission, at: datetime) -> None:
    row.met_by = submission
    row.save(update_fields=["met_by"])
    if row.clock.is_open:
        clocks.clock_meet(user, clock=row.clock, reason=f"Sent: {submission.reference}", at=at)
