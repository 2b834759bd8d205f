"""What CEVT adds to the record of each child of the world, and its open meeting (tests/factories/world.py)."""

from dataclasses import dataclass
from datetime import timedelta

from cems.accounts.models import User
from cems.base.time import now
from cems.children.choices import MatterKind
from cems.children.models import Matter
from cems.meetings.choices import MeetingForum
from cems.meetings.models import Meeting
from cems.meetings.services.meeting import meeting_start
from matrix.models import Submission
from tests.factories.people import make_authority
from tests.factories.world import Story, World
from tests.matrix.story import MatrixRows
from triage.cevt.services.item import item_raise
from triage.models import Item, LowMatrix, ReviewToNote


@dataclass
class CevtRows:
    """An item that came with no matrix, so it is nobody's own."""

    item: Item


@dataclass
class CevtWorld:
    """CEVT's meeting, open."""

    meeting: Meeting


def write(story: Story, author: User) -> CevtRows:
    row = item_raise(author, child=story.child, why=story.secret("concern"))
    # The reach that comes with an item belongs to the story `cevt` alone.
    Matter.objects.filter(child=story.child, kind=MatterKind.CEVT).delete()
    _to_note(story)
    # It waits beside the item, as that of a record which was joined since does.
    LowMatrix.objects.filter(child=story.child).update(ended_at=None, ended_how="", ended_by=None, item=None)
    return CevtRows(row)


def add(story: Story, author: User, number: int) -> None:
    """One more review where nothing was new waits to be noted, and one more matrix at Low to be looked at."""
    _to_note(story)
    submission = Submission.objects.filter(child=story.child).order_by("-pk")[0]
    LowMatrix.objects.create(
        child=story.child,
        authority_id=story.child.area_id,
        submission=submission,
        received_at=now(),
        late_from=now() + timedelta(days=28),
    )


def _to_note(story: Story) -> None:
    ReviewToNote.objects.create(
        child=story.child,
        authority_id=story.child.area_id,
        short_review=story.of(MatrixRows).short_review,
        received_at=now(),
    )


def of_world(world: World) -> CevtWorld:
    chair = world.people["cevt_chair"]
    return CevtWorld(meeting_start(chair, forum=MeetingForum.CEVT, authority=make_authority(), url="/cevt/"))
