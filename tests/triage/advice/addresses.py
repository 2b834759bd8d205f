"""How addresses of advice are made (tests/guards/recipes.py)."""

from typing import Any

from cems.accounts.models import User
from tests.factories.triage import advise
from tests.factories.world import World
from tests.guards.recipes import OfWorld


def _own_advice(world: World, user: User) -> dict[str, Any]:
    """Something this person put in the log."""
    return {"public_id": advise(user).public_id}


OF_WORLD: dict[str, OfWorld] = {
    **{
        f"advice:{name}": lambda world, user: {"code": "language"}
        for name in ("entry", "entry_change", "entry_retire")
    },
    "advice:consultation_correct": _own_advice,
}
