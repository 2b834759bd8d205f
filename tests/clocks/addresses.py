"""How addresses of clocks are made (tests/guards/recipes.py)."""

from typing import Any

from cems.accounts.models import User
from tests.actions.story import ActionRows
from tests.factories.world import Story
from tests.guards.recipes import OfStory, OpenTo


def _clock(story: Story, user: User) -> dict[str, Any]:
    clock = story.of(ActionRows).action.clock
    assert clock is not None
    return {"public_id": clock.public_id}


OF_STORY: dict[str, OfStory] = {"clocks:detail": _clock, "clocks:act": _clock}
OF_A_MOMENT = {"clocks:try-again": "a failed clock; administrators only, nothing of it is shown"}
OPEN_TO: dict[str, OpenTo] = {"clocks:detail": bool, "clocks:act": bool}
