"""The plan of a reporting year gives the published figures, whatever the seed. Pure."""

from collections import Counter
from datetime import date

import pytest
from stdnum.gb import upn

from cems.base.calendar import is_working_day
from cems.base.months import add_months
from cems.children.choices import HarmForm, RiskLevel
from cems.children.identity.rules import age_on
from cems.local.filling import SINCE, YEAR
from demo.data import load
from demo.fill import MOST_CHILDREN, SEEDS
from demo.identity import invent, nhs_number
from demo.past import courses_of
from demo.year import Referral, UnknownYear, bounds, others, plan, years

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
BEGINS, ENDS = date(2023, 4, 1), date(2024, 3, 31)


@pytest.fixture(scope="module", params=SEEDS)
def rows(request: pytest.FixtureRequest) -> tuple[Referral, ...]:
    return plan(YEAR, request.param)


def _type(row: Referral) -> str:
    sexual, criminal = HarmForm.SEXUAL in row.forms, HarmForm.CRIMINAL in row.forms
    return "both" if sexual and criminal else "sexual" if sexual else "criminal" if criminal else "other"


def test_the_levels_the_types_and_the_workers_are_those_of_the_report(rows: tuple[Referral, ...]) -> None:
    assert len(rows) == 392
    assert Counter(row.agreed for row in rows) == {SIGNIFICANT: 87, MODERATE: 252, LOW: 53}
    assert Counter(map(_type, rows)) == {"criminal": 205, "sexual": 163, "both": 9, "other": 15}
    assert Counter(row.agreed for row in rows if row.worker) == {SIGNIFICANT: 68, MODERATE: 16}


def test_where_the_risk_of_those_at_significant_stood_at_the_end(rows: tuple[Referral, ...]) -> None:
    high = [row for row in rows if row.agreed is SIGNIFICANT]
    assert Counter(_type(row) for row in high) == {"criminal": 54, "sexual": 29, "both": 4}
    assert Counter(row.stands for row in high) == {SIGNIFICANT: 35, MODERATE: 12, LOW: 40}
    still = [row for row in high if row.stands is SIGNIFICANT]
    newest = [row for row in still if row.received_on >= date(2024, 1, 1)]
    assert len(newest) == 16
    assert all(row.worker for row in newest)
    assert Counter(_type(row) for row in still if row.received_on >= date(2023, 10, 1)) == {
        "criminal": 12,
        "sexual": 8,
    }


def test_everything_lies_in_the_year_and_in_order(rows: tuple[Referral, ...]) -> None:
    assert [row.number for row in rows] == list(range(392))
    assert [row.received_on for row in rows] == sorted(row.received_on for row in rows)
    for row in rows:
        assert BEGINS <= row.received_on < row.decided_on <= ENDS
        assert is_working_day(row.received_on) and is_working_day(row.decided_on)
        assert row.decided_on <= (row.eased_on or row.ended_on) <= row.ended_on < row.closed_on
        assert row.closed_on < date(2025, 1, 1), "nothing of the year is open years later"
        assert (row.eased_on is not None) == (row.agreed is SIGNIFICANT)
        assert row.submitted >= MODERATE, "Low would not have come to CEVT"
        assert row.stands == LOW or row.ended_on > ENDS
        assert 10 <= age_on(row.born, row.received_on) <= 17 >= age_on(row.born, row.closed_on)
    assert len({(row.received_on.year, row.received_on.month) for row in rows}) == 12
    for quarter in range(4):
        first, after = add_months(BEGINS, 3 * quarter), add_months(BEGINS, 3 * quarter + 3)
        levels = Counter(row.agreed for row in rows if first <= row.received_on < after)
        assert levels[MODERATE] > levels.total() / 2
    assert {row.submitted for row in rows if row.agreed is MODERATE} == {MODERATE, SIGNIFICANT}


def test_some_children_come_again_after_their_concern_was_closed(rows: tuple[Referral, ...]) -> None:
    children: dict[int, list[Referral]] = {}
    for row in rows:
        children.setdefault(row.child, []).append(row)
    assert sorted(children) == list(range(352))
    assert sum(row.again for row in rows) == 40
    for first, *later in children.values():
        assert not first.again
        for row in later:
            assert row.again
            assert first.closed_on < row.received_on < add_months(first.decided_on, 12)
            assert (row.sex, row.born, row.place) == (first.sex, first.born, first.place)
            assert row.profile == first.profile


def test_the_same_seed_makes_the_same_year_and_another_another() -> None:
    assert plan(YEAR, 1) == plan.__wrapped__(YEAR, 1)
    assert plan(YEAR, 1) != plan(YEAR, 2)
    assert courses_of(YEAR, 1) == courses_of(YEAR, 1)
    assert others(YEAR, 1) == others(YEAR, 1) != others(YEAR, 2)


def test_about_nine_hundred_children_have_numbers_of_their_own() -> None:
    courses = courses_of(YEAR, 1)
    assert len(courses) == 840, "with the sixty of the present: nine hundred"
    numbers = [course.number for course in courses]
    assert len(numbers) == len(set(numbers))
    every = [nhs_number(seed, number) for seed in SEEDS for number in (*range(MOST_CHILDREN), *numbers)]
    assert len(every) == len(set(every))
    assert {course.who.nhs for course in courses} <= set(every)
    pupils = [course.who.upn for course in courses]
    assert len(pupils) == len(set(pupils))
    assert all(upn.is_valid(number) and number[4:6] == "01" for number in pupils), (
        "no school has such a number"
    )
    assert not set(pupils) & {invent(1, number, date(2026, 10, 15)).upn for number in range(MOST_CHILDREN)}


def test_a_course_of_the_past_is_in_order_and_is_reviewed_about_each_month() -> None:
    for course in courses_of(YEAR, 1):
        moments = [course.known_since]
        for matrix in course.matrices:
            assert matrix.sent is not None and matrix.said is not None
            moments += [matrix.begun, matrix.sent, matrix.said.at]
        assert moments == sorted(moments)
        starts = [begins for begins, _ in course.spells]
        ends = [end for _, end in course.spells]
        assert starts == sorted(starts) and all(begins < end for begins, end in course.spells)
        assert moments[-1] <= ends[-1]
        if course.matrices:
            assert course.matrices[-1].said is not None and course.matrices[-1].said.ends
        else:
            assert course.status != ""


def test_a_year_without_figures_is_refused() -> None:
    assert years() == (YEAR,)
    assert bounds(YEAR) == (BEGINS, ENDS)
    for wrong in ("2022-23", "2023", ""):
        with pytest.raises(UnknownYear, match="There are for 2023-24"):
            plan(wrong, 1)


def test_the_figures_on_file_add_up() -> None:
    figures = load("years")[YEAR]
    assert sum(row["count"] for row in figures["referrals"]) == 392
    assert all(row["workers"] <= row["count"] for row in figures["referrals"])


def test_the_running_system_has_room_for_the_whole_past() -> None:
    known = min(course.known_since.date() for course in courses_of(YEAR, 1))
    assert date.fromisoformat(SINCE) <= add_months(bounds(YEAR)[0], -2) < known
