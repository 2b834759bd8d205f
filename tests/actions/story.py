"""What actions add to the record of each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass

from cems.accounts.models import User
from cems.actions.models import Action
from cems.actions.services import action_open
from cems.base.calendar import close_of_business
from cems.base.time import now
from tests.factories.world import Story


@dataclass
class ActionRows:
    """An action about the child, by the author."""

    action: Action


def write(story: Story, author: User) -> ActionRows:
    return ActionRows(_open(story, author, story.secret("action")))


def add(story: Story, author: User, number: int) -> None:
    _open(story, author, "Example action")


def give_work(person: User) -> None:
    """An action with its clock, and the notice that tells of it."""
    action_open(None, title="Example action", owner=person, deadline=close_of_business(now(), 5))


def _open(story: Story, author: User, title: str) -> Action:
    return action_open(
        author, title=title, owner=author, child=story.child, deadline=close_of_business(now(), 5)
    )
