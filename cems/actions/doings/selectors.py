"""What was recorded about an action, and what its page asks for."""

from uuid import UUID

from cems.accounts.models import User
from cems.actions.doings.kinds import DoingKind
from cems.actions.models import Action, Doing
from cems.actions.selectors import Opened
from cems.actions.slots import DoneHere, place_of


def kind_of(action: Action) -> DoingKind | None:
    """What the page of this action asks of whoever did it; None where it is done elsewhere, or closed in free words."""
    place = place_of(action)
    return place.kind if isinstance(place, DoneHere) else None


def undone_of(action: Action) -> list[Doing]:
    """What was recorded about this action and undone since, newest first."""
    rows = Doing.objects.filter(action=action, undone_at__isnull=False)
    return list(rows.select_related("recorded_by", "undone_by").order_by("-undone_at"))


def doing_to_undo(user: User, opened: Opened, public_id: UUID) -> Doing | None:
    """What the page of this action showed as done, undone by a colleague since or not; None for who may not undo it."""
    action = opened.action
    if action.doing and action.doing.public_id == public_id:
        return action.doing if opened.may_undo else None
    rows = Doing.objects.of(action.child) if action.child else Doing.objects.filter(action=action)
    doing: Doing | None = rows.filter(public_id=public_id, undone_at__isnull=False).first()
    return doing if doing and (opened.has or doing.recorded_by_id == user.pk) else None
