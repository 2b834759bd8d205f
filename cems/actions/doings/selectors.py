"""What was recorded about an action, and what its page asks for."""

from cems.actions.doings.kinds import DoingKind
from cems.actions.models import Action, Doing
from cems.actions.slots import DoneHere, place_of


def kind_of(action: Action) -> DoingKind | None:
    """What the page of this action asks of whoever did it; None where it is done elsewhere, or closed in free words."""
    place = place_of(action)
    return place.kind if isinstance(place, DoneHere) else None


def undone_of(action: Action) -> list[Doing]:
    """What was recorded about this action and undone since, newest first."""
    rows = Doing.objects.filter(action=action, undone_at__isnull=False)
    return list(rows.select_related("recorded_by", "undone_by").order_by("-undone_at"))
