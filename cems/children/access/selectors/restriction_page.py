"""Who may read one record: the restriction's people, the barred, and whom to choose from (A2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from cems.accounts.models import User
from cems.accounts.roles import ROLES
from cems.base.time import local_date
from cems.children.access.selectors.restriction import barred_from
from cems.children.models import Bar, Child, ChildUserObjectPermission, NamedReader
from cems.clocks.recipients import current_appointments

# Whose role reaches records without an involvement: they may be named too.
REACHING = [key for key, role in ROLES.items() if role.sees and not role.is_system]


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


def people_to_choose(child: Child, at: datetime) -> QuerySet[User]:
    """Who could read this record by work or role, and is not barred: those to name, or to bar."""
    posts = current_appointments(local_date(at)).filter(
        role_key__in=REACHING, user__agency__authorities__in=[child.authority_id, child.area_id]
    )
    granted = ChildUserObjectPermission.objects.filter(content_object=child.pk, until__gt=at)
    barred = barred_from(child.pk).values("user")
    people = User.objects.here(local_date(at)).filter(
        Q(pk__in=posts.values("user")) | Q(pk__in=granted.values("user"))
    )
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
