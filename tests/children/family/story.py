"""What the family adds to each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass
from datetime import timedelta

from cems.accounts.models import User
from cems.base.time import today
from cems.children.family.services.relationship import relationship_add
from cems.children.models import RecordLink, Relationship
from tests.children.story import RecordRows
from tests.factories.children import link_record, make_child, make_relationship
from tests.factories.world import Story, World


@dataclass
class FamilyRows:
    """Somebody who must not be told something, and the link of theirs to the record of the story's twin."""

    relationship: Relationship
    link: RecordLink | None = None


def write(story: Story, author: User) -> FamilyRows:
    return FamilyRows(
        relationship_add(
            author,
            child=story.child,
            name="Example Relative",
            relation="parent",
            must_not_be_told=story.secret("family"),
            must_not_why="Plainly invented",
            named_by="child",
            named_on=today() - timedelta(days=3),
        )
    )


def finish(story: Story, author: User) -> None:
    rows, twin = story.of(FamilyRows), story.of(RecordRows).twin
    assert twin is not None
    rows.link = link_record(rows.relationship, twin)


def of_world(world: World) -> None:
    """Each child has a brother or sister nobody in the world may know of."""
    if "restricted" not in world.stories:
        return
    for key, story in world.stories.items():
        if key != "restricted":
            link_record(make_relationship(story.child), world.stories["restricted"].child)


def add(story: Story, author: User, number: int) -> None:
    link_record(make_relationship(story.child), make_child(authority=story.child.area))
