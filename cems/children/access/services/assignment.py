"""A record is opened to an auditor or to information governance, for one purpose and to an end (A2)."""

from datetime import date, datetime, time, timedelta

from django.db import IntegrityError
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import ASSIGNABLE, Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command, savepoint
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import LONDON, local_date, now
from cems.base.words import says_nothing
from cems.children.access.selectors.restriction import closed_to, is_barred
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Assignment, Child
from cems.children.policy import ASSIGNMENT_DAYS
from cems.children.querysets import cluster_ids
from cems.notices.services import notice_send


@command
def assignment_make(
    user: User,
    *,
    child: Child,
    person: User,
    kind: str,
    reference: str,
    ends_on: date,
    at: datetime | None = None,
) -> Assignment:
    """Open this record to `person` for one audit sample, request or incident, to the end of a day; they are told.

    Nobody assigns a record to themselves. Raises NotAllowed without the work, Invalid for somebody whose role reaches
    no record this way, who is barred or not named on a restricted record, or a day that won't do, Conflict where it
    is assigned already.
    """
    instant = at or now()
    _may(user)
    if person.pk == user.pk:
        raise Invalid("Nobody assigns a record to themselves. Ask a colleague.", field="person")
    if not {role.key for role in profile_of(person).roles} & ASSIGNABLE:
        raise Invalid("Choose an auditor, or somebody of information governance.", field="person")
    if says_nothing(reference):
        raise Invalid("Write what the sample, request or incident is called.", field="reference")
    longest = ASSIGNMENT_DAYS.at(instant)
    last = local_date(instant) + timedelta(days=longest)
    if not local_date(instant) <= ends_on <= last:
        raise Invalid(f"Choose a day from today to {last:%-d %B %Y}.", field="ends_on")
    primary = lock_cluster(child.pk)
    if is_barred(person, primary.pk):
        raise Invalid("This person is barred from the record.", field="person")
    if closed_to(cluster_ids([primary.pk]), [person.pk], instant):
        raise Invalid(
            "This record is restricted: only the people named on it read it. Name them on the record first.",
            field="person",
        )
    try:
        with savepoint():
            row = Assignment.objects.create(
                child=primary,
                user=person,
                kind=kind,
                reference=reference.strip(),
                made_by=user,
                starts_at=instant,
                until=datetime.combine(ends_on + timedelta(days=1), time.min, tzinfo=LONDON),
            )
    except IntegrityError:
        raise Conflict("It is assigned to this person already.", field="person") from None
    _record(user, row, Verb.ACCESS_GIVEN, instant)
    notice_send(
        [person.pk],
        kind="children.assignment",
        key=f"assignment:{row.public_id}",
        text=f"{primary.reference} is assigned to you: {row.get_kind_display().lower()}.",
        url=reverse("children:overview", args=[primary.public_id]),
        reference=primary.reference,
        child=primary.public_id,
        at=instant,
    )
    return row


@command
def assignment_end(user: User, *, assignment: Assignment, at: datetime | None = None) -> Assignment:
    """The record closes to the person now. Raises Conflict where it has closed already."""
    instant = at or now()
    _may(user)
    lock_cluster(assignment.child_id)
    locked_assignment = Assignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
    if locked_assignment.until <= instant:
        raise Conflict("This has ended already.")
    locked_assignment.until = instant
    locked_assignment.save(update_fields=["until"])
    _record(user, locked_assignment, Verb.ACCESS_ENDED, instant)
    return locked_assignment


def _may(user: User) -> None:
    if not profile_of(user).may(Work.ASSIGNMENT):
        raise NotAllowed("First Contact or the Head of Service assigns a record.")


def _record(user: User, row: Assignment, verb: Verb, at: datetime) -> None:
    record(
        user,
        verb=verb,
        subject=row,
        child=row.child.public_id,
        part="record_use",
        reason=f"{row.get_kind_display()}: {row.reference}",
        detail={"person": str(row.user.public_id), "kind": row.kind},
        at=at,
    )
