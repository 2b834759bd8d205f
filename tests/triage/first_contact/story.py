"""What First Contact adds to the record of each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass

from cems.accounts.models import User
from tests.factories.people import make_team
from tests.factories.world import Story
from tests.plans.story import PlanRows
from triage.first_contact.services.enquiry import agency_enquiry_open
from triage.models import AgencyEnquiry


@dataclass
class FirstContactRows:
    """A question to a team nobody in the world is in."""

    enquiry: AgencyEnquiry


def write(story: Story, author: User) -> FirstContactRows:
    referral = story.of(PlanRows).referral
    rows = agency_enquiry_open(author, referral=referral, teams=[make_team()], what="What do you know?")
    return FirstContactRows(rows[0])
