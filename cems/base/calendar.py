"""Working days of England, and the deadlines made of them (K1, T2). Pure but for the partnership's own office.

When offices open, close and are shut besides bank holidays is the partnership's to decide, and asked of the
`Office`. Hours are elapsed; a month is the same day or the last; people live in Europe/London,
instants are UTC.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol

import holidays

from cems.base.months import add_months
from cems.base.slots import OFFICE
from cems.base.time import LONDON, local
from cems.base.words import counted

# What gov.uk calls the days that the `holidays` package names otherwise.
_NAMES = {
    "May Day": "Early May bank holiday",
    "Spring Bank Holiday": "Spring bank holiday",
    "Late Summer Bank Holiday": "Summer bank holiday",
}
# Filled at import and fixed: one that fills a year when it is first asked tells a second thread meanwhile that
# the year has none. Beyond these years only weekends are known, as to the `holidays` package itself.
_ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=range(1950, 2101), expand=False)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Deadline:
    """An instant to keep, when its time began, and one line that says how it was reckoned."""

    started_at: datetime
    due_at: datetime
    explanation: str


class Office(Protocol):
    """When the partnership works, day by day (`OFFICE`, filled by `cems.policy` from practice settings)."""

    def opens(self, day: date) -> time: ...

    def closes(self, day: date) -> time: ...

    def closures(self) -> frozenset[date]:
        """The days on which it is shut besides weekends and bank holidays."""

    def edition(self) -> Hashable:
        """Another whenever an answer may be: for what is kept of the answers."""


def the_office() -> Office:
    """When the partnership works."""
    return OFFICE.get()


@lru_cache(maxsize=8)
def _shared(shut: frozenset[date]) -> holidays.HolidayBase:
    """England's bank holidays and these closures; made whole before anybody sees it, and never changed."""
    days = _ENGLAND.copy()
    days.update({day: "closed" for day in shut if day not in _ENGLAND})
    return days


def _days(shut: frozenset[date] | None) -> holidays.HolidayBase:
    return _shared(the_office().closures() if shut is None else shut)


def why_shut(day: date, shut: frozenset[date] | None = None) -> str:
    """Why `day` is no working day: "weekend", a bank holiday's name or "closed"; "" when it is one."""
    days = _days(shut)
    if days.is_weekend(day):
        return "weekend"
    name = str(days.get(day, ""))
    plain = name.removesuffix(" (observed)")
    return _NAMES.get(plain, plain) + (" (substitute day)" if plain != name else "")


def is_working_day(day: date, shut: frozenset[date] | None = None) -> bool:
    """Whether people of the partnership are at work on `day` (K1)."""
    return bool(_days(shut).is_working_day(day))


def next_working_day(day: date, shut: frozenset[date] | None = None) -> date:
    """`day` itself if it is a working day, else the first one after it."""
    working_day: date = _days(shut).get_nth_working_day(day, 0)
    return working_day


def add_working_days(day: date, n: int, shut: frozenset[date] | None = None) -> date:
    """The `n`th working day after `day` (before it when negative); `day` itself for 0.

    The agenda's papers go out seven working days before the meeting: add_working_days(meeting, -7).
    """
    working_day: date = _days(shut).get_nth_working_day(day, n) if n else day
    return working_day


def working_days_between(day: date, end: date, shut: frozenset[date] | None = None) -> int:
    """How many working days come after `day`, up to and with `end`; 0 when `end` is not later."""
    return int(_days(shut).get_working_days_count(day + _ONE_DAY, end)) if day < end else 0


def closes(day: date) -> datetime:
    """Close of business on `day`, in UTC."""
    return datetime.combine(day, the_office().closes(day), LONDON).astimezone(UTC)


def counts_as(instant: datetime, shut: frozenset[date] | None = None) -> date:
    """The working day that something received at `instant` counts as: out of hours, the next one (T2)."""
    day = local(instant).date()
    if instant > closes(day):
        day += _ONE_DAY
    return next_working_day(day, shut)


def close_of_business(
    received_at: datetime, n: int, *, word: str = "received", shut: frozenset[date] | None = None
) -> Deadline:
    """Due at close of business of the `n`th working day after receipt, receipt being day 0 (T2).

    What comes after close of business or on a day that is no working day counts as the next one.
    `word` opens the explanation. Raises ValueError when `n` is negative.
    """
    if n < 0:
        raise ValueError("a deadline can't be a number of working days before its start")
    return _due(counts_as(received_at, shut), received_at, n, word, shut)


def close_of_business_resumed(
    paused_at: datetime, resumed_at: datetime, left: int, *, shut: frozenset[date] | None = None
) -> Deadline:
    """Due at close of business of the last of the whole working days that were `left`, the day of resumption being
    day 0 (K1); out of hours, the next working day. A pause wholly out of hours changes nothing: no working time passed.
    """
    day_0 = counts_as(resumed_at, shut)
    by_night = all(local(at).date() != counts_as(at, shut) for at in (paused_at, resumed_at))
    if left and by_night and counts_as(paused_at, shut) == day_0:
        day_0 = local(resumed_at).date()
    return _due(day_0, resumed_at, left, "resumed", shut)


def _due(day_0: date, received_at: datetime, n: int, word: str, shut: frozenset[date] | None) -> Deadline:
    due = closes(add_working_days(day_0, n, shut))
    return Deadline(received_at, due, _explain_days(word, received_at, day_0, due, n, shut))


def _explain_days(
    word: str, received_at: datetime, day_0: date, due: datetime, n: int, shut: frozenset[date] | None
) -> str:
    received, last = local(received_at), local(due)
    year = received.year != last.year
    start = f"{word} {say_day(received.date(), year)}"
    if day_0 != received.date():
        start += f" {received:%H:%M}, out of hours, so counted as {say_day(day_0, year)}"
    skipped = [
        f"{say_day(day, year)} skipped ({reason})"
        for day in sorted(day for day in _days(shut) if received.date() < day <= last.date())
        if (reason := why_shut(day, shut)) != "weekend"
    ]
    count = counted(n, "working day") if n else "the same working day"
    return f"{start} → due {say(due, year)}: {', '.join([count, *skipped])}"


def hours_after(start: datetime, hours: float, *, word: str = "started") -> Deadline:
    """Due `hours` elapsed hours after `start`, whatever the clocks on the wall do meanwhile (K1)."""
    due = start + timedelta(hours=hours)
    year = local(start).year != local(due).year
    return Deadline(start, due, f"{word} {say(start, year)} → due {say(due, year)}: {counted(hours, 'hour')}")


def month_after(start: datetime, months: int, *, word: str = "started") -> Deadline:
    """Due at close of business of the same day `months` later, or that month's last day (K1, M6)."""
    first = local(start).date()
    due = closes(add_months(first, months))
    year = first.year != local(due).year
    count = counted(months, "month")
    return Deadline(start, due, f"{word} {say_day(first, year)} → due {say(due, year)}: {count}")


def on_day(start: datetime, day: date, *, word: str = "set") -> Deadline:
    """Due at close of business of a day somebody chose."""
    due = closes(day)
    year = local(start).year != day.year
    return Deadline(
        start, due, f"{word} {say_day(local(start).date(), year)} → due {say(due, year)}: a day agreed"
    )


def say_day(day: date, year: bool = False) -> str:
    """A day as people say it: "Wed 6 May", with the year where it would be unclear."""
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if year else "")


def say(instant: datetime, year: bool = False) -> str:
    """An instant as people in the partnership say it: "Wed 6 May 17:00"."""
    there = local(instant)
    return f"{say_day(there.date(), year)} {there:%H:%M}"
