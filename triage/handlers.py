"""What triage does when something below it happens (T2, T6)."""

from cems.accounts.events import PersonLeft
from cems.accounts.models import User
from cems.base.time import now
from cems.children.events import AreaChanged, InvolvementChanged, LevelAgreed
from triage.allocation.services.allocation import allocation_end_elsewhere
from triage.allocation.services.allocation_notice import tell_of_leaver
from triage.allocation.services.wait_end import waits_follow_area, waits_follow_level
from triage.cevt.services.area import items_follow
from triage.models import Allocation


def on_involvement_changed(event: InvolvementChanged) -> None:
    """An allocation never outlives the involvement it rests on, by whatever way that ended."""
    allocation_end_elsewhere(None, child_id=event.child_id, at=event.at)


def on_level_agreed(event: LevelAgreed) -> None:
    """Whichever forum agreed a lower level, nobody waits for a worker the child no longer needs."""
    waits_follow_level(User.objects.get(pk=event.user_id), child_id=event.child_id, at=event.at)


def on_area_changed(event: AreaChanged) -> None:
    """The child lives elsewhere: CEVT's list and the wait for a worker go with the child."""
    user = User.objects.get(pk=event.user_id)
    items_follow(user, child_id=event.child_id, at=event.at)
    waits_follow_area(user, child_id=event.child_id, at=event.at)


def on_person_left(event: PersonLeft) -> None:
    """The children of a leaver stay on the board until somebody has them; ERASE's managers are told at once."""
    rows = Allocation.objects.filter(worker=event.user_id, ended_at__isnull=True)
    team_ids = sorted({team for team in rows.values_list("involvement__team", flat=True) if team})
    children = rows.count()
    if children:
        tell_of_leaver(User.objects.get(pk=event.user_id), team_ids, children, now())
