"""How addresses of referrals and of strategy meetings are made (tests/guards/recipes.py)."""

from tests.guards.recipes import OfStory, child_and
from tests.plans.story import PlanRows

OF_STORY: dict[str, OfStory] = {
    "plans:referral": child_and(referral_id=lambda story, user: story.of(PlanRows).referral.public_id),
    "plans:request": child_and(request_id=lambda story, user: story.of(PlanRows).request.public_id),
}
