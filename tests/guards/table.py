"""What the access table says of one role at one address about one child, reckoned from the table alone."""

from collections.abc import Iterator, Sequence

from cems.accounts.models import User
from cems.accounts.roles import ROLES, Part, Role, Work
from cems.children.access_control import LEAVING
from tests.factories.world import Story, World, reaches
from tests.guards.addresses import OPEN_TO, OWN_ONLY, Address


def parts_open(role: Role, story: Story) -> frozenset[Part]:
    """The parts of this child's record that the role sees."""
    return frozenset(part for reach in reaches(role, story.key) for part in role.sees[reach])


def expected(address: Address, role: Role, person: User, story: Story) -> int:
    """404 for a stranger, 403 where the part or the work is out of reach, 200 for any way through."""
    parts = parts_open(role, story)
    if not reaches(role, story.key):
        return 404
    if address.name in OPEN_TO:
        if not OPEN_TO[address.name](parts):
            return 404
        leaves = bool(address.access_rule and address.access_rule.shape in LEAVING)
        return 403 if leaves and not role.exports else 200
    assert address.access_rule is not None
    if not parts.intersection(address.parts):
        return 403
    if address.access_rule.shape in LEAVING and not role.exports:
        return 403
    if not may_work(address, role):
        return 403
    part, is_own = OWN_ONLY.get(address.name, (None, None))
    if part and part not in parts and is_own and not is_own(story, person):
        return 404
    return 200


def may_work(address: Address, role: Role) -> bool:
    """Whether the role does the work, or one of several kinds, that the access rule asks for."""
    assert address.access_rule is not None
    return not address.access_rule.work or any(
        Work(word) in role.writes for word in address.access_rule.work.split("|")
    )


# Whose page it is first of all: the worker's, then the desk's, the manager's, and so on.
FOR_WHOM = ("practitioner", "first_contact", "team_manager", "erase_manager", "cevt_chair", "administrator")


# The child an app's pages are about first of all, by the name of its addresses: on a board, with its entry.
ABOUT = {"ceg": "ceg"}


def readers(world: World, address: Address) -> Iterator[tuple[User, Story | None]]:
    """Who may open an address, those it is made for first, each with a child they may open it for; with the child
    its app's pages are about before any other."""
    own = world.stories.get(ABOUT.get(address.name.split(":")[0], "")) if address.about_child else None
    if own:
        yield from _readers_for(world, address, [own])
    yield from _readers_for(world, address, [story for story in world.stories.values() if story is not own])


def _readers_for(
    world: World, address: Address, stories: Sequence[Story]
) -> Iterator[tuple[User, Story | None]]:
    for key in dict.fromkeys((*FOR_WHOM, *ROLES)):
        role, person = ROLES[key], world.people[key]
        if not address.about_child:
            if may_work(address, role):
                yield person, None
            continue
        for story in stories:
            work = address.access_rule and (address.access_rule.about_child or may_work(address, role))
            if work and expected(address, role, person, story) == 200:
                yield person, story
