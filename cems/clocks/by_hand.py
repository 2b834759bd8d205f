"""What people do to a clock on its own page, where the kind's rule offers it (K1)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cems.accounts.models import User
from cems.base.errors import Conflict, NotAllowed
from cems.clocks import access
from cems.clocks.choices import LIVE, OPEN, Stage
from cems.clocks.models import Clock
from cems.clocks.services import clock as services

_ACTS: dict[str, Callable[..., Clock]] = {
    "meet": services.clock_meet,
    "pause": services.clock_pause,
    "resume": services.clock_resume,
    "cancel": services.clock_cancel,
}


def offered(user: User, clock: Clock) -> Sequence[str]:
    """What this person may do to the clock now, by its kind's rule and how it stands."""
    if not access.has(user, clock):
        return []
    stages = {
        "meet": clock.stage in OPEN,
        "pause": clock.stage in LIVE and clock.stage != Stage.BREACHED,
        "resume": clock.stage == Stage.PAUSED,
        "cancel": clock.stage in OPEN,
    }
    return [act for act in _left_to_people(clock) if stages[act]]


def _left_to_people(clock: Clock) -> Sequence[str]:
    """What the rule of its kind lets people do to the clock, however it stands."""
    rule = clock.rule
    by_hand = rule.may_pause and not rule.paused_by_its_app
    allowed = {"meet": rule.may_meet, "pause": by_hand, "resume": by_hand, "cancel": rule.may_cancel}
    return [act for act, is_allowed in allowed.items() if is_allowed]


def act(user: User, *, clock: Clock, act: str, reason: str, at: datetime | None = None) -> Clock:
    """Do one of the acts offered. Raises NotAllowed for one that the user or the rule never does, Conflict for one
    that was offered until somebody else acted or its time was over, Invalid as the service does."""
    if not access.has(user, clock) or act not in _left_to_people(clock):
        raise NotAllowed("This can't be done to this clock, or not by you.")
    if act not in offered(user, clock):
        raise Conflict(f"This clock is {clock.get_stage_display().lower()} by now, so this can't be done.")
    return _ACTS[act](user, clock=clock, reason=reason, at=at)
