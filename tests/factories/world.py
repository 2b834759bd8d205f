"""A small partnership for guards, journeys and pictures: one person a role, one child a way of reaching.

Everything on a child's record is written by the services, by an author who is none of those people.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cems.accounts.models import Agency, Team, User
from cems.accounts.roles import ROLES, Reach, Role
from cems.actions.models import Action
from cems.actions.services import action_open
from cems.base.calendar import close_of_business
from cems.base.time import now, today
from cems.children.access import grants
from cems.children.choices import MatterKind, StatusKind
from cems.children.family.services.relationship import relationship_add
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.services.note import note_write
from cems.children.history.services.status import status_open
from cems.children.models import (
    CaseNote,
    Child,
    EmergencyAccess,
    Involvement,
    Matter,
    Merge,
    PlacedConcern,
    Placement,
    RecordLink,
    Relationship,
    Status,
    Submitter,
)
from cems.children.placements.services.placement import placement_concern
from cems.meetings.choices import MeetingForum
from cems.meetings.models import Meeting
from cems.meetings.services.meeting import meeting_start
from matrix.choices import Informed, Seen, WhenKind
from matrix.instrument import current
from matrix.models import Matrix, Submission
from matrix.services.answers import AnswerGiven, answer_save
from matrix.services.drafts import matrix_start
from matrix.services.judgement import field_save
from matrix.services.submission import matrix_submit
from plans.models import Referral, Request
from plans.services.referral import referral_open
from plans.services.strategy_meeting import strategy_meeting_request
from tests.factories.allocation import Allocated, allocate_in_story
from tests.factories.children import (
    agree_level,
    bar,
    involve,
    join,
    link_record,
    make_child,
    make_matter,
    make_placement,
    make_relationship,
    name_for_student,
    restrict,
)
from tests.factories.people import (
    DARLINGTON,
    appoint,
    make_agency,
    make_authority,
    make_locality,
    make_team,
    make_user,
)
from tests.factories.triage import advise
from triage.cevt.services.item import item_raise
from triage.first_contact.services.enquiry import agency_enquiry_open
from triage.models import AgencyEnquiry, Item

# By which matters each story's child is followed, as (kind, closed).
MATTERS: dict[str, list[tuple[str, bool]]] = {
    "cevt": [(MatterKind.CEVT, False)],
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
    "cevt": "Vadlow",
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
AWAY = "E06000057"  # an authority that nobody in the world works for
# Nobody in the world reaches these, whatever their role.
CLOSED = ("elsewhere", "restricted", "barred")


@dataclass
class Story:
    """One child and what is on the record; `own` holds each person's own submission, where they made one."""

    key: str
    child: Child
    note: CaseNote
    status: Status
    involvement: Involvement
    claim: Involvement
    action: Action
    draft: Matrix
    submission: Submission
    referral: Referral
    request: Request
    item: Item
    asked: AgencyEnquiry  # a question of First Contact to a team nobody in the world is in
    allocated: Allocated
    relationship: Relationship  # somebody who must not be told something
    own: dict[int, Submission] = field(default_factory=dict)
    own_drafts: dict[int, Matrix] = field(default_factory=dict)
    twin: Child | None = None  # another child, alike enough to be compared
    link: RecordLink | None = None  # of the relationship to the record of `twin`
    placement: Placement | None = None
    concern: PlacedConcern | None = None
    merge: Merge | None = None  # by which a second record was joined to this one

    def secret(self, what: str) -> str:
        """Words that stand in one place of this child's record and nowhere else."""
        return secret(self.key, what)

    def papers_of(self, user: User) -> Submission:
        """The submission this person would ask for: their own, else the author's."""
        return self.own.get(user.pk, self.submission)

    def draft_of(self, user: User) -> Matrix:
        """The draft this person would ask for: their own, else the author's."""
        return self.own_drafts.get(user.pk, self.draft)


