"""What plans add to the record of each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass
from datetime import timedelta

from cems.accounts.models import User
from cems.base.time import now
from cems.children.choices import MatterKind
from cems.children.models import Child, Matter
from plans.choices import MeetingKind
from plans.models import Referral, Request, StatutoryMeeting
from plans.services.meeting import meeting_record
from plans.services.referral import referral_open
from plans.services.strategy_meeting import strategy_meeting_request
from tests.factories.world import Story


@dataclass
class PlanRows:
    """A referral that waits, a strategy meeting that was asked for, and a meeting that was held."""

    referral: Referral
    request: Request
    meeting: StatutoryMeeting


def write(story: Story, author: User) -> PlanRows:
    meeting = meeting_record(
        author,
        child=story.child,
        kind=MeetingKind.CORE_GROUP,
        held_at=now() - timedelta(days=3),
        attended="Example Worker",
        outcome=story.secret("meeting"),
    )
    request = strategy_meeting_request(author, child=story.child)
    return PlanRows(_referral(author, story.child), request, meeting)


def _referral(author: User, child: Child) -> Referral:
    """The reach that comes with one belongs to the story `referral` alone."""
    row = referral_open(author, child=child)
    Matter.objects.filter(child=child, kind=MatterKind.REFERRAL).delete()
    return row
