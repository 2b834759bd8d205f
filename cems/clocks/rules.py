"""When a clock acts, and what it then does (K1). Pure: the present is passed in."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from cems.base import calendar
from cems.base.time import LONDON, local_date
from cems.clocks.choices import Stage, Step
from cems.clocks.kinds import ClockKind, Morning

_OPENING = time(9)
_STAGE = {Step.WARNED: Stage.WARNED, Step.BREACHED: Stage.BREACHED, Step.REMINDED: Stage.BREACHED}
_ORDER = [Stage.RUNNING, Stage.WARNED, Stage.BREACHED]


@dataclass(frozen=True)
class Due:
    """One thing a clock does by itself, and when."""

    at: datetime
    step: Step
    number: int = 0


@dataclass(frozen=True)
class Advance:
    """What the present asks of a clock: the steps to write, oldest first, and how it stands after them."""

    steps: tuple[Due, ...]
    stage: Stage
    next_at: datetime | None


def agenda(kind: ClockKind, started_at: datetime, due_at: datetime) -> Sequence[Due]:
    """K1: warned before, escalated at breach, brought up again on the working days after; in order.

    A warning that would come before the clock starts, or not before it is due, is left out.
    """
    warnings, rest = _moments(kind, due_at, calendar.the_office().edition())
    in_time = [moment for moment in warnings if started_at < moment < due_at]
    return [*(Due(moment, Step.WARNED, number) for number, moment in enumerate(in_time)), *rest]


@lru_cache(maxsize=4096)
def _moments(
    kind: ClockKind, due_at: datetime, edition: Hashable
) -> tuple[tuple[datetime, ...], tuple[Due, ...]]:
    """Kept, since most clocks are due at the same close of business; `edition` of the working days they rest on."""
    last_day = local_date(due_at)
    reminders = [
        Due(_opens(calendar.add_working_days(last_day, n)), Step.REMINDED, n)
        for n in range(1, kind.reminders + 1)
    ]
    warnings = sorted({_warning(warning, due_at) for warning in kind.warnings})
    return tuple(warnings), (Due(due_at, Step.BREACHED), *reminders)


def _warning(warning: timedelta | Morning, due_at: datetime) -> datetime:
    if isinstance(warning, timedelta):
        return due_at - warning
    return _opens(calendar.add_working_days(local_date(due_at), -warning.working_days_before))


def _opens(day: date) -> datetime:
    return datetime.combine(day, _OPENING, LONDON).astimezone(UTC)


def advance(
    kind: ClockKind,
    *,
    stage: Stage,
    started_at: datetime,
    due_at: datetime,
    acted_until: datetime | None,
    now: datetime,
) -> Advance:
    """K1: each step whose time has come since the clock last acted, once, however late we are."""
    waiting = [due for due in agenda(kind, started_at, due_at) if acted_until is None or due.at > acted_until]
    steps = tuple(due for due in waiting if due.at <= now)
    later = [due.at for due in waiting if due.at > now]
    return Advance(steps, _STAGE[steps[-1].step] if steps else stage, later[0] if later else None)


def stage_at(kind: ClockKind, started_at: datetime, due_at: datetime, now: datetime) -> Stage:
    """How a clock with these times stands now, had nothing else happened to it."""
    return advance(
        kind, stage=Stage.RUNNING, started_at=started_at, due_at=due_at, acted_until=None, now=now
    ).stage


def is_worse(stage: Stage, than: Stage) -> bool:
    """Whether a live stage is further along than another: running, due soon, over its time."""
    return _ORDER.index(stage) > _ORDER.index(than)


def back_off(attempts: int) -> timedelta:
    """How long a clock that failed is left alone: 1, 2, 4, 8 minutes."""
    return timedelta(minutes=2 ** (attempts - 1))


def working_days_left(paused_at: datetime, due_at: datetime) -> int:
    """K1: a pause keeps the whole working days left, today not counted."""
    return calendar.working_days_between(local_date(paused_at), local_date(due_at))