@dataclass
class World:
    """The people by role, the stories by key, and what administrators look after."""

    people: dict[str, User]
    stories: dict[str, Story]
    agency: Agency
    team: Team
    colleague: User
    meeting: Meeting  # CEVT's, open


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
    advise(people["champion"])
    told = {key: _tell(key, away if key == "elsewhere" else author, people) for key in stories}
    for key, story in told.items():
        if (
            key != "restricted" and "restricted" in told
        ):  # a brother or sister nobody in the world may know of
            link_record(make_relationship(story.child), told["restricted"].child)
    meeting = meeting_start(
        people["cevt_chair"], forum=MeetingForum.CEVT, authority=make_authority(), url="/cevt/"
    )
    return World(people, told, agency, team, make_user("practitioner", agency=agency, team=team), meeting)


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
    join_another(story, author)
    everybody = list(people.values())
    matters = EVERY_MATTER if key in {"restricted", "barred"} else MATTERS.get(key, [])
    for kind, closed in matters:
        make_matter(child, kind, closed=closed)
    if key in {"involved", "restricted", "barred"}:
        involve_all(child, everybody)
    if key in {"named", "restricted", "barred"}:
        name_for_student(child, people["student"])
    if key in {"submitted", "restricted", "barred"}:
        for person in everybody:
            Submitter.objects.get_or_create(child=child, user=person, defaults={"at": now()})
    if key == "submitted":
        story.own = {person.pk: submit(person, child, key, own=True) for person in everybody}
        story.own_drafts = {person.pk: matrix_start(person, child=child, own=True) for person in everybody}
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
    involvement = involve(child, author)
    claimant = make_user("practitioner")
    claim = Involvement.objects.create(
        child=child,
        user=claimant,
        case_role="health",
        state=InvolvementState.CLAIMED,
        started_at=now(),
        made_by=claimant,
        recorded_at=now(),
    )
    referral = _referral(author, child)
    level = agree_level(child, 1)
    type(level).objects.filter(pk=level.pk).update(rationale=secret(key, "level"))
    return Story(
        key=key,
        child=child,
        note=note_write(author, child=child, happened_at=now() - timedelta(days=2), text=secret(key, "note")),
        status=status_open(
            author, child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=today() - timedelta(days=30)
        ),
        involvement=involvement,
        claim=claim,
        action=action_open(
            author,
            title=secret(key, "action"),
            owner=author,
            child=child,
            deadline=close_of_business(now(), 5),
        ),
        submission=submit(author, child, key),
        draft=matrix_start(author, child=child),
        referral=referral,
        asked=agency_enquiry_open(author, referral=referral, teams=[make_team()], what="What do you know?")[
            0
        ],
        request=strategy_meeting_request(author, child=child),
        item=_item(key, author, child),
        allocated=allocate_in_story(child, author),
        relationship=relationship_add(
            author,
            child=child,
            name="Example Relative",
            relation="parent",
            must_not_be_told=secret(key, "family"),
            must_not_why="Plainly invented",
            named_by="child",
            named_on=today() - timedelta(days=3),
        ),
    )


def _item(key: str, author: User, child: Child) -> Item:
    """An item of CEVT; the reach that comes with one belongs to the story `cevt` alone."""
    row = item_raise(author, child=child, why=secret(key, "concern"))
    Matter.objects.filter(child=child, kind=MatterKind.CEVT).delete()
    return row


def _referral(author: User, child: Child) -> Referral:
    """A referral that waits; the reach that comes with one belongs to the story `referral` alone."""
    row = referral_open(author, child=child)
    Matter.objects.filter(child=child, kind=MatterKind.REFERRAL).delete()
    return row


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


def join_another(story: Story, author: User) -> None:
    """A second record joined to this one, and a child who is somebody else."""
    place = story.child.area
    story.twin, other = make_child(authority=place), make_child(authority=place)
    join(story.child, other)
    story.link = link_record(story.relationship, story.twin)
    story.placement = make_placement(story.child, placed_by=make_authority(AWAY))
    placement_concern(author, placement=story.placement, text=secret(story.key, "concern"), happened_at=now())
    story.concern = PlacedConcern.objects.get(child=story.child)
    story.merge = Merge.objects.create(
        child=story.child,
        other=other,
        at=now(),
        by=author,
        why="One child",
        before={"members": [], "number": [], "status": [], "placement": [], "provisional": False},
    )


