"""Words of the pages: numbers with what they count, in one way everywhere."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template

from cems.base.calendar import hours_after
from cems.base.form_fields import DayField
from cems.base.words import counted
from cems.children.models import Child
from tests.guards.source import ROOT, TEMPLATES, hand_written, templates, told

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        (1, "hour", "1 hour"),
        (1.0, "hour", "1 hour"),
        (1.5, "hour", "1.5 hours"),
        (0, "child", "0 children"),
        (1, "child", "1 child"),
        (2, "working day", "2 working days"),
        (2, "agency", "2 agencies"),
        (3, "matrix", "3 matrices"),
        (1000000, "person", "1000000 people"),
        (21, "earlier decision", "21 earlier decisions"),
    ],
)
def test_a_number_stands_with_its_word(number: float, unit: str, words: str) -> None:
    assert counted(number, unit) == words
    shown = Template("{{ number|counted:unit }}").render(Context({"number": number, "unit": unit}))
    assert shown == words


@pytest.mark.parametrize(("hours", "ends"), [(1, ": 1 hour"), (72, ": 72 hours"), (0.5, ": 0.5 hours")])
def test_a_clock_of_one_hour_says_so(hours: float, ends: str) -> None:
    started = datetime(2026, 6, 1, 9, tzinfo=LONDON)
    deadline = hours_after(started, hours)
    assert deadline.explanation.endswith(ends)


@pytest.mark.parametrize(
    ("born", "words"), [(date(2025, 1, 1), "1 year old"), (date(2024, 1, 1), "2 years old")]
)
def test_a_child_of_one_is_a_year_old(born: date, words: str) -> None:
    assert Child(date_of_birth=born).age_words(date(2026, 6, 1)) == words


def test_no_plural_is_made_by_hand() -> None:
    by_hand = re.compile(r"""\{'?'?"?"? ?if [^{}]*== 1 else '(?:s|es)'\}|if [^{}]*!= 1 else ''""")
    faults = [
        source.path for source in hand_written() if by_hand.search((ROOT / source.path).read_text("utf-8"))
    ]
    filtered = re.compile(r"\|pluralize\s*}}")
    faults += [
        str(path.relative_to(TEMPLATES)) for path in templates() if filtered.search(path.read_text("utf-8"))
    ]
    assert not faults, told(faults, "write counted(number, unit), or {{ number|counted:unit }}.")


def test_a_day_is_typed_with_the_figures_of_a_phone() -> None:
    html = DayField(label="When").widget.render("when", date(2026, 3, 27))
    assert html.count('inputmode="numeric"') == 3
