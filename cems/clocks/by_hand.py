"""What people do to a clock on its own page, where the kind's rule offers it (K1)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from cems.accounts.models import User
from cems.base.errors import NotAllowed
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
    rule = clock.rule
    by_hand = rule.may_pause and not rule.paused_by_its_app
    rules: dict[str, Any] = {
        "meet": rule.may_meet and clock.stage in OPEN,
        "pause": by_hand and clock.stage in LIVE and clock.stage != Stage.BREACHED,
        "resume": by_hand and clock.stage == Stage.PAUSED,
        "cancel": rule.may_cancel and clock.stage in OPEN,
    }
    return [act for act, allowed in rules.items() if allowed]


def act(user: User, *, clock: Clock, act: str, reason: str, at: datetime | None = None) -> Clock:
    """Do one of the acts offered. Raises NotAllowed for another, Invalid as the service does."""
    if act not in offered(user, clock):
        raise NotAllowed("This can't be done to this clock, or not by you.")
    return _ACTS[act](user, clock=clock, reason=reason, at=at)
