"""What actions follow from what the record tells."""

from cems.accounts.models import Duty, DutyDesk, User
from cems.actions.services import Source, open_action
from cems.base.calendar import close_of_business
from cems.children.events import PlacementConcern
from cems.children.models import CaseNote

WORKING_DAYS = 1


def on_placement_concern(event: PlacementConcern) -> None:
    """First Contact of the area acts within a working day, and tells the responsible authority (C2).

    Without a desk in that area (an authority far away) the person who raised it tells them.
    """
    note = CaseNote.objects.select_related("child").get(pk=event.note_id)
    desk = (
        DutyDesk.objects.filter(duty=Duty.FRONT_DOOR, authority=event.area_id).select_related("team").first()
    )
    user = User.objects.get(pk=event.user_id)
    open_action(
        user,
        title=f"Act on a concern about a child placed by {event.responsible}, and tell {event.responsible}",
        detail=note.text,
        owner=desk.team if desk else user,
        child=note.child,
        deadline=close_of_business(event.at, WORKING_DAYS),
        source=Source("case_note", str(note.public_id)),
        key="placement-concern",
        happened_at=note.happened_at,
        at=event.at,
    )
