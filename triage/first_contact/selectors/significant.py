"""What stands in the way of deciding a child at Significant below it: the strategy meeting, and who may say so (M5)."""

from collections.abc import Sequence
from datetime import date

from cems.accounts.models import User
from cems.children.models import Child
from cems.clocks.recipients import managers_of
from plans.models import Request
from plans.services.referral import first_contact


def newest_request(child: Child) -> Request | None:
    """The newest request for a strategy meeting about this child, answered or not; or None."""
    row: Request | None = Request.objects.of(child).order_by("-requested_at", "-pk").first()
    return row


def managers_of_front_door(child: Child, on: date) -> Sequence[User]:
    """Who manages the desk of First Contact that has this child, by name."""
    desk = first_contact(child)
    ids = set().union(*managers_of([(desk.pk, desk.agency_id)], on))
    return list(User.objects.here(on).filter(pk__in=ids).by_name())
