"""A reporting year: who was referred, when, and what CEVT agreed; drawn before anything is written. Pure.

The totals are those the ERASE Annual Report 2023/24 gives (paragraphs 26 to 35), exactly, for every seed:
levels, types, workers allocated, and where the risk of those at Significant stood when the year ended. Where
its paragraphs differ, the totals of 26, 29 and 30 hold (of the 56 in 34, two are elsewhere; the one child of
33 whom it does not place stands at Moderate). It does not tell ages, places or months: these are drawn.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from cems.base.calendar import add_working_days, is_working_day, next_working_day
from cems.base.months import add_months
from cems.children.choices import HarmForm, RiskLevel
from demo.data import load

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel

# Which sort of concern a type is told by; the forms of harm are the sort's own.
_PROFILES = {
    "criminal": ("lines", "lines", "violence", "money"),
    "sexual": ("online", "partner"),
    "both": ("missing", "hotspot"),
    "other": ("work",),
    "none": ("lines", "online", "hotspot"),  # CEVT wrote down no type
}
# County Durham's Sexual Exploitation Strategy tells of four girls in five; of the others nothing is published.
_GIRLS = {"criminal": 0.2, "sexual": 0.8, "both": 0.6, "other": 0.3, "none": 0.5}
_AGES = {10: 1, 11: 3, 12: 7, 13: 14, 14: 20, 15: 22, 16: 20, 17: 13}
_PLACES = {"east": 9, "south": 5, "north-west": 4}  # the report is County Durham's alone
_LAST_DAYS = 6  # working days at the end: what comes in then would be decided in the next year


class UnknownYear(ValueError):
    """No figures are kept for that year; the words name those there are."""


@dataclass(frozen=True)
class Referral:
    """One matrix that came to CEVT in the year, and what became of it.

    `stands` is the level its child stood at when the year ended. `eased_on` is when a forum agreed less than
    Significant, `ended_on` when it agreed Low and the concern was closed, `closed_on` when those who worked
    with the child stepped back.
    """

    number: int
    child: int
    sex: str
    born: date
    place: str
    profile: str
    submitted: RiskLevel
    agreed: RiskLevel
    forms: tuple[HarmForm, ...]
    worker: bool
    stands: RiskLevel
    received_on: date
    decided_on: date
    eased_on: date | None
    ended_on: date
    closed_on: date
    again: bool = False


@dataclass(frozen=True)
class Other:
    """A child known to the partnership in the year, but not to CEVT: how, and from when to when."""

    child: int
    sex: str
    born: date
    place: str
    status: str
    since: date
    until: date


def years() -> tuple[str, ...]:
    """The years there are figures for."""
    return tuple(load("years"))


def bounds(year: str) -> tuple[date, date]:
    """The first and the last day of a reporting year. Raises UnknownYear."""
    figures = _figures(year)
    return date.fromisoformat(figures["begins"]), date.fromisoformat(figures["ends"])


@cache
def plan(year: str, seed: int) -> tuple[Referral, ...]:
    """Every referral of the year, in the order they came in; some children come twice. Raises UnknownYear."""
    figures, rng = _figures(year), Random(f"{seed}:{year}:plan")
    first, last = bounds(year)
    cells = _placed(rng, figures, _slots(rng, first, last, sum(row["count"] for row in figures["referrals"])))
    rows = [_referral(rng, number, cell, day, last) for number, (day, cell) in enumerate(cells)]
    return _some_again(rng, rows, figures["again"])


def others(year: str, seed: int) -> tuple[Other, ...]:
    """The children of the year who were never referred, numbered on from those of the plan."""
    rng = Random(f"{seed}:{year}:others")
    first, last = bounds(year)
    count = _figures(year)["others"]
    after = 1 + max(row.child for row in plan(year, seed))
    return tuple(_other(rng, after + number, first, last) for number in range(count))


def _figures(year: str) -> dict[str, Any]:
    if year not in years():
        raise UnknownYear(f"There are no figures for the year {year}. There are for {', '.join(years())}.")
    figures: dict[str, Any] = load("years")[year]
    return figures


def _slots(rng: Random, first: date, last: date, count: int) -> list[date]:
    """So many days on which something came in, evenly over the working days, in order."""
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    days = [day for day in every if is_working_day(day)][:-_LAST_DAYS]
    return [days[int((turn + rng.random()) * len(days) / count)] for turn in range(count)]


def _placed(rng: Random, figures: dict[str, Any], slots: list[date]) -> list[tuple[date, dict[str, Any]]]:
    """Each referral on a day of the quarters it belongs to: those bound to fewest quarters choose first."""
    first = date.fromisoformat(figures["begins"])
    free = {
        quarter: [
            day for day in slots if add_months(first, 3 * quarter - 3) <= day < add_months(first, 3 * quarter)
        ]
        for quarter in range(1, 5)
    }
    cells = [
        {**row, "worker": turn < row["workers"], "quarters": row.get("quarters", [1, 2, 3, 4])}
        for row in figures["referrals"]
        for turn in range(row["count"])
    ]
    rng.shuffle(cells)
    placed = []
    for cell in sorted(cells, key=lambda row: len(row["quarters"])):
        # A quarter is as likely as it has days left.
        day = rng.choice([day for quarter in cell["quarters"] for day in free[quarter]])
        next(days for days in free.values() if day in days).remove(day)
        placed.append((day, cell))
    return sorted(placed, key=lambda pair: pair[0])


def _referral(rng: Random, number: int, cell: dict[str, Any], day: date, last: date) -> Referral:
    kind, agreed = cell["type"], RiskLevel(cell["agreed"])
    profile = rng.choice(_PROFILES[kind])
    decided = add_working_days(day, 4 if rng.random() < 0.1 else rng.randint(1, 2))
    eased, ended = _course(rng, agreed, RiskLevel(cell.get("stands", LOW)), decided, last)
    closed = ended + timedelta(days=rng.randint(3, 12))
    stands = _standing(agreed, eased, ended, last)
    return Referral(
        number=number,
        child=number,
        sex="F" if rng.random() < _GIRLS[kind] else "M",
        born=_born(rng, day, closed),
        place=rng.choices(list(_PLACES), list(_PLACES.values()))[0],
        profile=profile,
        submitted=_submitted(rng, agreed),
        agreed=agreed,
        forms=() if kind == "none" else tuple(HarmForm(form) for form in _sort(profile)["forms"]),
        worker=cell["worker"],
        stands=stands,
        received_on=day,
        decided_on=decided,
        eased_on=eased,
        ended_on=ended,
        closed_on=closed,
    )


def _course(
    rng: Random, agreed: RiskLevel, stands: RiskLevel, decided: date, last: date
) -> tuple[date | None, date]:
    """When less than Significant was agreed, and when Low was."""
    if agreed <= LOW:
        return None, decided
    if agreed is MODERATE:
        return None, _after(decided, rng.randint(24, 48))
    if stands is LOW:
        soon, late = _after(decided, 63), decided + timedelta(days=130)
        ended = _between(rng, soon, min(late, last - timedelta(days=7)))
        return _between(rng, _after(decided, 28), ended - timedelta(days=21)), ended
    if stands is MODERATE:
        return (
            _between(rng, _after(decided, 42), last - timedelta(days=35)),  # a review comes after it
            _after(last, rng.randint(14, 50)),
        )
    eased = _after(last, rng.randint(7, 35))
    return eased, _after(eased, rng.randint(25, 50))


def _standing(agreed: RiskLevel, eased: date | None, ended: date, last: date) -> RiskLevel:
    if ended <= last:
        return LOW
    return MODERATE if agreed is MODERATE or (eased and eased <= last) else agreed


def _submitted(rng: Random, agreed: RiskLevel) -> RiskLevel:
    """What the practitioner judged. Low would not have come to CEVT (M5)."""
    other = 0.1 if agreed is not SIGNIFICANT else 0.14
    usual = SIGNIFICANT if agreed is SIGNIFICANT else MODERATE
    if rng.random() >= other:
        return usual
    return MODERATE if usual is SIGNIFICANT else SIGNIFICANT


def _some_again(rng: Random, rows: list[Referral], count: int) -> tuple[Referral, ...]:
    """So many referrals are of a child who came before, whose concern had been closed (T7: a re-referral)."""
    early = [
        row for row in rows if row.agreed <= MODERATE and (row.closed_on - rows[0].received_on).days < 200
    ]
    rng.shuffle(early)
    taken: set[int] = set()
    same: dict[int, Referral] = {}
    for before in early:
        if len(same) == count:
            break
        later = [row for row in rows if row.number not in taken and _may_follow(before, row)]
        if before.number in taken or not later:
            continue
        after = rng.choice(later)
        taken |= {before.number, after.number}
        same[after.number] = before
    joined = [_joined(row, same.get(row.number)) for row in rows]
    order = {old: new for new, old in enumerate(sorted({row.child for row in joined}))}
    return tuple(replace(row, child=order[row.child]) for row in joined)


def _may_follow(before: Referral, row: Referral) -> bool:
    """Whether this could be the same child again: about the same sort of concern, some weeks on, not grown up."""
    grown = add_months(before.born, 12 * 18)
    late_enough = row.received_on >= before.closed_on + timedelta(days=14)
    return row.profile == before.profile and late_enough and grown > row.closed_on + timedelta(days=30)


def _joined(row: Referral, before: Referral | None) -> Referral:
    if before is None:
        return row
    return replace(row, child=before.child, sex=before.sex, born=before.born, place=before.place, again=True)


def _other(rng: Random, child: int, first: date, last: date) -> Other:
    """Somebody's child: half known to school and First Contact only, the others for a time to a service."""
    since = _between(rng, first, last)
    until = _after(since, rng.randint(40, 330))
    kinds = {"": 27, "child_in_care": 16, "child_in_need": 19, "child_protection": 3, "early_help": 12}
    return Other(
        child=child,
        sex=rng.choice("FM"),
        born=_born(rng, since, until),
        place=rng.choices(list(_PLACES), list(_PLACES.values()))[0],
        status=rng.choices(list(kinds), list(kinds.values()))[0],
        since=since,
        until=until,
    )


def _born(rng: Random, seen: date, closed: date) -> date:
    """A birthday that makes the child 10 to 17 when first seen, and no adult before the work ends."""
    age = rng.choices(list(_AGES), list(_AGES.values()))[0]
    born = add_months(seen, -12 * age) - timedelta(days=rng.randint(0, 360))
    young = add_months(closed, -12 * 18) + timedelta(days=rng.randint(45, 200))
    return max(born, young)


def _between(rng: Random, first: date, last: date) -> date:
    """A working day of that time, its bounds counted in."""
    day = next_working_day(first + timedelta(days=rng.randint(0, max(0, (last - first).days))))
    return day if day <= last else add_working_days(last + timedelta(days=1), -1)


def _after(day: date, days: int) -> date:
    return next_working_day(day + timedelta(days=days))


def _sort(key: str) -> dict[str, Any]:
    return next(row for row in load("profiles") if row["key"] == key)
