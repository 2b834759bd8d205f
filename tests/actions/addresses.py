"""How addresses of actions are made (tests/guards/recipes.py)."""

from typing import Any

from cems.accounts.models import User
from cems.accounts.roles import Part
from tests.actions.story import ActionRows
from tests.factories.world import Story
from tests.guards.recipes import OfStory, OpenTo


def _action(story: Story, user: User) -> dict[str, Any]:
    return {"public_id": story.of(ActionRows).action.public_id}


OF_STORY: dict[str, OfStory] = {
    "actions:detail": _action,
    "actions:close": _action,
    "actions:undo": _action,
    "actions-api:action": _action,
    "actions-api:doing": _action,
}
OPEN_TO: dict[str, OpenTo] = {
    "actions:detail": lambda parts: Part.ACTIONS in parts,
    "actions:close": lambda parts: Part.ACTIONS in parts,
    "actions:undo": lambda parts: Part.ACTIONS in parts,
    "actions-api:action": lambda parts: Part.ACTIONS in parts,
    "actions-api:doing": lambda parts: Part.ACTIONS in parts,
}
