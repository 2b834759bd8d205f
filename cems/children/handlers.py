"""What the record does when something below it changes, and what it answers to the apps below."""

from uuid import UUID

from cems.accounts.events import AppointmentChanged, PersonLeft
from cems.accounts.models import User
from cems.base.time import now
from cems.children import grants
from cems.children.querysets import at_address


def rights_changed(event: AppointmentChanged | PersonLeft) -> None:
    """The grants of a person follow their appointments at once (A2)."""
    grants.rebuild(now(), user_ids=[event.user_id])


def may_see(user: User, child: UUID) -> bool:
    """Whether the person may open the child in some part; asked by clocks."""
    return at_address(user, child).exists()
