"""How addresses of the child's record are made (tests/guards/recipes.py)."""

from typing import Any
from uuid import uuid4

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.models import EmergencyAccess
from tests.children.story import RecordRows
from tests.factories.world import World
from tests.guards.recipes import OfStory, OfWorld, OpenTo, OwnOnly, child_and, there


def _their_opening(world: World, user: User) -> dict[str, Any]:
    row = EmergencyAccess.objects.filter(user=world.people["practitioner"]).first()
    return {"access_id": row.public_id if row else uuid4()}


OF_STORY: dict[str, OfStory] = {
    **{
        f"children:{name}": lambda story, user: {"involvement_id": story.of(RecordRows).claim.public_id}
        for name in ("claim_decide", "claim_answer")
    },
    "children:assignment_end": child_and(
        assignment_id=lambda story, user: story.of(RecordRows).assignment.public_id
    ),
    "children:involvement_end": child_and(
        involvement_id=lambda story, user: story.of(RecordRows).involvement.public_id
    ),
    **{
        f"children:{name}": child_and(status_id=lambda story, user: story.of(RecordRows).status.public_id)
        for name in ("status_end", "status_correct", "status_withdraw")
    },
    **{
        f"children:{name}": child_and(person_id=lambda story, user: story.of(RecordRows).barred.public_id)
        for name in ("reader_end", "bar_end")
    },
    "children:note_correct": child_and(note_id=lambda story, user: story.of(RecordRows).note.public_id),
    "children:merge_undo": child_and(
        merge_id=lambda story, user: there(story.of(RecordRows).merge).public_id
    ),
    **{
        f"children:{name}": child_and(other_id=lambda story, user: there(story.of(RecordRows).twin).public_id)
        for name in ("merge", "not_same")
    },
    **{
        f"children:{name}": child_and(
            placement_id=lambda story, user: there(story.of(RecordRows).placement).public_id
        )
        for name in ("placement_end", "placement_concern", "placement_correct", "placement_withdraw")
    },
    **{
        f"children:{name}": child_and(
            concern_id=lambda story, user: there(story.of(RecordRows).concern).public_id
        )
        for name in (
            "placed_concern",
            "placed_concern_told",
            "placed_concern_answered",
            "placed_concern_escalated",
            "placed_concern_closed",
        )
    },
}
OF_WORLD: dict[str, OfWorld] = {
    "children:student_end": lambda world, user: {"naming_id": uuid4()},
    "children:emergency_access_review": _their_opening,
}
OF_A_MOMENT = {
    "children:search_results": "the token of a search of this sign-in; the walk searches, and follows it",
}
# One's own claim: to the user who made it.
OPEN_TO: dict[str, OpenTo] = {
    "children:claim_decide": lambda parts: bool(parts & {Part.IDENTITY, Part.INVOLVED}),
    "children:claim_answer": lambda parts: False,
}
OWN_ONLY: dict[str, OwnOnly] = {
    "children:involvement_end": (
        Part.INVOLVED,
        lambda story, user: story.of(RecordRows).involvement.user_id == user.pk,
    ),
}
