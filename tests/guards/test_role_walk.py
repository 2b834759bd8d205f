"""Every role tries every address on own, another's and closed children, and gets what the access table says (A2).

Generated from ROLES, its reaches and the resolver: a new role, reach or address is walked without a line here.
"""

import logging
import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import ROLES, Part, Role, Work
from cems.base.doors import Shape
from tests.factories.people import sign_in
from tests.factories.world import STORIES, Story, World, make_world, reaches
from tests.guards.addresses import OF_A_MOMENT, OPEN_TO, OWN_ONLY, Address, addresses
from tests.guards.source import told

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]
MEND = "mend the door of the address, or cems/accounts/roles.py if the table itself is wrong."
# Where words of one part of the record may be read; anywhere else they are a leak.
SECRETS = {
    "note": {Part.NOTES},
    "reasons": {Part.MATRIX},
    "evidence": {Part.MATRIX},
    "action": {Part.ACTIONS, Part.AGENCY_ACTIONS},
    "level": {Part.LEVEL_HISTORY, Part.DECISIONS, Part.CHRONOLOGY},
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """Made once, in a transaction that is never committed; each walk goes back to it."""
    logging.getLogger("django.request").setLevel(logging.ERROR)  # thousands of refusals are as they should be
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield make_world()
        transaction.set_rollback(True)
    logging.getLogger("django.request").setLevel(logging.NOTSET)


class Walk:
    """One role's way through the addresses, signed in once."""

    def __init__(self, world: World, role: Role) -> None:
        self.world, self.role = world, role
        self.person: User = world.people[role.key]
        self.client = sign_in(self.person)
        self.faults: list[str] = []
        self.pages: list[tuple[str, str, str]] = []  # address, story, what it said

    def ask(self, address: Address, story: Story, method: str) -> HttpResponseBase:
        """Send one request; whatever it changes is taken back."""
        with transaction.atomic():
            url = address.url(story, self.person)
            response = self.client.get(url) if method == "GET" else self.client.post(url, {})
            if method == "GET" and response.status_code == 200 and not response.streaming:
                self.pages.append((address.name, story.key, unescape(response.content.decode())))
            transaction.set_rollback(True)
        return response

    def parts(self, story: Story) -> frozenset[Part]:
        return frozenset(part for reach in reaches(self.role, story.key) for part in self.role.sees[reach])

    def expected(self, address: Address, story: Story) -> int:
        """404 for a stranger, 403 where the part or the work is out of reach, 200 for any way through."""
        parts = self.parts(story)
        if not reaches(self.role, story.key):
            return 404
        if address.name in OPEN_TO:
            return 200 if OPEN_TO[address.name](parts) else 404
        if not parts.intersection(address.parts):
            return 403
        assert address.door is not None
        if address.door.work and Work(address.door.work) not in self.role.writes:
            return 403
        part, is_own = OWN_ONLY.get(address.name, (None, None))
        if part and part not in parts and is_own and not is_own(story, self.person):
            return 404
        return 200

    def check(self, address: Address, story: Story) -> None:
        """Ask for the page as everybody would; where it must be refused, sending must be refused too."""
        door = address.door
        assert door is not None
        work_refused = not door.about_child and door.work and Work(door.work) not in self.role.writes
        expected = 403 if work_refused else self.expected(address, story)
        # Doors that only take what is sent say 405 to whoever is let in; others' own doors say it to everybody.
        only_sent = door.shape is Shape.POST and not door.about_child
        sends = expected != 200 and story.key in {"elsewhere", "restricted"}
        for method in ("POST",) if only_sent else ("GET", "POST") if sends else ("GET",):
            status = self.ask(address, story, method).status_code
            got = status if status in {403, 404} or status >= 500 else 200
            if got != expected and not (only_sent and expected == 200 and status == 403):
                self.faults.append(
                    f"{method} {address.name} of the story {story.key}: {status}, not {expected}"
                )


def _stories(world: World, role: Role) -> list[Story]:
    """Every story a reach of this role is about, others', and a restricted one."""
    reached = [key for key in STORIES if reaches(role, key) - {"authority"}]
    others = ["known"] if "known" not in reached else []
    return [world.stories[key] for key in [*reached, *others, "elsewhere", "restricted"]]


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_a_role_reaches_what_the_table_gives_it_and_nothing_else(world: World, role: Role) -> None:
    walk = Walk(world, role)
    about = [address for address in addresses() if address.about_child]
    assert about, "no address is about a child"
    for story in _stories(world, role):
        for address in about:
            walk.check(address, story)
    walk.check(next(one for one in about if one.name == "children:overview"), world.stories["barred"])
    assert not walk.faults, told(walk.faults, MEND)
    leaks = [*_names_that_leak(walk), *_secrets_that_leak(walk)]
    assert not leaks, told(leaks, "show only what comes through visible_to and the parts of the reader.")


def _names_that_leak(walk: Walk) -> Iterator[str]:
    """Children out of reach, named on a page about another child."""
    out = [story for story in walk.world.stories.values() if not reaches(walk.role, story.key)]
    for name, key, said in walk.pages:
        for story in out:
            if hint := _hint(said, story):
                yield f"{name} of the story {key} tells {hint} of the story {story.key}"


def _hint(said: str, story: Story) -> str:
    child = story.child
    for hint in (child.reference, child.family_name, str(child.public_id), story.submission.reference):
        if hint in said:
            return hint
    return ""


def _secrets_that_leak(walk: Walk) -> Iterator[str]:
    """Words of a part that is not open, on a page of the same child."""
    for name, key, said in walk.pages:
        story = walk.world.stories[key]
        if walk.person.pk in story.own:
            continue  # their own paper holds the same words
        for what, parts in SECRETS.items():
            if story.secret(what) in said and not walk.parts(story) & parts:
                yield f"{name} of the story {key} tells the words of {what}"


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_pages_about_no_child_follow_the_kind_of_work_and_name_nobody_out_of_reach(
    world: World, role: Role
) -> None:
    person = world.people[role.key]
    client = sign_in(person)
    out = [story for story in world.stories.values() if not reaches(role, story.key)]
    faults = []
    for address in addresses():
        door = address.door
        if (
            address.about_child
            or door is None
            or address.name in OF_A_MOMENT
            or address.name == "account_logout"
        ):
            continue
        allowed = not door.work or any(Work(word) in role.writes for word in door.work.split("|"))
        with transaction.atomic():
            response = client.get(address.url(world, person))
            transaction.set_rollback(True)
        status = response.status_code
        if (status == 403) is allowed or status == 404 or status >= 500:
            faults.append(
                f"{address.name} answers {status}, though the door is {'open' if allowed else 'closed'}"
            )
        if status == 200 and not response.streaming:
            said = unescape(response.content.decode())
            faults += [
                f"{address.name} tells {hint} of the story {s.key}" for s in out if (hint := _hint(said, s))
            ]
    assert not faults, told(faults, MEND)


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_search_says_the_same_of_a_child_out_of_reach_as_of_nobody(world: World, role: Role) -> None:
    """Never a hint in a count, a title, an ordering; a part of a name, or our own reference, is no signpost."""
    client = sign_in(world.people[role.key])
    faults = []
    for story in world.stories.values():
        if reaches(role, story.key):
            continue
        for word in (story.child.family_name, story.child.reference):
            if _search(client, word).replace(word, NOBODY) != _search(client, NOBODY):
                faults.append(f"{word} of the story {story.key} is answered unlike a word nobody has")
    assert not faults, told(faults, "search inside visible_to only (cems/children/search.py).")


# What differs from one answer to the next by itself: tokens of forms and of searches.
TOKENS = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<=search=)[\w-]+|(?<=/search/)[\w-]+')
NOBODY = "Zzyzxwq"


