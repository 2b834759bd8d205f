"""A clock in words: "2 working days left", "19 hours left", "3 hours over" (K1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cems.accounts.models import User
from cems.base import calendar
from cems.base.time import local, local_date
from cems.base.words import counted
from cems.clocks.access import shut_ways
from cems.clocks.choices import Measure, Shut, Stage
from cems.clocks.kinds import shown_kind
from cems.clocks.models import Clock
from cems.policy.declared import declared

# What stands for words about a child whose record opens to named people only.
SHUT_ITEM = "Restricted item, ask the owner"
_HOUR = timedelta(hours=1)
_LOOKS = {
    Stage.RUNNING: "running",
    Stage.WARNED: "soon",
    Stage.BREACHED: "breached",
    Stage.PAUSED: "paused",
    Stage.MET: "met",
    Stage.CANCELLED: "cancelled",
}


def time_left(measure: Measure, due_at: datetime, now: datetime) -> str:
    """What is left until `due_at`, or by how much it is over, counted as the kind of clock counts."""
    if now > due_at:
        return f"{_span(measure, due_at, now)} over"
    return f"{_span(measure, now, due_at)} left"


def _span(measure: Measure, start: datetime, end: datetime) -> str:
    """From `start` to `end` in the largest unit that still says something."""
    gone = end - start
    if measure is Measure.WORKING_DAYS:
        days = calendar.working_days_between(local_date(start), local_date(end))
        if days:
            return counted(days, "working day")
    elif measure is not Measure.HOURS or gone >= timedelta(days=7):
        days = (local_date(end) - local_date(start)).days
        if days:
            return counted(days, "day")
    if gone >= _HOUR:
        return counted(gone // _HOUR, "hour")
    return (
        counted(gone // timedelta(minutes=1), "minute")
        if gone >= timedelta(minutes=1)
        else "less than a minute"
    )


def exact(instant: datetime) -> str:
    """An instant in full, as people in the partnership write it: "Wed 6 May 2026, 17:00"."""
    return f"{calendar.say_day(local_date(instant), year=True)}, {local(instant):%H:%M}"


def percent(clock: Clock, now: datetime) -> int:
    """How much of its time a clock has used, 0 to 100, for the bar."""
    if clock.stage in {Stage.MET, Stage.CANCELLED}:
        return 100
    whole = clock.due_at - clock.started_at
    gone = (clock.paused_at or now) - clock.started_at
    return 100 if whole <= timedelta(0) else max(0, min(100, int(100 * (gone / whole))))


def words(clock: Clock, now: datetime) -> str:
    """Where a clock stands, in words."""
    if clock.stage == Stage.PAUSED:
        return f"paused, {counted(clock.working_days_left or 0, 'working day')} left"
    if clock.stage == Stage.CANCELLED:
        return "cancelled"
    if clock.stage == Stage.MET:
        late = clock.late_by
        return (
            f"met {_span(clock.rule.measure, clock.due_at, clock.due_at + late)} late"
            if late
            else "met in time"
        )
    return time_left(clock.rule.measure, clock.due_at, now)


def look(clock: Clock, now: datetime) -> str:
    """The look of a clock; one that is over its time looks so even before the sweep has told anybody."""
    stage = Stage(clock.stage)
    if stage in {Stage.RUNNING, Stage.WARNED} and now > clock.due_at:
        stage = Stage.BREACHED
    return _LOOKS[stage]


def length_note(clock: Clock, now: datetime) -> str:
    """That an open clock keeps the length its practice setting had when it began; "" where that still holds."""
    if not clock.length_setting or clock.length is None or not clock.is_open:
        return ""
    policy = declared(clock.length_setting)
    current = policy.at(now, clock.length_authority_id)
    if current == clock.length:
        return ""
    return (
        f"{policy.in_words(clock.length)}, as set when it began. For what begins now it is"
        f" {policy.in_words(current)}."
    )


def explained(clock: Clock, now: datetime) -> str:
    """How its time was reckoned, and whether what is reckoned today would have another length."""
    return "\n".join(line for line in (clock.explanation, length_note(clock, now)) if line)


def present(clock: Clock, now: datetime) -> dict[str, Any]:
    """What `components/clock.html` shows of a clock. Reads the owner: fetch clocks `with_owner()`."""
    return {
        "words": words(clock, now),
        "due": exact(clock.due_at),
        "percent": percent(clock, now),
        "state": look(clock, now),
        "title": clock.title,
        "explanation": explained(clock, now),
        "owner": str(clock.owner),
        "late": look(clock, now) == "breached",
    }


def places(clocks: Sequence[Clock], user: User) -> dict[int, tuple[str, str]]:
    """What this person does about each clock and the page where they do it, by row number, where its kind knows one.

    One read a kind that has any.
    """
    known: dict[int, tuple[str, str]] = {}
    for key in {clock.kind for clock in clocks}:
        places_of = shown_kind(key).places
        if places_of:
            known |= places_of(user, [clock for clock in clocks if clock.kind == key])
    return known


def titles(clocks: Sequence[Clock], user: User) -> dict[int, str]:
    """What a page calls each clock for this person, by row number: its kind's own words, else its title.

    Where the child's record is shut to the person, somebody's words about the child give way to
    `SHUT_ITEM`; a clock of a record they must not know of is left out. A read, and one a kind with words.
    """
    shut = shut_ways(user, {clock.child for clock in clocks if clock.child})
    hidden = {child for child, way in shut.items() if way is Shut.HIDDEN}
    known = [clock for clock in clocks if clock.child not in hidden]
    names = {clock.pk: clock.title for clock in known}
    for key in {clock.kind for clock in known}:
        say = shown_kind(key).say
        if say:
            same_kind = [clock for clock in known if clock.kind == key]
            names |= say([clock for clock in same_kind if clock.child not in shut])
            names |= {clock.pk: SHUT_ITEM for clock in same_kind if clock.child in shut}
    return names
