"""What the record does when something below it changes, and what it answers to the apps below."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from cems.accounts.events import AppointmentChanged, PersonLeft
from cems.accounts.models import User
from cems.base.time import now
from cems.children import grants
from cems.children.models import Child
from cems.children.querysets import at_address


def rights_changed(event: AppointmentChanged | PersonLeft) -> None:
    """The grants of a person follow their appointments at once (A2)."""
    grants.rebuild(now(), user_ids=[event.user_id])


def died(children: Iterable[UUID]) -> set[UUID]:
    """Which of these children have died: no mail about them leaves any more; asked by notices."""
    whole = Child.objects.unscoped("no letters about a child who has died")
    gone = Q(died_on__isnull=False) | Q(merged_into__died_on__isnull=False)
    return set(whole.filter(gone, public_id__in=list(children)).values_list("public_id", flat=True))


def may_see(user: User, child: UUID) -> bool:
    """Whether the person may open the child in some part; asked by clocks."""
    return at_address(user, child).exists()
