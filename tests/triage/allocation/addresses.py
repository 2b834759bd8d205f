"""How addresses of allocation are made (tests/guards/recipes.py)."""

from typing import Any

from cems.accounts.models import User
from tests.factories.allocation import Allocated
from tests.factories.world import World
from tests.guards.recipes import OfStory, OfWorld, child_and


def _allocated(world: World) -> Allocated:
    return next(iter(world.stories.values())).of(Allocated)


def _worker(world: World, user: User) -> dict[str, Any]:
    return {"worker_id": _allocated(world).allocation.worker.public_id}


OF_STORY: dict[str, OfStory] = {
    **{
        f"allocation:{name}": child_and(
            allocation_id=lambda story, user: story.of(Allocated).allocation.public_id
        )
        for name in ("detail", "end", "undo")
    },
    **{
        f"allocation:{name}": child_and(kind=lambda story, user: "coordinator")
        for name in ("candidates", "decline", "weekend_cover")
    },
    "allocation:allocate": child_and(
        kind=lambda story, user: "coordinator",
        worker_id=lambda story, user: story.of(Allocated).coordinator.public_id,
    ),
}
OF_WORLD: dict[str, OfWorld] = {
    "allocation:capacity": lambda world, user: {**_worker(world, user), "kind": "ce_worker"},
    "allocation:absence_end": lambda world, user: {"absence_id": _allocated(world).absence.public_id},
    "allocation:vacancy_end": lambda world, user: {"vacancy_id": _allocated(world).vacancy.public_id},
    **{f"allocation:{name}": _worker for name in ("worker", "absence_new", "reallocation")},
}
