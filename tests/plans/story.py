"""What plans add to the record of each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass

from cems.accounts.models import User
from cems.children.choices import MatterKind
from cems.children.models import Child, Matter
from plans.models import Referral, Request
from plans.services.referral import referral_open
from plans.services.strategy_meeting import strategy_meeting_request
from tests.factories.world import Story


@dataclass
class PlanRows:
    """A referral that waits, and a strategy meeting that was asked for."""

    referral: Referral
    request: Request


def write(story: Story, author: User) -> PlanRows:
    return PlanRows(_referral(author, story.child), strategy_meeting_request(author, child=story.child))


def _referral(author: User, child: Child) -> Referral:
    """The reach that comes with one belongs to the story `referral` alone."""
    row = referral_open(author, child=child)
    Matter.objects.filter(child=child, kind=MatterKind.REFERRAL).delete()
    return row
