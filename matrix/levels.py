"""The level acted on for a child: agreed and submitted, the higher until a forum has agreed (C4)."""

from cems.children.choices import RiskLevel
from cems.children.history.rules import level_to_act_on
from cems.children.models import AgreedLevel, Child
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


def level_before(child: Child, agreed: AgreedLevel) -> RiskLevel | None:
    """The level acted on until this one was agreed, or None where there was none."""
    rows = AgreedLevel.objects.of(child).exclude(pk=agreed.pk).filter(happened_at__lte=agreed.happened_at)
    last = rows.order_by("-happened_at", "-pk").first()
    newest = (
        Submission.objects.of(child)
        .filter(received_at__lte=agreed.happened_at)
        .order_by("-received_at", "-pk")
        .first()
    )
    waited = newest is not None and (last is None or last.happened_at < newest.received_at)
    submitted = RiskLevel(newest.level) if newest and waited else None
    return level_to_act_on(RiskLevel(last.level) if last else None, submitted)
