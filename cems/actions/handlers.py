"""What actions follow from what the record tells."""

from cems.accounts.desks import desk_in
from cems.accounts.models import Duty, User
from cems.actions.policy import PLACEMENT_CONCERN_DAYS
from cems.actions.services import Source, action_open
from cems.base.calendar import close_of_business
from cems.children.events import PlacementConcern
from cems.children.models import CaseNote


def on_placement_concern(event: PlacementConcern) -> None:
    """First Contact of the area acts within its time (C2); telling who is responsible has its own clock.

    Without a desk in that area (an authority far away) it stays with the person who raised it.
    """
    note = CaseNote.objects.select_related("child").get(pk=event.note_id)
    user = User.objects.get(pk=event.user_id)
    length = PLACEMENT_CONCERN_DAYS.read(event.at, event.area_id)
    action_open(
        user,
        title=f"Act on a concern about a child placed by {event.responsible}",
        detail=note.text,
        owner=desk_in(Duty.FRONT_DOOR, event.area_id) or user,
        child=note.child,
        deadline=close_of_business(event.at, length.value),
        length=length,
        source=Source("case_note", str(note.public_id)),
        key="placement-concern",
        happened_at=note.happened_at,
        at=event.at,
    )
