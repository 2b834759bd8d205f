"""What a board may agree, as a rule alone (G2)."""

from datetime import date

import pytest

from ceg.rules import problem
from cems.children.choices import RiskLevel

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
TODAY, MONTH_ON = date(2026, 6, 15), date(2026, 7, 15)
STAYS = {"stays": True, "next_on": MONTH_ON}
LEAVES = {"stays": False, "note": "Weekly visits go on."}

pytestmark = pytest.mark.requirement("G2")


def field(level: RiskLevel, **kw: object) -> str:
    """What is to be mended, "" where all is well."""
    given = {"stays_why": "", "next_on": None, "note": "", "on": TODAY, "most_months": 2, **kw}
    fault = problem(level, **given)  # type: ignore[arg-type]
    return fault.field if fault else ""


def test_still_significant_stays_with_a_compulsory_day() -> None:
    assert field(SIGNIFICANT, **STAYS) == ""
    assert field(SIGNIFICANT, stays=True) == "next_on"
    assert field(SIGNIFICANT, **LEAVES) == "stays"


def test_moderate_is_stepped_out_or_stays_for_reasons_with_a_day() -> None:
    assert field(MODERATE, **LEAVES) == ""
    assert field(MODERATE, **STAYS) == "stays_why"
    assert field(MODERATE, **STAYS, stays_why="Court next month.") == ""
    assert field(MODERATE, stays=True, stays_why="Court next month.") == "next_on"


@pytest.mark.parametrize("level", [LOW, NONE])
def test_lower_is_always_stepped_out_with_a_note(level: RiskLevel) -> None:
    assert field(level, **LEAVES) == ""
    assert field(level, stays=False) == "note"
    assert field(level, **STAYS, stays_why="Court next month.") == "stays"


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        (TODAY, "next_on"),
        (date(2026, 6, 14), "next_on"),
        (date(2026, 6, 16), ""),
        (date(2026, 7, 18), "next_on"),  # a Saturday
        (date(2026, 8, 31), "next_on"),  # the summer bank holiday
        (date(2026, 8, 14), ""),
        (date(2026, 8, 17), "next_on"),  # past two months
    ],
)
def test_the_day_is_a_working_day_to_come_and_not_too_far(day: date, fault: str) -> None:
    assert field(SIGNIFICANT, stays=True, next_on=day) == fault
