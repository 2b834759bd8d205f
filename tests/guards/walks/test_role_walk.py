"""Every role tries every address on own, another's and closed children, and gets what the access table says (A2).

Generated from ROLES, its reaches and the resolver: a new role, reach or address is walked without a line here. What
answers with content is asked at every address, of one child for each set of parts that a role sees, and read for
words of others. A child reached otherwise whose same parts are open, and what is refused by the rule of the address
before its view, is asked once for each distinct rule.
"""

from collections.abc import Iterator
from html import unescape

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import ROLES, Part, Reach, Role, Work
from cems.base.access_control import Shape
from tests.factories.people import sign_in
from tests.factories.world import STORIES, Story, World, reaches
from tests.guards.addresses import OPEN_TO, OWN_ONLY, Address, addresses
from tests.guards.leaks import hint_of
from tests.guards.source import told
from tests.guards.table import expected, parts_open
from tests.matrix.story import MatrixRows

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.requirement("A2")]
MEND = "mend the access rule of the address, or cems/accounts/roles/table.py if the table itself is wrong."
# Where words of one part of the record may be read; anywhere else they are a leak.
SECRETS = {
    "note": {Part.NOTES},
    "reasons": {Part.MATRIX},
    "evidence": {Part.MATRIX},
    "family": {Part.FAMILY},
    "action": {Part.ACTIONS, Part.AGENCY_ACTIONS},
    "concern": {Part.NOTES, Part.REFERRALS, Part.ACTIONS, Part.AGENCY_ACTIONS},
    "level": {Part.LEVEL_HISTORY, Part.DECISIONS, Part.CHRONOLOGY},
}


class Walk:
    """One role's way through the addresses, signed in once."""

    def __init__(self, world: World, role: Role) -> None:
        self.world, self.role = world, role
        self.person: User = world.people[role.key]
        self.client = sign_in(self.person)
        self.client.get(
            reverse("home")
        )  # what a sign-in's first page writes down is not written at each address
        self.faults: list[str] = []
        self.asked: set[tuple[str, object]] = set()  # story and rule of what need not be asked again
        self.walked: dict[
            frozenset[Part], str
        ] = {}  # by the parts open: the story whose every address is asked
        self.pages: list[tuple[str, str, str]] = []  # address, story, what it said

    def ask(self, address: Address, story: Story, method: str, *, refused: bool) -> HttpResponseBase:
        """Send one request; whatever it changes is taken back. A refusal is asked for in short."""
        with transaction.atomic():
            url, headers = (
                address.url(story, self.person),
                {"accept": "application/json" if refused else "text/html"},
            )
            send = self.client.get if method == "GET" else self.client.post
            response = send(url, headers=headers)
            if method == "GET" and response.status_code == 200 and not response.streaming:
                page = unescape(response.content.decode(errors="replace"))
                self.pages.append((address.name, story.key, page))
            transaction.set_rollback(True)
        return response

    def check(self, address: Address, story: Story) -> None:
        """Ask as everybody would: open what is a page, send what only takes what is sent."""
        access_rule = address.access_rule
        assert access_rule is not None
        work_refused = (
            not access_rule.about_child
            and access_rule.work
            and Work(access_rule.work) not in self.role.writes
        )
        due = 403 if work_refused else expected(address, self.role, self.person, story)
        whole = self.walked.setdefault(parts_open(self.role, story), story.key)
        if due != 200 or whole != story.key:
            # What belongs to a person is told apart by its own view, so its address is a rule of its own.
            own_rule = address.name if address.name in OPEN_TO or address.name in OWN_ONLY else access_rule
            if (story.key, own_rule) in self.asked:
                return
            self.asked.add((story.key, own_rule))
        only_sent = access_rule.shape is Shape.POST
        # Sending what is allowed would do it; requires_child says 405 to a user who may send and only looks.
        method = "POST" if only_sent and (due != 200 or not access_rule.about_child) else "GET"
        status = self.ask(address, story, method, refused=due != 200).status_code
        got = status if status in {403, 404} or status >= 500 else 200
        # What is open to see may still be another's to do.
        if got != due and not (method == "POST" and due == 200 and status == 403):
            self.faults.append(f"{method} {address.name} of the story {story.key}: {status}, not {due}")


def _stories(world: World, role: Role) -> list[Story]:
    """One own child for each way the role comes to one, another's child, and a restricted one."""
    ways = {reaches(role, key): key for key in reversed(STORIES) if reaches(role, key) - {Reach.AUTHORITY}}
    own = list(ways.values()) or (["known"] if reaches(role, "known") else [])
    another = "elsewhere" if reaches(role, "known") else "known"
    return [world.stories[key] for key in (*own, another, "restricted")]


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_a_role_reaches_what_the_table_gives_it_and_nothing_else(world: World, role: Role) -> None:
    walk = Walk(world, role)
    about = [address for address in addresses() if address.about_child]
    assert about, "no address is about a child"
    for story in _stories(world, role):
        for address in about:
            walk.check(address, story)
    overview = next(place for place in about if place.name == "children:overview")
    for story in world.stories.values():
        walk.check(overview, story)
    assert not walk.faults, told(walk.faults, MEND)
    leaks = [*_names_that_leak(walk), *_secrets_that_leak(walk)]
    assert not leaks, told(leaks, "show only what comes through visible_to and the parts of the reader.")


def _names_that_leak(walk: Walk) -> Iterator[str]:
    """Children out of reach, named on a page about another child."""
    out = [story for story in walk.world.stories.values() if not reaches(walk.role, story.key)]
    for name, key, page in walk.pages:
        for story in out:
            if hint := hint_of(page, story):
                yield f"{name} of the story {key} tells {hint} of the story {story.key}"


def _secrets_that_leak(walk: Walk) -> Iterator[str]:
    """Words of a part that is not open, on a page of the same child."""
    for name, key, page in walk.pages:
        story = walk.world.stories[key]
        if walk.person.pk in story.of(MatrixRows).own:
            continue  # their own paper holds the same words
        for what, parts in SECRETS.items():
            if story.secret(what) in page and not parts_open(walk.role, story) & parts:
                yield f"{name} of the story {key} tells the words of {what}"


def test_people_who_left_reach_nothing(world: World) -> None:
    """Rights end with the day a person leaves, in a session that is still open too."""
    person = world.people["first_contact"]
    story = world.stories["known"]
    with transaction.atomic():
        client = sign_in(person)
        assert client.get(reverse("children:overview", args=[story.child.public_id])).status_code == 200
        type(person).objects.filter(pk=person.pk).update(is_active=False)
        answer = client.get(reverse("children:overview", args=[story.child.public_id]))
        transaction.set_rollback(True)
    assert answer.status_code in {302, 403}
    assert story.child.family_name not in answer.content.decode()


def test_the_walk_is_complete(world: World) -> None:
    """Each reach of each role is walked by a story that gives it."""
    faults = [
        f"{role.key} by {reach}"
        for role in ROLES.values()
        for reach in role.sees
        if not any(reach in reaches(role, key) for key in STORIES)
    ]
    assert not faults, told(faults, "add the story to tests/factories/world.py: MATTERS, and reaches().")
    assert set(world.people) == set(ROLES)