def _search(client: Client, words: str) -> str:
    """The text of the results' main part, without what differs on every page."""
    with transaction.atomic():
        response = client.post(reverse("children:search"), {"q": words}, follow=True)
        transaction.set_rollback(True)
    assert response.status_code == 200
    said = unescape(response.content.decode())
    return TOKENS.sub("", said[said.index("<main") : said.index("</main>")])


def test_signed_out_people_get_the_sign_in_page_or_a_public_one(world: World) -> None:
    client, story = Client(), world.stories["known"]
    faults = []
    for address in addresses():
        if address.door is None or address.name in OF_A_MOMENT:
            continue
        about = story if address.about_child else world
        for method in (client.get, client.post):
            with transaction.atomic():
                response = method(address.url(about, world.people["practitioner"]))
                transaction.set_rollback(True)
            if address.door.public:
                continue
            to_sign_in = response.status_code == 302 and reverse("account_login") in response["Location"]
            if not (to_sign_in or response.status_code in {401, 405}):
                faults.append(f"{address.name} answers {response.status_code} to somebody signed out")
            elif _hint(unescape(response.content.decode()), story):
                faults.append(f"{address.name} tells somebody signed out of a child")
    assert not faults, told(faults, "put the view's door outermost.")


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
    """Each reach of each role is walked by a story that gives it, break-glass apart (it has no address yet)."""
    faults = [
        f"{role.key} by {reach}"
        for role in ROLES.values()
        for reach in role.sees
        if reach != "break_glass" and not any(reach in reaches(role, key) for key in STORIES)
    ]
    assert not faults, told(faults, "add the story to tests/factories/world.py: MATTERS, and reaches().")
    assert set(world.people) == set(ROLES)
