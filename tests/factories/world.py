"""A small partnership for guards, journeys and pictures: one person a role, one child a way of reaching.

Everything on a child's record is written by the services, by an author who is none of those people. What an app has
there stands in `tests/<app>/story.py`, which may have these functions; they run from the lowest floor up:

    write(story, author)         one of everything on the record of a child; what it returns is `story.of(its class)`
    finish(story, author)        what needs all of that
    reach(story, people, author) how everybody comes to the child of this story
    add(story, author, number)   one more of everything that lists show
    give_work(person)            one more of what a person has of their own
    of_world(world)              what is about no child; what it returns is `world.of(its class)`
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from cems.accounts.models import Agency, Team, User
from cems.accounts.roles import ASSIGNABLE, ROLES, Reach, Role
from cems.base.time import now
from cems.children.access import grants
from cems.children.choices import MatterKind
from cems.children.models import Child, EmergencyAccess, Involvement, Submitter
from tests.collecting import hooks
from tests.factories.children import assign, bar, make_child, make_matter, name_for_student, restrict
from tests.factories.people import (
    DARLINGTON,
    appoint,
    make_agency,
    make_authority,
    make_locality,
    make_team,
    make_user,
)

T = TypeVar("T")
# By which matters each story's child is followed, as (kind, closed).
MATTERS: dict[str, list[tuple[str, bool]]] = {
    "cevt": [(MatterKind.CEVT, False)],
    "overseen": [(MatterKind.LOW, False)],
    "ceg": [(MatterKind.CEG, False)],
    "missing": [(MatterKind.MISSING, False)],
    "exploitation": [(MatterKind.EXPLOITATION, False)],
    "past": [(MatterKind.EXPLOITATION, True)],
    "referral": [(MatterKind.REFERRAL, False)],
}
EVERY_MATTER = [(kind, False) for kind in MatterKind.values]
# Family names so unlike each other that a search for one, however close its spellings, finds no other.
NAMES = {
    "involved": "Quorbeck",
    "named": "Zellerby",
    "submitted": "Trimsley",
    "assigned": "Kettleby",
    "cevt": "Vadlow",
    "overseen": "Fozzley",
    "ceg": "Hexthorn",
    "missing": "Jupworth",
    "exploitation": "Wickmoor",
    "past": "Blyford",
    "referral": "Nozzard",
    "known": "Pennifold",
    "emergency_access": "Ottercap",
    "restricted_emergency": "Yarnwick",
    "elsewhere": "Ashgrim",
    "restricted": "Duxley",
    "barred": "Crombole",
}
STORIES = tuple(NAMES)
# Nobody in the world reaches these, whatever their role.
CLOSED = ("elsewhere", "restricted", "barred")


@dataclass
class Kept:
    """What each app's story adds, by its class."""

    rows: dict[type, Any] = field(default_factory=dict, init=False)

    def of(self, kind: type[T]) -> T:
        """What an app added."""
        row: T = self.rows[kind]
        return row

    def keep(self, row: object) -> None:
        """Add what an app's story made; None is nothing."""
        if row is not None:
            self.rows[type(row)] = row


@dataclass
class Story(Kept):
    """One child and what is on the record."""

    key: str
    child: Child

    def secret(self, what: str) -> str:
        """Words that stand in one place of this child's record and nowhere else."""
        return secret(self.key, what)


@dataclass
class World(Kept):
    """The people by role, the stories by key, and what administrators look after."""

    people: dict[str, User]
    stories: dict[str, Story]
    agency: Agency
    team: Team
    colleague: User


def secret(key: str, what: str) -> str:
    return f"Plainly invented words about {what} in the story {key}"


def make_world(stories: tuple[str, ...] = STORIES, *, password: str | None = None) -> World:
    """Everybody and everything, in County Durham but for the story `elsewhere`."""
    agency, east = make_agency(), make_locality("east")
    team = make_team(agency=agency)
    people = {
        role.key: make_user(role.key, agency=agency, team=team, locality=east, password=password)
        for role in ROLES.values()
    }
    author = make_user("first_contact", team=make_team())
    away = make_user("first_contact", agency=make_agency(authorities=[make_authority(DARLINGTON)]))
    children = {key: _tell(key, away if key == "elsewhere" else author, people) for key in stories}
    colleague = make_user("practitioner", agency=agency, team=team)
    world = World(people, children, agency, team, colleague)
    for of_world in hooks("story", "of_world"):
        world.keep(of_world(world))
    return world


