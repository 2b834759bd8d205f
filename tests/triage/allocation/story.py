"""What allocation adds to the record of each child of the world (tests/factories/world.py)."""

from cems.accounts.models import User
from tests.factories.allocation import Allocated, allocate_in_story
from tests.factories.world import Story


def write(story: Story, author: User) -> Allocated:
    return allocate_in_story(story.child, author)
