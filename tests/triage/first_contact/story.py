"""What First Contact adds to the record of each child of the world (tests/factories/world.py)."""

from dataclasses import dataclass
from datetime import timedelta

from cems.accounts.models import User
from cems.base.calendar import close_of_business
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.clocks.services.clock import clock_meet, clock_start
from plans.choices import ReferralState
from plans.clocks import REFERRAL_DECISION
from plans.models import Referral
from plans.policy import REFERRAL_DECISION_DAYS
from plans.services.referral import first_contact
from tests.factories.people import make_team
from tests.factories.world import Story
from tests.plans.story import PlanRows
from triage.choices import LaterFindingKind
from triage.first_contact.outcomes import ASSESSMENT
from triage.first_contact.services.enquiry import agency_enquiry_open
from triage.first_contact.services.later_finding import later_finding_record
from triage.models import AgencyEnquiry, LaterFinding


@dataclass
class FirstContactRows:
    """A question to a team nobody in the world is in; and what was found since another referral was decided."""

    enquiry: AgencyEnquiry
    later_finding: LaterFinding


def write(story: Story, author: User) -> FirstContactRows:
    referral = story.of(PlanRows).referral
    rows = agency_enquiry_open(author, referral=referral, teams=[make_team()], what="What do you know?")
    finding = later_finding_record(
        author,
        referral=_decided(story, author),
        kind=LaterFindingKind.UNSUBSTANTIATED,
        found_on=local_date(now()),
        text=story.secret("later finding"),
    )
    return FirstContactRows(rows[0], finding)


def _decided(story: Story, author: User) -> Referral:
    """A referral that was decided before the one that waits came."""
    came = now() - timedelta(days=9)
    reference, desk = next_reference("REF", came), first_contact(story.child)
    length = REFERRAL_DECISION_DAYS.read(came, story.child.area_id)
    clock = clock_start(
        author,
        kind=REFERRAL_DECISION.key,
        owner=desk,
        deadline=close_of_business(came, length.value),
        length=length,
        reference=reference,
        title="Decide the referral",
        child=story.child.public_id,
        at=came,
    )
    clock_meet(author, clock=clock, at=came)
    return Referral.objects.create(
        reference=reference,
        child=story.child,
        made_by=author,
        received_at=came,
        recorded_at=came,
        state=ReferralState.DECIDED,
        outcome=ASSESSMENT.key,
        outcome_label=ASSESSMENT.label,
        rationale="An assessment is made.",
        decided_at=came,
        decided_by=author,
        clock=clock,
    )
