"""The level acted on for a child: agreed and submitted, the higher until a forum has agreed (C4)."""

from cems.children.choices import RiskLevel
from cems.children.history.rules import level_to_act_on
from cems.children.models import Child
from matrix.models import Submission


def wait_level(child: Child) -> Submission | None:
    """The newest submission that no forum has looked at since, or None."""
    newest = Submission.objects.of(child).order_by("-received_at", "-pk").first()
    if newest is None:
        return None
    agreed = child.current_level
    return None if agreed and agreed.happened_at >= newest.received_at else newest


def level_in_force(child: Child) -> RiskLevel | None:
    """The level acted on now, or None where there is neither an agreed nor a submitted one."""
    waiting = wait_level(child)
    return level_to_act_on(child.level, RiskLevel(waiting.level) if waiting else None)
