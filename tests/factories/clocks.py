"""Builders of clocks, with kinds of their own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count

from cems.accounts.models import Team, User
from cems.base.calendar import Deadline, close_of_business
from cems.base.time import LONDON
from cems.clocks.choices import Measure
from cems.clocks.kinds import ClockKind, Finding, Morning
from cems.clocks.models import Clock
from cems.clocks.services import clock as services
from cems.clocks.slots import KINDS

PROMISE = ClockKind(
    "test.promise",
    "Example promise",
    Measure.WORKING_DAYS,
    reminders=2,
    may_pause=True,
    may_cancel=True,
    may_meet=True,
)
MISSING = ClockKind(
    "test.hours",
    "Example hours",
    Measure.HOURS,
    warnings=(timedelta(hours=48), timedelta(hours=24)),
    may_meet=True,
)
findings: dict[int, Finding] = {}


def _check(clocks: Sequence[Clock]) -> Mapping[int, Finding]:
    for clock in clocks:
        if clock.reference.startswith("FAILS"):
            raise ArithmeticError("Example child name that must not be kept")
    return {clock.pk: findings[clock.pk] for clock in clocks if clock.pk in findings}


CHECKED = ClockKind(
    "test.checked", "Example checked", Measure.WORKING_DAYS, warnings=(Morning(1),), check=_check
)


others_told: dict[int, set[int]] = {}


def _others(clocks: Sequence[Clock], day: date) -> Mapping[int, set[int]]:
    if any(clock.reference.startswith("FAILS") for clock in clocks):
        raise RuntimeError("no")
    return {clock.pk: others_told[clock.pk] for clock in clocks if clock.pk in others_told}


ESCALATED = ClockKind("test.escalated", "Example escalated", Measure.WORKING_DAYS, also_told=_others)
KINDS.fill(PROMISE, MISSING, CHECKED, ESCALATED, by="tests")

_number = count(1)


def london(text: str) -> datetime:
    """An instant given as people in Durham would write it."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


MONDAY = london("2026-06-01T10:00")  # a plain week with no bank holiday in it


def make_clock(
    owner: User | Team,
    *,
    kind: ClockKind = PROMISE,
    deadline: Deadline | None = None,
    days: int = 2,
    at: datetime = MONDAY,
    reference: str = "",
    **kw: object,
) -> Clock:
    """A clock started on a plain Monday, due two working days later unless told."""
    return services.clock_start(
        None,
        kind=kind.key,
        owner=owner,
        deadline=deadline or close_of_business(at, days),
        reference=reference or f"TST-2026-{next(_number):05d}",
        at=at,
        **kw,  # type: ignore[arg-type]
    )
