"""What the record does when something below it changes, and what it answers to the apps below."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from cems.accounts.events import AppointmentChanged, DelegationChanged, PersonLeft
from cems.accounts.models import User
from cems.base.time import now
from cems.children.access import grants
from cems.children.access.selectors.restriction import not_to_be_known
from cems.children.access.services.succession import restrictions_pass_on
from cems.children.matching.selectors.cluster import seen_at
from cems.children.models import Child
from cems.children.querysets import at_address
from cems.clocks.choices import Shut


def rights_changed(event: AppointmentChanged | PersonLeft) -> None:
    """The grants of a person, their deputies and students follow their appointments at once (A2)."""
    grants.rebuild(None, at=now(), user_ids=grants.dependants([event.user_id]))


def keeper_left(event: PersonLeft) -> None:
    """A restricted record is kept by somebody who works here (A2)."""
    restrictions_pass_on(None, leaver_id=event.user_id)


def cover_changed(event: DelegationChanged) -> None:
    """A deputy reaches what the post reaches, from this minute and no longer than to this minute (A2)."""
    grants.rebuild(None, at=now(), user_ids=[event.deputy_id])


def died(children: Iterable[UUID]) -> set[UUID]:
    """Which of these children have died: no mail about them leaves any more; asked by notices."""
    cluster = Child.objects.unscoped("no letters about a child who has died")
    gone = Q(died_on__isnull=False) | Q(merged_into__died_on__isnull=False)
    return set(cluster.filter(gone, public_id__in=list(children)).values_list("public_id", flat=True))


def names(user: User, children: Collection[UUID]) -> dict[UUID, str]:
    """The names of these children, of those the person may see; asked by notices."""
    return {public_id: child.name for public_id, child in seen_at(user, children).items()}


def may_see(user: User, child: UUID) -> bool:
    """Whether the person may open the child in some part; asked by clocks."""
    return at_address(user, child).exists()


def shut_ways(user: User, children: Collection[UUID]) -> dict[UUID, Shut]:
    """Which of these records are shut to the person whatever reaches them, and how; asked by clocks."""
    rows = Child.objects.unscoped("which records are shut to the holder of a clock")
    shut = dict(rows.filter(public_id__in=list(children)).shut_to(user).values_list("pk", "public_id"))
    hidden = not_to_be_known(user, shut) if shut else set()
    return {public_id: Shut.HIDDEN if pk in hidden else Shut.RESTRICTED for pk, public_id in shut.items()}


def seen_by(user: User) -> QuerySet[Any, Any]:
    """The public ids of all records the person may open in some part, those joined to them too; asked by clocks.

    Two arms, as in `visible_to`: a clock that began on a joined record keeps that record's id.
    """
    seen = Child.objects.visible_to(user)
    joined = Child.objects.unscoped("records joined to those that visible_to gave")
    joined = joined.filter(merged_into__in=seen.values("pk"))
    return seen.values_list("public_id").union(joined.values_list("public_id"), all=True)
