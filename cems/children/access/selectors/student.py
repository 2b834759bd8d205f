"""Which children a supervisor shows to which student (A2: cover)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cems.accounts.leaving import here
from cems.accounts.models import Appointment, User
from cems.accounts.querysets import current
from cems.base.time import local_date
from cems.children.access.services.student import own_children
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child, StudentChild


@dataclass(frozen=True)
class Shown:
    """One child that a student sees."""

    row: StudentChild
    child: Child


@dataclass(frozen=True)
class Student:
    """A student of this supervisor, and what they see."""

    post: Appointment
    shown: Sequence[Shown]


def posts_supervised(user: User, at: datetime) -> Sequence[Appointment]:
    """The students' posts of today that this person supervises."""
    day = local_date(at)
    rows = Appointment.objects.filter(current(day), here(day, "user__"), supervisor=user)
    return list(rows.select_related("user", "team").order_by("user__name", "pk"))


def students(user: User, at: datetime) -> Sequence[Student]:
    """This person's students with the children they see; of children the supervisor may see."""
    posts = posts_supervised(user, at)
    if not posts:
        return []
    rows = list(StudentChild.objects.live(local_date(at)).filter(post__in=posts).order_by("ends_on", "pk"))
    children = seen(user, {row.child_id for row in rows})
    return [
        Student(
            post,
            [
                Shown(row, children[row.child_id])
                for row in rows
                if row.post_id == post.pk and row.child_id in children
            ],
        )
        for post in posts
    ]


def naming_of(supervisor: User, public_id: UUID) -> StudentChild | None:
    """The naming at this address, where it is for a student of this supervisor; or None."""
    return StudentChild.objects.filter(post__supervisor=supervisor, public_id=public_id).first()


def to_choose(user: User, at: datetime) -> Sequence[Child]:
    """The children this person works with themselves, by name."""
    return list(own_children(user, at).not_restricted().order_by("family_name", "given_name", "pk"))
