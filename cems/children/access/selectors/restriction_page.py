"""Who may read one record: the restriction's people, the barred, and whom to choose from (A2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from cems.accounts.models import User
from cems.accounts.roles import ROLES, Reach
from cems.base.time import local_date
from cems.children.access.selectors.restriction import barred_from
from cems.children.models import Assignment, Bar, Child, ChildUserObjectPermission, NamedReader
from cems.children.querysets import rows_of_clusters
from cems.clocks.recipients import current_appointments

# Whose role reaches records, one way or another: they may be barred.
REACHING = [key for key, role in ROLES.items() if role.sees and not role.is_system]
# Reaches that only a grant, an assignment or an opening gives: to name somebody who has no other opens nothing.
_GIVEN_EACH_TIME = frozenset({Reach.ASSIGNED, Reach.NAMED, Reach.EMERGENCY})
NAMEABLE = [key for key in REACHING if not _GIVEN_EACH_TIME.issuperset(ROLES[key].sees)]


@dataclass(frozen=True)
class Readers:
    """The named people of a restricted record, owner first, and the barred."""

    named: Sequence[NamedReader]
    barred: Sequence[Bar]


def readers(child: Child, at: datetime) -> Readers:
    """What the page of a record's restriction shows to those who manage it."""
    order = {"owner": 0, "deputy": 1}
    rows = NamedReader.objects.filter(child=child, until__gt=at).select_related("user__agency")
    bars = barred_from(child.pk).select_related("user__agency", "made_by")
    named = sorted(rows, key=lambda row: (order.get(row.kind, 2), row.user.name.lower()))
    return Readers(named if child.restricted else [], list(bars.order_by(Lower("user__name"), "pk")))


def may_still_read(user: User, child: Child) -> bool:
    """Whether the record is open to this person now, whatever it was when the page was opened."""
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def reader_named(child: Child, person: User, at: datetime) -> NamedReader | None:
    """How this person is named on the record now; None where they are not."""
    return NamedReader.objects.filter(child=child, user=person, until__gt=at).first()


def bar_of(child: Child, person: User) -> Bar | None:
    """What bars this person from the record; None where nothing does."""
    return barred_from(child.pk).filter(user=person).select_related("made_by").order_by("pk").first()


def people_to_name(child: Child, at: datetime) -> QuerySet[User]:
    """Who reads this record by work or role once they are named on it, and is not barred."""
    assigned = Assignment.objects.filter(child__in=rows_of_clusters([child.pk]), until__gt=at)
    return _people(child, at, NAMEABLE, Q(pk__in=assigned.values("user")))


def people_to_bar(child: Child, at: datetime) -> QuerySet[User]:
    """Who could read this record by work or role, or once it is assigned to them, and is not barred yet."""
    return _people(child, at, REACHING)


def _people(child: Child, at: datetime, roles: Sequence[str], also: Q | None = None) -> QuerySet[User]:
    posts = current_appointments(local_date(at)).filter(
        role_key__in=roles, user__agency__authorities__in=[child.authority_id, child.area_id]
    )
    granted = ChildUserObjectPermission.objects.filter(content_object=child.pk, until__gt=at)
    barred = barred_from(child.pk).values("user")
    reached = Q(pk__in=posts.values("user")) | Q(pk__in=granted.values("user"))
    people = User.objects.here(local_date(at)).filter(reached | also if also else reached)
    return people.exclude(pk__in=barred).select_related("agency").order_by(Lower("name"), "pk")


def people_at_work(child: Child, at: datetime) -> QuerySet[User]:
    """Who works with the child, or is named on the record, and is not barred: those who may know an address."""
    granted = ChildUserObjectPermission.objects.filter(content_object=child.pk, until__gt=at)
    named = NamedReader.objects.filter(child=child, until__gt=at)
    barred = barred_from(child.pk).values("user")
    people = User.objects.here(local_date(at)).filter(
        Q(pk__in=granted.values("user")) | Q(pk__in=named.values("user"))
    )
    return people.exclude(pk__in=barred).select_related("agency").order_by(Lower("name"), "pk")
