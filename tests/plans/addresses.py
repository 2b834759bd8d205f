"""How addresses of referrals and of strategy meetings are made (tests/guards/recipes.py)."""

from plans.models import Provider
from tests.guards.recipes import OfStory, OfWorld, child_and
from tests.plans.story import PlanRows

OF_STORY: dict[str, OfStory] = {
    "plans:referral": child_and(referral_id=lambda story, user: story.of(PlanRows).referral.public_id),
    "plans:meeting_correct": child_and(meeting_id=lambda story, user: story.of(PlanRows).meeting.public_id),
    "plans:request": child_and(request_id=lambda story, user: story.of(PlanRows).request.public_id),
}
OF_WORLD: dict[str, OfWorld] = {
    "providers:provider": lambda world, user: {"public_id": Provider.objects.order_by("pk")[0].public_id},
}
