"""What the boards add to the record of the child they follow (tests/factories/world.py)."""

from ceg.services.entry import entry_open
from cems.accounts.models import User
from cems.base.time import now
from cems.children.choices import MatterKind
from cems.children.models import Child, Matter
from tests.factories.children import make_child, make_matter
from tests.factories.people import make_locality
from tests.factories.world import Story


def reach(story: Story, people: list[User], author: User) -> None:
    """The matter by which the board's people come to the child has its entry, which asks for the next review."""
    if story.key == "ceg":
        _enter(author, story.child)


def add(story: Story, author: User, number: int) -> None:
    """Another child on the same board."""
    if story.key == "ceg":
        child = make_child(
            given_name=f"Boarded{'abcdefgh'[number]}", family_name="Thornhill", locality=make_locality("east")
        )
        make_matter(child, MatterKind.CEG)
        _enter(author, child)


def _enter(author: User, child: Child) -> None:
    matter = Matter.objects.select_related("locality").get(child=child, kind=MatterKind.CEG)
    entry_open(author, matter=matter, at=now())
