"""How addresses of First Contact are made (tests/guards/recipes.py)."""

from tests.guards.recipes import OfStory, OpenTo, child_and
from tests.plans.story import PlanRows
from tests.triage.first_contact.story import FirstContactRows

OF_STORY: dict[str, OfStory] = {
    **{
        f"first_contact:{name}": child_and(
            referral_id=lambda story, user: story.of(PlanRows).referral.public_id
        )
        for name in ("referral", "enquiry_new", "assessment", "referral_decide", "strategy_meeting_request")
    },
    "first_contact:later_finding_new": child_and(
        referral_id=lambda story, user: story.of(FirstContactRows).later_finding.referral.public_id
    ),
    "first_contact:later_finding_end": child_and(
        referral_id=lambda story, user: story.of(FirstContactRows).later_finding.referral.public_id,
        finding_id=lambda story, user: story.of(FirstContactRows).later_finding.public_id,
    ),
    "first_contact:enquiry_answer_for": child_and(
        referral_id=lambda story, user: story.of(PlanRows).referral.public_id,
        enquiry_id=lambda story, user: story.of(FirstContactRows).enquiry.public_id,
    ),
    "first_contact:enquiry_answer": lambda story, user: {
        "public_id": story.of(FirstContactRows).enquiry.public_id
    },
}
# To the people of the team asked, whatever they reach; to nobody else, whatever.
OPEN_TO: dict[str, OpenTo] = {"first_contact:enquiry_answer": lambda parts: False}
