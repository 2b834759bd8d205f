"""What the record itself adds to each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass
from datetime import timedelta

from cems.accounts.models import User
from cems.base.time import now, today
from cems.children.choices import StatusKind
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.services.note import note_write
from cems.children.history.services.status import status_open
from cems.children.models import (
    Assignment,
    Bar,
    CaseNote,
    Child,
    Involvement,
    Merge,
    PlacedConcern,
    Placement,
    Status,
)
from cems.children.placements.services.placement import placement_concern
from tests.factories.children import agree_level, assign, involve, join, make_child, make_placement
from tests.factories.people import make_authority, make_user
from tests.factories.world import Story

AWAY = "E06000057"  # an authority that nobody in the world works for


@dataclass
class RecordRows:
    """One of everything that the record keeps."""

    note: CaseNote
    status: Status
    involvement: Involvement
    claim: Involvement
    assignment: Assignment
    barred: User
    twin: Child | None = None  # another child, alike enough to be compared
    placement: Placement | None = None
    concern: PlacedConcern | None = None
    merge: Merge | None = None  # by which a second record was joined to this one


def write(story: Story, author: User) -> RecordRows:
    child, claimant, barred = story.child, make_user("practitioner"), make_user()
    Bar.objects.create(child=child, user=barred, reason="Knows the family", made_by=author, at=now())
    level = agree_level(child, 1)
    type(level).objects.filter(pk=level.pk).update(rationale=story.secret("level"))
    return RecordRows(
        involvement=involve(child, author),
        barred=barred,
        assignment=assign(child, make_user("auditor")),
        claim=Involvement.objects.create(
            child=child,
            user=claimant,
            case_role="health",
            state=InvolvementState.CLAIMED,
            started_at=now(),
            made_by=claimant,
            recorded_at=now(),
        ),
        note=note_write(
            author, child=child, happened_at=now() - timedelta(days=2), text=story.secret("note")
        ),
        status=status_open(
            author, child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=today() - timedelta(days=30)
        ),
    )


def finish(story: Story, author: User) -> None:
    """A second record joined to this one, a child who is somebody else, and a placement with a concern."""
    place, rows = story.child.area, story.of(RecordRows)
    born = story.child.date_of_birth  # so that First Contact's queue compares the two
    rows.twin, other = make_child(authority=place, date_of_birth=born), make_child(authority=place)
    join(story.child, other)
    rows.placement = make_placement(story.child, placed_by=make_authority(AWAY))
    placement_concern(author, placement=rows.placement, text=story.secret("concern"), happened_at=now())
    rows.concern = PlacedConcern.objects.get(child=story.child)
    rows.merge = Merge.objects.create(
        child=story.child,
        other=other,
        at=now(),
        by=author,
        why="One child",
        before={"members": [], "number": [], "status": [], "placement": [], "provisional": False},
    )


def add(story: Story, author: User, number: int) -> None:
    child, claimant = story.child, make_user()
    kind = [kind for kind in StatusKind if kind != StatusKind.CHILD_IN_NEED][number]
    note_write(author, child=child, happened_at=now() - timedelta(days=3 + number), text=f"Note {number}")
    status_open(author, child=child, kind=kind, starts_on=today() - timedelta(days=40 + number))
    involve(child, make_user())
    involve(child, claimant, "health", state=InvolvementState.CLAIMED)
    agree_level(child, 1)
    placement = story.of(RecordRows).placement
    assert placement is not None
    placement_concern(author, placement=placement, text=f"Concern {number}", happened_at=now())
