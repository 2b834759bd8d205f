"""What a supervisor shows a student: one child at a time, from–to, ended early (A2: cover)."""

from datetime import date, datetime

from django.db import IntegrityError
from django.urls import reverse

from cems.accounts.models import Appointment, User
from cems.accounts.querysets import current
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import local_date, now
from cems.children.access import grants
from cems.children.access.selectors.restriction import is_restricted
from cems.children.history.services.involvement import may_confirm
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, StudentChild
from cems.children.querysets import ChildQuerySet
from cems.notices.services import notice_send


@command
def student_name(
    user: User, *, post: Appointment, child: Child, ends_on: date, at: datetime | None = None
) -> StudentChild:
    """The supervisor names a child for the student, who sees it at once and to that day (A2).

    Raises NotAllowed for anybody else, Invalid for a child the supervisor does not work with themselves, a
    restricted one or a day that won't do, Conflict when the student sees it already.
    """
    instant = at or now()
    day = local_date(instant)
    if post.supervisor_id != user.pk:
        raise NotAllowed("The student's supervisor names the children they see.")
    if not Appointment.objects.filter(current(day), pk=post.pk).exists():
        raise Conflict("This student's time has ended.")
    if ends_on < day:
        raise Invalid("The last day can't be in the past.", field="ends_on")
    if post.ends_on is not None and ends_on > post.ends_on:
        raise Invalid(
            f"The student leaves on {post.ends_on:%-d %B %Y}. Choose that day or one before.", field="ends_on"
        )
    primary = lock_cluster(child.pk)
    if not own_children(user, instant).filter(pk=primary.pk).exists():
        raise Invalid("Choose a child you work with yourself.", field="child")
    if is_restricted(primary.pk):
        raise Invalid("This record is restricted: only the people named on it read it.", field="child")
    try:
        row = StudentChild.objects.create(
            child=primary, post=post, starts_on=day, ends_on=ends_on, named_by=user, named_at=instant
        )
    except IntegrityError:
        raise Conflict("The student sees this child already.", field="child") from None
    _told(user, row, Verb.ACCESS_GIVEN, instant)
    notice_send(
        [post.user_id],
        kind="children.student",
        key=f"student-child:{row.public_id}",
        text=f"{primary.reference}: your supervisor shows you this record.",
        url=reverse("children:overview", args=[primary.public_id]),
        reference=primary.reference,
        child=primary.public_id,
        at=instant,
    )
    return row


@command
def student_end(user: User, *, naming: StudentChild, at: datetime | None = None) -> None:
    """The student sees the child no longer, from this minute.

    The supervisor, the team's manager or First Contact may. Raises Conflict when it is over.
    """
    instant = at or now()
    lock_cluster(naming.child_id)
    locked_student_child = (
        StudentChild.objects.select_for_update(no_key=True, of=("self",))
        .select_related("post__team")
        .get(pk=naming.pk)
    )
    if locked_student_child.post.supervisor_id != user.pk and not may_confirm(
        user, locked_student_child.post.team
    ):
        raise NotAllowed("The student's supervisor or the team's manager ends this.")
    if locked_student_child.ended_at is not None or locked_student_child.ends_on < local_date(instant):
        raise Conflict("This has ended already.")
    locked_student_child.ended_at = instant
    locked_student_child.save(update_fields=["ended_at"])
    _told(user, locked_student_child, Verb.ACCESS_ENDED, instant)


def own_children(user: User, at: datetime) -> ChildQuerySet:
    """The children a person reads by their own or their team's work, in nobody's place."""
    ways = grants.through(at, user_id=user.pk)
    own = [child for child, keys in ways.items() if any(stands_for is None for _, _, stands_for in keys)]
    return Child.objects.visible_to(user, at).filter(pk__in=own)


def _told(user: User, row: StudentChild, verb: Verb, at: datetime) -> None:
    grants.rebuild(None, at=now(), child_ids=[row.child_id])
    record(
        user,
        verb=verb,
        subject=row,
        child=row.child.public_id,
        part="involved",
        detail={"student": str(row.post.user.public_id), "last_day": str(row.ends_on)},
        at=at,
    )
