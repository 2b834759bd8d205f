"""How addresses of CEVT are made (tests/guards/recipes.py)."""

from typing import Any
from uuid import UUID

from cems.accounts.models import Appointment, User
from cems.accounts.roles import Part
from tests.factories.world import Story, World
from tests.guards.recipes import OfStory, OfWorld, OpenTo, OwnOnly, child_and
from tests.matrix.addresses import own_papers, submission
from tests.triage.cevt.story import CevtRows, CevtWorld


def _item(story: Story, user: User) -> dict[str, Any]:
    return {"public_id": story.of(CevtRows).item.public_id}


def _seated(story: Story, user: User) -> UUID:
    """An agency with a seat at CEVT."""
    row = Appointment.objects.filter(role_key="cevt_member").select_related("user__agency").order_by("pk")[0]
    return row.user.agency.public_id


def _meeting(world: World, user: User) -> dict[str, Any]:
    return {"meeting_id": world.of(CevtWorld).meeting.public_id}


OF_STORY: dict[str, OfStory] = {
    **{f"cevt-api:{name}": _item for name in ("item", "contribution", "decision", "relayed_contribution")},
    "cevt:relayed_contribution": child_and(agency_id=_seated),
    "cevt:item_raised": lambda story, user: {"item_id": story.of(CevtRows).item.public_id},
    "cevt:item_letter": lambda story, user: {"item_id": story.of(CevtRows).item.public_id},
    "cevt:feedback_pdf": submission,
}
OF_WORLD: dict[str, OfWorld] = {
    f"cevt:{name}": _meeting
    for name in ("attendance", "minutes", "minutes_pdf", "attendance_here", "meeting_note", "meeting_end")
}
# What one raised: to the user who raised it; its letter also to who reads CEVT's decisions.
OPEN_TO: dict[str, OpenTo] = {
    "cevt:item_raised": lambda parts: False,
    "cevt:item_letter": lambda parts: Part.DECISIONS in parts,
}
OWN_ONLY: dict[str, OwnOnly] = {
    "cevt:feedback_pdf": (Part.MATRIX, own_papers),
    "cevt-api:item": (Part.DECISIONS, lambda story, user: False),
}