def _tell(key: str, author: User, people: dict[str, User]) -> Story:
    code = DARLINGTON if key == "elsewhere" else None
    area = make_authority(code) if code else make_authority()
    child = make_child(
        given_name="Testchild",
        family_name=NAMES[key],
        authority=area,
        locality=make_locality("east", area),
    )
    story = write_record(key, child, author)
    for finish in hooks("story", "finish"):
        finish(story, author)
    everybody = list(people.values())
    matters = EVERY_MATTER if key in {"restricted", "barred"} else MATTERS.get(key, [])
    for kind, closed in matters:
        make_matter(child, kind, closed=closed)
    if key in {"involved", "restricted", "barred"}:
        involve_all(child, everybody)
    if key in {"assigned", "restricted", "barred"}:
        for person in everybody:
            if person.appointments.filter(role_key__in=ASSIGNABLE).exists():
                assign(child, person)
    if key in {"named", "restricted", "barred"}:
        name_for_student(child, people["student"])
    if key in {"submitted", "restricted", "barred"}:
        for person in everybody:
            Submitter.objects.get_or_create(child=child, user=person, defaults={"at": now()})
    for reach in hooks("story", "reach"):
        reach(story, everybody, author)
    if key in {"emergency_access", "restricted_emergency"}:
        for person in everybody:
            open_in_emergency(child, person)
    if key in {"restricted", "restricted_emergency"}:
        restrict(child, owner=author)
    if key == "barred":
        for person in everybody:
            bar(child, person)
    return story


def write_record(key: str, child: Child, author: User) -> Story:
    """One of everything on the record of a child, by `author`, with words that name their place."""
    story = Story(key, child)
    for write in hooks("story", "write"):
        story.keep(write(story, author))
    return story


def involve_all(child: Child, people: list[User]) -> None:
    """Everybody works with the child since yesterday, and no team as a whole."""
    since = now() - timedelta(days=1)
    for person in people:
        Involvement.objects.create(
            child=child,
            user=person,
            case_role="social_worker",
            started_at=since,
            made_by=person,
            recorded_at=since,
        )
    grants.rebuild(None, at=now(), child_ids=[child.pk])


def open_in_emergency(child: Child, person: User) -> EmergencyAccess:
    """The person opened the record an hour ago, for three hours more."""
    begin = now() - timedelta(hours=1)
    return EmergencyAccess.objects.create(
        child=child,
        user=person,
        reason="Example emergency",
        opened_at=begin,
        until=begin + timedelta(hours=4),
    )


def add_rows(world: World, times: int) -> None:
    """So many more of everything that lists show: on each child's record, of children, of each person's own."""
    author = make_user("first_contact", team=make_team())
    for number in range(times):
        for story in world.stories.values():
            for add in hooks("story", "add"):
                add(story, author, number)
        more = make_child(family_name=f"Manifold{'abcdefgh'[number]}", locality=make_locality("east"))
        write_record(f"more {number}", more, author)
        for matter in MatterKind.values:
            make_matter(more, matter)
        involve_all(more, list(world.people.values()))
        give_work(world)
        appoint(world.colleague, list(ROLES)[number])
        make_user(agency=world.agency, team=make_team(agency=world.agency))


def give_work(world: World) -> None:
    """Everybody has one more of what people have of their own."""
    for give in hooks("story", "give_work"):
        for person in world.people.values():
            give(person)


def reaches(role: Role, key: str) -> frozenset[Reach]:
    """By which of its reaches a role comes to the child of a story, written out from the access table."""
    if key in CLOSED:
        return frozenset()
    if (
        key == "restricted_emergency"
    ):  # restricted: an emergency opens it for those roles alone, and nothing else does
        return frozenset({Reach.EMERGENCY} if role.opens_restricted else ())
    ways = {Reach.AUTHORITY}
    if key == "emergency_access":
        ways.add(Reach.EMERGENCY)
    if key == "involved":
        ways.add(Reach.INVOLVED)
    if key == "assigned":
        ways.add(Reach.ASSIGNED)
    if key == "named":
        ways.add(Reach.NAMED)
    if key == "submitted":
        ways.add(Reach.SUBMITTED)
    if key == "cevt" and not role.of_locality:
        ways.add(Reach.FORUM)
    if key == "ceg" and (role.of_locality or role.key == "business_support"):
        ways.add(Reach.FORUM)
    if key == "overseen":
        ways.add(Reach.OVERSEEN)
    if key == "missing":
        ways.add(Reach.MISSING)
    if key in {"cevt", "ceg", "missing", "exploitation"}:
        ways |= {Reach.MATTER, Reach.OPEN_MATTER}
    if key == "past":
        ways.add(Reach.MATTER)
    if key == "referral":
        ways.add(Reach.REFERRAL)
    return frozenset(ways & role.sees.keys())
