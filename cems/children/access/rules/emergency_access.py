"""How long a record stays open that somebody opened with a reason (A2)."""

from datetime import UTC, datetime, time, timedelta

from cems.base.time import LONDON, local


def open_until(at: datetime, *, hours: int, shift_ends: time | None) -> datetime:
    """A2: four hours (a setting); for the Emergency Duty Team to the end of the shift, in London time.

    Source: the partnership's access table, Emergency access. `shift_ends` is None for everybody else.
    """
    if shift_ends is None:
        return at + timedelta(hours=hours)
    here = local(at)
    day = here.date() if here.time() < shift_ends else here.date() + timedelta(days=1)
    return datetime.combine(day, shift_ends, LONDON).astimezone(UTC)
