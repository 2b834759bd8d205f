"""Eligibility, the outcomes a level allows, repeats and re-referrals (T1, T3, T4, T7)."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cems.accounts.models import Locality
from cems.base.time import LONDON
from cems.children.choices import HarmForm, RiskLevel
from cems.children.identity.rules import age_on
from cems.meetings.rules import why_provisional
from plans.models import Provider
from triage.cevt.outcomes import (
    ADVICE,
    ALLOCATION,
    CEG,
    DISRUPTION,
    NOT_CEG,
    NRM,
    PROVIDER,
    STEP_DOWN,
    Case,
    Wish,
)
from triage.cevt.rules.eligibility import Passed, eligibility
from triage.cevt.rules.figures import Before, Return, rereferral_kind
from triage.cevt.services.outcome import always, problems
from triage.choices import CegReason
from triage.models import AdviceVersion

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
BORN, DAY = date(2011, 6, 1), date(2026, 5, 6)
EAST = Locality(name="East")
CHANGING_LIVES = Provider(
    code="changing-lives",
    name="Changing Lives",
    age_from=16,
    harms=["sexual"],
    levels=[2, 3],
    takes_parents=True,
    active_from=date(2020, 1, 1),
)


@pytest.mark.requirement("T1")
def test_the_gate_is_open_for_each_of_its_reasons_and_shut_without_any() -> None:
    for a, b, c, d in product((False, True), repeat=4):
        passed = eligibility(open_to_childrens_services=a, stepped_up=b, processed=c, followed=d)
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


def said(*asked: Wish, level: RiskLevel, forms: tuple[str, ...] = (), born: date = BORN) -> list[str]:
    case = Case(level, forms, age_on(born, DAY), DAY, frozenset(wish.kind.key for wish in asked))
    return [field for field, _ in problems(asked, case)]


@pytest.mark.requirement("T4")
def test_significant_starts_board_and_worker_and_moderate_and_low_ask_for_advice() -> None:
    assert set(always(SIGNIFICANT)) == {CEG, ALLOCATION}
    assert always(MODERATE) == always(LOW) == [ADVICE]
    assert not always(NONE)


@pytest.mark.requirement("T4")
@pytest.mark.parametrize(
    ("asked", "level", "wrong"),
    [
        (Wish(CEG, ceg_reason=CegReason.SIGNIFICANT, locality=EAST), SIGNIFICANT, False),
        (Wish(CEG, ceg_reason=CegReason.SIGNIFICANT), SIGNIFICANT, True),  # no locality: f10
        (Wish(CEG, ceg_reason=CegReason.SIGNIFICANT, locality=EAST), MODERATE, True),
        (Wish(CEG, ceg_reason=CegReason.JUDGEMENT, locality=EAST), MODERATE, True),
        (Wish(CEG, "Siblings", CegReason.JUDGEMENT, locality=EAST), MODERATE, False),
        (Wish(CEG, "Often missing", CegReason.MISSING, locality=EAST), LOW, False),
        (Wish(CEG, locality=EAST), MODERATE, True),
        (Wish(NOT_CEG, "Well supported"), SIGNIFICANT, True),
        (Wish(NOT_CEG, "Well supported"), MODERATE, True),  # without contextual safeguarding advice
        (Wish(NOT_CEG, "Well supported", details={"context": "The skate park"}), MODERATE, False),
        (Wish(NOT_CEG), MODERATE, True),
        (Wish(ALLOCATION), SIGNIFICANT, False),
        (Wish(ALLOCATION), MODERATE, True),
        (Wish(ALLOCATION, "An older brother is involved"), MODERATE, False),
        (Wish(ALLOCATION, "An older brother is involved"), LOW, True),
        (Wish(ADVICE), MODERATE, True),
        (Wish(ADVICE, advice=[AdviceVersion(title="Debts")]), MODERATE, False),
        (Wish(ADVICE, details={"none": "The worker knows all of it"}), LOW, False),
        (Wish(ADVICE, "Keep on", details={"none": "The worker knows all of it"}), LOW, True),
        (Wish(STEP_DOWN, "Early help goes on"), LOW, False),
        (Wish(STEP_DOWN), LOW, True),
        (Wish(STEP_DOWN, "Early help goes on"), MODERATE, True),
        (Wish(NRM), SIGNIFICANT, True),
        (Wish(NRM, "Moved between towns to sell"), LOW, False),
        (Wish(DISRUPTION, "The flat is known"), LOW, False),
    ],
)
def test_each_outcome_asks_for_what_it_needs(asked: Wish, level: RiskLevel, wrong: bool) -> None:
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
        (date(2011, 1, 1), SIGNIFICANT, (HarmForm.CRIMINAL,), True, True),  # the parents, whatever the harm
        (date(2009, 1, 1), LOW, (HarmForm.SEXUAL,), True, False),
    ],
)
def test_changing_lives_takes_16_and_over_at_moderate_sexual_risk(
    born: date, level: RiskLevel, forms: tuple[str, ...], parents: bool, right: bool
) -> None:
    asked = Wish(PROVIDER, for_parents=parents, provider=CHANGING_LIVES)
    assert (said(asked, level=level, forms=forms, born=born) == []) is right


@pytest.mark.requirement("T4")
def test_board_and_not_for_the_board_exclude_each_other() -> None:
    board = Wish(CEG, "Siblings", CegReason.JUDGEMENT, locality=EAST)
    assert said(board, Wish(NOT_CEG, "Well supported"), level=MODERATE) == ["not_ceg"]


@pytest.mark.requirement("T4")
def test_the_same_is_not_asked_for_twice_and_no_kind_is_asked_what_it_does_not_ask() -> None:
    nrm = Wish(NRM, "Moved between towns to sell")
    assert said(nrm, nrm, level=LOW) == ["nrm"]
    assert said(Wish(NRM, "Moved", details={"court": "Durham"}), level=LOW) == ["nrm_court"]
    both = [Wish(PROVIDER, for_parents=parents, provider=CHANGING_LIVES) for parents in (False, True)]
    assert said(*both, level=MODERATE, forms=(HarmForm.SEXUAL,), born=date(2009, 1, 1)) == []


START = datetime(2022, 1, 3, 12, tzinfo=UTC)
hours = st.integers(0, 24 * 900)


def slow_kind(received: datetime, before: list[Before]) -> Return:
    """The rule said again, day by day."""
    earlier = [past for past in before if past.decided_at < received]
    for decision in earlier:
        if decision.ended_at is None or decision.ended_at > received:
            return Return.REPEAT
    for decision in earlier:
        if decision.ended_at is None:
            continue
        ended, day = decision.ended_at.astimezone(LONDON).date(), received.astimezone(LONDON).date()
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
    assert rereferral_kind(at, before, months=12) == slow_kind(at, before)


@pytest.mark.requirement("T7")
def test_twelve_months_end_with_the_same_day_a_year_later() -> None:
    ended = datetime(2024, 2, 29, 12, tzinfo=UTC)
    before = [Before(ended - timedelta(days=30), ended)]
    assert rereferral_kind(datetime(2025, 2, 28, 23, tzinfo=UTC), before, months=12) == Return.REREFERRAL
    assert rereferral_kind(datetime(2025, 3, 1, 9, tzinfo=UTC), before, months=12) == Return.FIRST
