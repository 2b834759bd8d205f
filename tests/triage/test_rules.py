"""The gate, the outcomes a level allows, repeats and re-referrals (T1, T3, T4, T7)."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cems.base.time import LONDON
from cems.children.choices import HarmForm, RiskLevel
from cems.meetings.rules import why_provisional
from triage.choices import CegReason, OutcomeKind
from triage.rules.gate import Passed, gate
from triage.rules.measures import Before, Return, kind_of_return
from triage.rules.outcomes import Asked, always, problems

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
BORN, DAY = date(2011, 6, 1), date(2026, 5, 6)


@pytest.mark.requirement("T1")
def test_the_gate_is_open_for_each_of_its_reasons_and_shut_without_any() -> None:
    for a, b, c, d in product((False, True), repeat=4):
        passed = gate(open_to_childrens_services=a, stepped_up=b, processed=c, followed=d)
        assert bool(passed) == (a or b or c or d)
        assert (Passed.OPEN in passed) == a and (Passed.PROCESSED in passed) == c


@pytest.mark.requirement("T3")
@pytest.mark.parametrize(
    ("present", "agencies", "why"),
    [
        ({"police", "childrens_services", "health"}, 3, ""),
        ({"police", "health", "education"}, 3, "without children's services"),
        (
            {"health", "education"},
            2,
            "without the police and children's services, without a quorum (2 of 3 agencies)",
        ),
        ({"police", "childrens_services"}, 2, "without a quorum (2 of 3 agencies)"),
        (set(), 0, "without the police and children's services, without a quorum (0 of 3 agencies)"),
    ],
)
def test_a_decision_is_provisional_without_police_childrens_services_or_quorum(
    present: set[str], agencies: int, why: str
) -> None:
    assert why_provisional(present, agencies, must_attend=["police", "childrens_services"], quorum=3) == why


def said(*asked: Asked, level: RiskLevel, forms: tuple[str, ...] = (), born: date = BORN) -> list[str]:
    return [kind for kind, _ in problems(asked, level=level, forms=forms, born=born, on=DAY)]


@pytest.mark.requirement("T4")
def test_significant_starts_board_and_worker_and_nothing_less_does() -> None:
    assert always(SIGNIFICANT) == {OutcomeKind.CEG, OutcomeKind.ALLOCATION}
    assert not any(always(level) for level in (NONE, LOW, MODERATE))


@pytest.mark.requirement("T4")
@pytest.mark.parametrize(
    ("asked", "level", "wrong"),
    [
        (Asked(OutcomeKind.CEG, ceg_reason=CegReason.SIGNIFICANT, has_locality=True), SIGNIFICANT, False),
        (Asked(OutcomeKind.CEG, ceg_reason=CegReason.SIGNIFICANT), SIGNIFICANT, True),  # no locality: f10
        (Asked(OutcomeKind.CEG, ceg_reason=CegReason.SIGNIFICANT, has_locality=True), MODERATE, True),
        (Asked(OutcomeKind.CEG, ceg_reason=CegReason.JUDGEMENT, has_locality=True), MODERATE, True),
        (Asked(OutcomeKind.CEG, "Siblings", CegReason.JUDGEMENT, has_locality=True), MODERATE, False),
        (Asked(OutcomeKind.CEG, "Often missing", CegReason.MISSING, has_locality=True), LOW, False),
        (Asked(OutcomeKind.CEG, has_locality=True), MODERATE, True),
        (Asked(OutcomeKind.NOT_CEG, "Well supported"), SIGNIFICANT, True),
        (Asked(OutcomeKind.NOT_CEG, "Well supported"), MODERATE, False),
        (Asked(OutcomeKind.NOT_CEG), MODERATE, True),
        (Asked(OutcomeKind.ALLOCATION), SIGNIFICANT, False),
        (Asked(OutcomeKind.ALLOCATION), MODERATE, True),
        (Asked(OutcomeKind.ALLOCATION, "An older brother is involved"), MODERATE, False),
        (Asked(OutcomeKind.ALLOCATION, "An older brother is involved"), LOW, True),
        (Asked(OutcomeKind.ADVICE), MODERATE, True),
        (Asked(OutcomeKind.ADVICE, has_advice=True), MODERATE, False),
        (Asked(OutcomeKind.STEP_DOWN, "Early help goes on"), LOW, False),
        (Asked(OutcomeKind.STEP_DOWN), LOW, True),
        (Asked(OutcomeKind.STEP_DOWN, "Early help goes on"), MODERATE, True),
        (Asked(OutcomeKind.NRM), SIGNIFICANT, True),
        (Asked(OutcomeKind.NRM, "Moved between towns to sell"), LOW, False),
        (Asked(OutcomeKind.DISRUPTION, "The flat is known"), LOW, False),
    ],
)
def test_each_outcome_asks_for_what_it_needs(asked: Asked, level: RiskLevel, wrong: bool) -> None:
    assert bool(said(asked, level=level)) is wrong


@pytest.mark.requirement("T4")
@pytest.mark.parametrize(
    ("born", "level", "forms", "parents", "right"),
    [
        (date(2010, 5, 6), MODERATE, (HarmForm.SEXUAL,), False, True),  # sixteen today
        (date(2010, 5, 7), MODERATE, (HarmForm.SEXUAL,), False, False),  # sixteen tomorrow
        (date(2010, 5, 7), MODERATE, (HarmForm.SEXUAL,), True, True),  # the parents, at any age
        (date(2009, 1, 1), LOW, (HarmForm.SEXUAL,), False, False),
        (date(2009, 1, 1), SIGNIFICANT, (HarmForm.CRIMINAL,), False, False),
    ],
)
def test_changing_lives_takes_16_and_over_at_moderate_sexual_risk(
    born: date, level: RiskLevel, forms: tuple[str, ...], parents: bool, right: bool
) -> None:
    asked = Asked(OutcomeKind.CHANGING_LIVES, for_parents=parents)
    assert (said(asked, level=level, forms=forms, born=born) == []) is right


@pytest.mark.requirement("T4")
def test_board_and_not_for_the_board_exclude_each_other() -> None:
    board = Asked(OutcomeKind.CEG, "Siblings", CegReason.JUDGEMENT, has_locality=True)
    assert said(board, Asked(OutcomeKind.NOT_CEG, "Well supported"), level=MODERATE) == [OutcomeKind.NOT_CEG]


START = datetime(2022, 1, 3, 12, tzinfo=UTC)
hours = st.integers(0, 24 * 900)


def slow_kind(received: datetime, before: list[Before]) -> Return:
    """The rule said again, day by day."""
    earlier = [one for one in before if one.decided_at < received]
    for one in earlier:
        if one.ended_at is None or one.ended_at > received:
            return Return.REPEAT
    for one in earlier:
        if one.ended_at is None:
            continue
        ended, day = one.ended_at.astimezone(LONDON).date(), received.astimezone(LONDON).date()
        last = date(ended.year + 1, ended.month, 28 if (ended.month, ended.day) == (2, 29) else ended.day)
        if day <= last:
            return Return.REREFERRAL
    return Return.FIRST


@pytest.mark.requirement("T7")
@given(received=hours, spans=st.lists(st.tuples(hours, st.none() | st.integers(0, 24 * 500)), max_size=5))
def test_returns_agree_with_the_rule_said_slowly(received: int, spans: list[tuple[int, int | None]]) -> None:
    before = [
        Before(
            START + timedelta(hours=begin),
            None if length is None else START + timedelta(hours=begin + length),
        )
        for begin, length in spans
    ]
    at = START + timedelta(hours=received)
    assert kind_of_return(at, before, months=12) == slow_kind(at, before)


@pytest.mark.requirement("T7")
def test_twelve_months_end_with_the_same_day_a_year_later() -> None:
    ended = datetime(2024, 2, 29, 12, tzinfo=UTC)
    before = [Before(ended - timedelta(days=30), ended)]
    assert kind_of_return(datetime(2025, 2, 28, 23, tzinfo=UTC), before, months=12) == Return.REREFERRAL
    assert kind_of_return(datetime(2025, 3, 1, 9, tzinfo=UTC), before, months=12) == Return.FIRST
