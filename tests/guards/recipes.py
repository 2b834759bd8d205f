"""How the arguments of an address are made, for the `addresses.py` of each app's tests.

Such a file may have, each by the address's name:

    OF_STORY     about a child, where it takes more than the child's public id: a recipe of (story, user)
    OF_WORLD     about no child: a recipe of (world, user)
    OF_A_MOMENT  what stands for one moment of one person, which no walk can make: why. Its own app's tests open it
    OPEN_TO      who is let in where the access rule doesn't say it, because what is behind belongs to a person, not to
                 a part of the record: from the parts open to somebody who does not hold it
    OWN_ONLY     what a person keeps of their own: without this part, another's is not there
"""

from collections.abc import Callable
from typing import Any

from cems.accounts.models import User
from cems.accounts.roles import Part
from tests.factories.world import Story, World

OfStory = Callable[[Story, User], dict[str, Any]]
OfWorld = Callable[[World, User], dict[str, Any]]
OpenTo = Callable[[frozenset[Part]], bool]
OwnOnly = tuple[Part, Callable[[Story, User], bool]]


def child(story: Story, user: User) -> dict[str, Any]:
    """The child's address."""
    return {"public_id": story.child.public_id}


def child_and(**more: Callable[[Story, User], Any]) -> OfStory:
    """The child's address and more within it."""
    return lambda story, user: {
        **child(story, user),
        **{name: ask(story, user) for name, ask in more.items()},
    }


def there(what: Any) -> Any:
    """What the story has; one that has it not can't be asked for this address."""
    assert what is not None
    return what
