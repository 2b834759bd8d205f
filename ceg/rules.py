"""What a board may agree (G2): pure, no database, the day passed in."""

from dataclasses import dataclass
from datetime import date

from cems.base.calendar import say_day, why_shut
from cems.base.months import add_months
from cems.children.choices import RiskLevel


@dataclass(frozen=True)
class Problem:
    """What is wrong with what the board agreed, in a plain sentence, and which field it is about."""

    words: str
    field: str


def may_stay(level: RiskLevel) -> bool:
    """Whether a child at this level may stay on the board at all: not below Moderate (P Step Three)."""
    return level >= RiskLevel.MODERATE


def must_stay(level: RiskLevel) -> bool:
    """Those who remain at significant risk stay, and have a review date set (P Step Three)."""
    return level is RiskLevel.SIGNIFICANT


def problem(
    level: RiskLevel,
    *,
    stays: bool,
    stays_why: str,
    next_on: date | None,
    note: str,
    on: date,
    most_months: int,
) -> Problem | None:
    """What is wrong with this agreement on the day `on`, or None (G2, P Step Three).

    Still Significant: a review date is set. Moderate: stepped out, or kept for reasons with a review date. Lower:
    stepped out. Who is stepped out leaves with a note to the lead practitioner.
    """
    if must_stay(level) and not stays:
        return Problem("A child at Significant stays on the board. Set the next review.", "stays")
    if stays and not may_stay(level):
        return Problem(
            "A child below Moderate does not stay on the board. Step them out, with a note.", "stays"
        )
    if not stays:
        return (
            None
            if note
            else Problem("Write to the lead practitioner what the plan holds from now on.", "note")
        )
    if not must_stay(level) and not stays_why:
        return Problem("Say why the child stays on the board at Moderate.", "stays_why")
    return _of_day(next_on, on, most_months)


def _of_day(day: date | None, on: date, most_months: int) -> Problem | None:
    if day is None:
        return Problem("Set the day of the next review: the child stays on the board.", "next_on")
    if day <= on:
        return Problem("The next review is after today. Check the day.", "next_on")
    if why := why_shut(day):
        return Problem(f"{say_day(day, year=True)} is no working day ({why}). Choose another.", "next_on")
    last = add_months(on, most_months)
    if day > last:
        return Problem(f"The next review is on {say_day(last, year=True)} at the latest.", "next_on")
    return None
