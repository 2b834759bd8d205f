"""What the log of advice adds to the world (tests/factories/world.py)."""

from tests.factories.triage import advise
from tests.factories.world import World


def of_world(world: World) -> None:
    advise(world.people["champion"])
