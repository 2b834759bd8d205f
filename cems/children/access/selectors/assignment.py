"""To whom a record is assigned, and which records are assigned to somebody (A2)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import ASSIGNABLE
from cems.base.time import local_date
from cems.children.models import Assignment, Child
from cems.clocks.recipients import current_appointments

MOST = 200


def assignments_of(child: Child, at: datetime) -> Sequence[Assignment]:
    """To whom the record is assigned now, the first to end at the top."""
    rows = Assignment.objects.of(child).live(at).select_related("user__agency", "made_by")
    return list(rows.order_by("until", "pk"))


def assignment_at(child: Child, public_id: UUID) -> Assignment | None:
    """The assignment of this child at this address; or None."""
    row: Assignment | None = (
        Assignment.objects.of(child).select_related("user", "child").filter(public_id=public_id).first()
    )
    return row


def assigned_to(user: User, at: datetime) -> Sequence[Assignment]:
    """What is assigned to this person now, the first to end at the top; of records open to them."""
    rows = Assignment.objects.filter(user=user).live(at).of_visible(user)
    return list(rows.select_related("child", "made_by").order_by("until", "pk")[:MOST])


def people_to_assign(user: User, at: datetime) -> QuerySet[User]:
    """Auditors and information governance who work for an authority this person works for, by name."""
    posts = current_appointments(local_date(at)).filter(role_key__in=ASSIGNABLE)
    near = posts.filter(user__agency__authorities__in=profile_of(user).authority_ids).exclude(user=user)
    people = User.objects.filter(pk__in=near.values("user"))
    return people.select_related("agency").order_by("name", "pk")