def submit(user: User, child: Child, key: str, *, own: bool = False) -> Submission:
    """A Low matrix of one vulnerability: it opens no matter, so nobody reaches the child by it."""
    matrix = matrix_start(user, child=child, own=own)
    indicator = next(
        one for group in current(today()).groups if group.kind == "vulnerability" for one in group.indicators
    )
    given = AnswerGiven(
        Seen.SEEN, WhenKind.EXACT, today() - timedelta(days=9), secret(key, "evidence"), "A colleague"
    )
    answer = matrix.answers.filter(code=indicator.code).first()
    answer_save(
        user, matrix=matrix, code=indicator.code, version=answer.version if answer else 0, given=given
    )
    words: dict[str, Any] = {
        "level": 1,
        "reasons": secret(key, "reasons"),
        "difference": "More is known of the home than one answer says.",
        "informed": Informed.YES,
    }
    for name, value in words.items():
        field_save(user, matrix=matrix, name=name, version=0, value=value)
    return matrix_submit(user, matrix=matrix, call="")


def add_rows(world: World, times: int) -> None:
    """So many more of everything that lists show: on each child's record, of children, of each person's own."""
    author = make_user("first_contact", team=make_team())
    kinds = iter([kind for kind in StatusKind if kind != StatusKind.CHILD_IN_NEED])
    for number in range(times):
        kind = next(kinds)
        for story in world.stories.values():
            _add_to(story, author, kind, number)
        more = make_child(family_name=f"Manifold{'abcdefgh'[number]}", locality=make_locality("east"))
        write_record(f"more {number}", more, author)
        for matter in MatterKind.values:
            make_matter(more, matter)
        involve_all(more, list(world.people.values()))
        for person in world.people.values():
            give_work(person)
        appoint(world.colleague, list(ROLES)[number])
        make_user(agency=world.agency, team=make_team(agency=world.agency))


def _add_to(story: Story, author: User, kind: str, number: int) -> None:
    child, claimant = story.child, make_user()
    note_write(author, child=child, happened_at=now() - timedelta(days=3 + number), text=f"Note {number}")
    status_open(author, child=child, kind=kind, starts_on=today() - timedelta(days=40 + number))
    involve(child, make_user())
    involve(child, claimant, "health", state=InvolvementState.CLAIMED)
    agree_level(child, 1)
    action_open(
        author, title="Example action", owner=author, child=child, deadline=close_of_business(now(), 5)
    )
    submit(story.draft.started_by, child, f"{story.key} {number}")
    assert story.placement is not None
    placement_concern(author, placement=story.placement, text=f"Concern {number}", happened_at=now())
    story.draft = matrix_start(author, child=child)
    link_record(make_relationship(child), make_child(authority=child.area))


def give_work(person: User) -> None:
    """An action with its clock, and the notice that tells of it."""
    action_open(None, title="Example action", owner=person, deadline=close_of_business(now(), 5))


def reaches(role: Role, key: str) -> frozenset[Reach]:
    """By which of its reaches a role comes to the child of a story, written out from the access table."""
    if key in CLOSED:
        return frozenset()
    if (
        key == "restricted_emergency"
    ):  # restricted: an emergency opens it for those roles alone, and nothing else does
        return frozenset({Reach.EMERGENCY} if role.opens_restricted else ())
    found = {Reach.AUTHORITY}
    if key == "emergency_access":
        found.add(Reach.EMERGENCY)
    if key == "involved":
        found.add(Reach.INVOLVED)
    if key == "named":
        found.add(Reach.NAMED)
    if key == "submitted":
        found.add(Reach.SUBMITTED)
    if key == "cevt" and not role.of_locality:
        found.add(Reach.FORUM)
    if key == "ceg" and (role.of_locality or role.key == "business_support"):
        found.add(Reach.FORUM)
    if key == "missing":
        found.add(Reach.MISSING)
    if key in {"cevt", "ceg", "missing", "exploitation"}:
        found |= {Reach.MATTER, Reach.OPEN_MATTER}
    if key == "past":
        found.add(Reach.MATTER)
    if key == "referral":
        found.add(Reach.REFERRAL)
    return frozenset(found & role.sees.keys())
