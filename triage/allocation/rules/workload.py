"""Who has room for one more child, who can't be given this one, and whom to suggest (T6). Pure.

Room counts children, about seven to a worker (ERASE Annual Report 2023–24, paragraph 93). How hard each is to
work with is not made into a score: the levels and how long each has been held are shown beside the count.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from cems.base.calendar import is_working_day, next_working_day, say_day
from cems.base.time import local
from cems.children.choices import RiskLevel


def places(children: int, share: int) -> int:
    """The children a worker has room for: those of full time by the per cent worked, whole children only."""
    return children * share // 100


@dataclass(frozen=True)
class Away:
    """When a worker is away; `until` is the last day, None while it is not known."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Ahead:
    """A leave, or a last day, that comes within so many days is told before a child is given (settings)."""

    away: int
    leaves: int


@dataclass(frozen=True)
class Candidate:
    """A worker of the right role and team, as one child's allocation looks at them.

    `shut_out`: the record is closed to them (barred, a conflict, restricted). `had_until`: the last day they
    had this child before. `leaves_on`: the last day of the role or of the person.
    """

    key: int
    name: str
    places: int
    load: int
    ahead: Ahead
    away: tuple[Away, ...] = ()
    leaves_on: date | None = None
    shut_out: bool = False
    has_child: bool = False
    had_until: date | None = None
    last_given_on: date | None = None

    @property
    def room(self) -> int:
        """How many more children; below nought when there are too many."""
        return self.places - self.load


def stop(one: Candidate, day: date) -> str:
    """Why this worker can't be given the child today, in words; "" when they can (cevt-f6)."""
    if one.has_child:
        return "Has the child already."
    if one.shut_out:
        return "The record is closed to them: a conflict is declared, or it is restricted and does not name them."
    if any(away.covers(day) and away.until is None for away in one.away):
        return "Is away, and the day of return is not known."
    return ""


def cautions(one: Candidate, day: date) -> list[str]:
    """What asks for a reason before this worker is given a child: no room, leave, a last day that is near."""
    reasons = []
    if one.room < 1:
        reasons.append(f"Has no room: {one.load} of {one.places}, and this would be {one.load + 1}.")
    for away in one.away:
        last = f" until {say_day(away.until)}" if away.until else ""
        if away.covers(day) and away.until:
            reasons.append(f"Is away{last}.")
        elif day < away.since <= day + timedelta(days=one.ahead.away):
            reasons.append(f"Is away from {say_day(away.since)}{last}.")
    if one.leaves_on and one.leaves_on <= day + timedelta(days=one.ahead.leaves):
        reasons.append(f"Leaves on {say_day(one.leaves_on)}.")
    return reasons


def stop_of_child(
    *, ce_worker: bool, level: RiskLevel | None, social_worker: str | None, right_team: bool, died: bool
) -> str:
    """Why nobody can be given this child now, and how to mend it; "" when somebody can (T6).

    A CE worker works beside a social worker of ASET, Families First or Children in Care (ERASE Annual Report
    2023–24, 8b), with children at Significant, or at Moderate by judgement. `social_worker` is their name.
    """
    if died:
        return "The child has died."
    if not ce_worker:
        return ""
    if level is None or level < RiskLevel.MODERATE:
        agreed = f"{level.label} is agreed" if level is not None else "No level is agreed"
        return f"{agreed}. A worker is given at Significant, or at Moderate with a reason: bring the child to CEVT."
    if social_worker is None:
        return (
            "No social worker is recorded. A child exploitation worker works beside one: record who it is under"
            " “Involved”, then come back."
        )
    if not right_team:
        return (
            f"{social_worker} is recorded as the social worker, but not in ASET, Families First or Children in"
            " Care. Record the right person and team under “Involved”, then come back."
        )
    return ""


def ranked(candidates: Sequence[Candidate], day: date) -> list[Candidate]:
    """Whom to think of first: nobody stopped, then no cautions, who had the child before, most room, and among
    equals who was last given a child longest ago."""

    def order(candidate: Candidate) -> tuple[bool, bool, date, int, date, str, int]:
        had = date.max - candidate.had_until if candidate.had_until else None
        return (
            bool(stop(candidate, day)),
            bool(cautions(candidate, day)),
            date.min + had if had is not None else date.max,
            -candidate.room,
            candidate.last_given_on or date.min,
            candidate.name.lower(),
            candidate.key,
        )

    return sorted(candidates, key=order)


def suggested(candidates: Sequence[Candidate], day: date) -> Candidate | None:
    """The worker to suggest: the first of `ranked` whom nothing stops and nothing cautions; None for nobody."""
    able = [
        candidate for candidate in candidates if not stop(candidate, day) and not cautions(candidate, day)
    ]
    return next(iter(ranked(able, day)), None)


def spread(children: Sequence[Sequence[Candidate]], day: date) -> list[Candidate | None]:
    """Whom to suggest for each of several children, each gift counted before the next is thought of."""
    given: Counter[int] = Counter()
    suggestions: list[Candidate | None] = []
    for able in children:
        first = suggested(
            [replace(candidate, load=candidate.load + given[candidate.key]) for candidate in able], day
        )
        if first is not None:
            given[first.key] += 1
        suggestions.append(first)
    return suggestions


def because(one: Candidate) -> str:
    """Why this worker, in a sentence or two."""
    words = []
    if one.had_until:
        words.append(f"Worked with this child until {say_day(one.had_until, year=True)}.")
    if one.room > 0:
        words.append(f"Has room for {one.room} more ({one.load} of {one.places}).")
    else:
        words.append(f"Has no room ({one.load} of {one.places}).")
    given = f"on {say_day(one.last_given_on, year=True)}" if one.last_given_on else ""
    words.append(f"Was last given a child {given}." if given else "Has not been given a child yet.")
    return " ".join(words)


def handover_day(instant: datetime, begins: time) -> date | None:
    """The next working day, where `instant` is late on the last working day before days off; else None (T6)."""
    there = local(instant)
    tomorrow = there.date() + timedelta(days=1)
    if not is_working_day(there.date()) or is_working_day(tomorrow) or there.time() < begins:
        return None
    return next_working_day(tomorrow)
