"""Moments in working time, and the moments that leave a clock where the demonstration wants it. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from cems.base.calendar import close_of_business, is_working_day, next_working_day
from cems.base.time import LONDON, local
from cems.children.choices import RiskLevel
from cems.clocks.choices import Stage
from cems.clocks.rules import stage_at
from matrix.policy import CEVT_DAYS
from triage.clocks import RECEIPT

_OPENS, _CLOSES = 9, 16
MEETING = time(10, 30)  # the triage's daily meeting


def on(day: date, at: time) -> datetime:
    """A moment of a London day."""
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def working_moment(rng: Random, day: date) -> datetime:
    """Some moment in office hours of `day`, or of the next working day."""
    return on(next_working_day(day), time(rng.randint(_OPENS, _CLOSES - 1), rng.randrange(60)))


def soon_after(rng: Random, moment: datetime, hours: int) -> datetime:
    """Some moment in office hours, within about `hours` after another."""
    later = moment + timedelta(minutes=rng.randint(20, max(21, hours * 60)))
    there = local(later)
    if is_working_day(there.date()) and _OPENS <= there.hour < _CLOSES:
        return later
    day = there.date() if there.hour < _OPENS else there.date() + timedelta(days=1)
    return working_moment(rng, day)


def next_meeting(moment: datetime, days: int) -> datetime:
    """The daily meeting `days` working days after `moment`."""
    day = local(moment).date()
    for _ in range(days):
        day = next_working_day(day + timedelta(days=1))
    return on(day, MEETING)


def received_so_that(rng: Random, stage: Stage, level: RiskLevel, as_of: datetime) -> datetime:
    """A receipt in office hours whose CEVT clock, untouched, stands at `stage` on `as_of`.

    Over its time means since a few days at most: nobody leaves a child waiting for weeks. What is due
    soon is due that very day, where anything could be.
    """
    receipts, today = [], []
    for back in range(1, 24 * 16):
        moment = as_of - timedelta(hours=back, minutes=rng.randrange(50))
        there = local(moment)
        if not is_working_day(there.date()) or not _OPENS <= there.hour < _CLOSES:
            continue
        due = close_of_business(moment, CEVT_DAYS[level].at(moment)).due_at
        if stage_at(RECEIPT, moment, due, as_of) is stage and due > as_of - timedelta(days=5):
            receipts.append(moment)
            if stage is Stage.WARNED and local(due).date() == local(as_of).date():
                today.append(moment)
    return rng.choice(today or receipts)
