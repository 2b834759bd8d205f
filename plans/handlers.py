"""What the papers to children's services do when the record moves."""

from cems.accounts.models import User
from cems.children.events import AreaChanged
from plans.services.referral import referrals_follow


def on_area_changed(event: AreaChanged) -> None:
    """Open referrals, and requests that wait, go to the front door of where the child lives now."""
    referrals_follow(User.objects.get(pk=event.user_id), child_id=event.child_id, at=event.at)
