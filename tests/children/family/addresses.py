"""How addresses of the people in a child's life are made (tests/guards/recipes.py)."""

from cems.accounts.models import User
from cems.accounts.roles import Part, Reach
from tests.children.family.story import FamilyRows
from tests.children.story import RecordRows
from tests.factories.world import Story
from tests.guards.recipes import OfStory, OwnOnly, child_and, there


def _reads_both(story: Story, user: User) -> bool:
    """Those who reach every record of an authority: nothing else leads to the twin, which is in the child's own."""
    return any(Reach.AUTHORITY in appointment.role.sees for appointment in user.appointments.all())


OF_STORY: dict[str, OfStory] = {
    **{
        f"children:{name}": child_and(
            relationship_id=lambda story, user: story.of(FamilyRows).relationship.public_id
        )
        for name in ("relationship_correct", "relationship_end", "record_find")
    },
    "children:record_link": child_and(
        relationship_id=lambda story, user: story.of(FamilyRows).relationship.public_id,
        other_id=lambda story, user: there(story.of(RecordRows).twin).public_id,
    ),
    "children:record_unlink": child_and(
        relationship_id=lambda story, user: story.of(FamilyRows).relationship.public_id,
        link_id=lambda story, user: there(story.of(FamilyRows).link).public_id,
    ),
}
OWN_ONLY: dict[str, OwnOnly] = {
    f"children:{name}": (Part.INTELLIGENCE_RAW, _reads_both) for name in ("record_link", "record_unlink")
}
