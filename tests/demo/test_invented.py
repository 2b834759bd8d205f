"""Nobody in the demonstration is real, and nothing it says blames a child. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from cems.actions.slots import DOINGS
from cems.base.calendar import close_of_business
from cems.children.choices import HarmContext, HarmForm, RiskLevel
from cems.children.identity.rules import age_on, check_postcode
from cems.clocks.choices import Stage
from cems.clocks.rules import stage_at
from demo.courses import CYCLE, course_of
from demo.data import load
from demo.fill import MOST_CHILDREN, SEEDS, SPAN
from demo.identity import invent, nhs_number
from demo.moments import received_so_that
from matrix.choices import IndicatorKind, Occasion
from matrix.hints import hints
from matrix.instrument import load as instrument_of
from matrix.instrument import versions
from matrix.policy import CEVT_DAYS
from triage.clocks import RECEIPT

TODAY = date(2026, 10, 15)
seeds, numbers = st.sampled_from(SEEDS), st.integers(0, MOST_CHILDREN - 1)
presents = st.datetimes(datetime(2026, 8, 1), datetime(2029, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@given(seeds, numbers)
def test_an_invented_child_is_complete_valid_and_nobody(seed: int, number: int) -> None:
    who = invent(seed, number, TODAY)
    assert who == invent(seed, number, TODAY)
    assert nhs.is_valid(who.nhs)
    assert who.nhs.startswith("999"), "the range for tests, which no person has"
    assert upn.is_valid(who.upn)
    assert who.upn[4:7] == "000", "no school has such a number"
    assert check_postcode(who.postcode) == who.postcode
    assert who.postcode[:3] in {"DH0", "DL0"}, "no such district exists"
    assert who.family in load("words")["family"]
    assert 11 <= age_on(who.born, TODAY) <= 17


def test_no_two_children_of_a_database_share_a_number() -> None:
    every = [nhs_number(seed, number) for seed in SEEDS for number in range(MOST_CHILDREN)]
    assert len(every) == len(set(every))
    pupils = [invent(seed, number, TODAY).upn for seed in SEEDS for number in range(200)]
    assert len(pupils) == len(set(pupils))


def test_no_two_children_of_a_fill_share_a_name() -> None:
    names = [(who.given, who.family) for who in (invent(1, number, TODAY) for number in range(100))]
    assert len(names) == len(set(names))


@settings(max_examples=60, deadline=None)
@given(seeds, numbers, presents)
def test_a_course_lies_in_the_past_and_in_order(seed: int, number: int, as_of: datetime) -> None:
    course = course_of(seed, number, as_of, SPAN)
    assert course == course_of(seed, number, as_of, SPAN)
    moments = [course.known_since]
    for matrix in course.matrices:
        moments += [matrix.begun, matrix.sent] if matrix.sent else [matrix.begun]
    assert moments == sorted(moments)
    assert moments[-1] <= as_of
    assert moments[0] > as_of - SPAN - timedelta(days=30)


@settings(max_examples=40, deadline=None)
@given(
    presents,
    st.sampled_from([Stage.WARNED, Stage.BREACHED]),
    st.sampled_from(list(CEVT_DAYS)),
    st.randoms(),
)
def test_there_is_always_a_receipt_that_is_due_soon_or_late(
    as_of: datetime, stage: Stage, level: RiskLevel, rng: object
) -> None:
    moment = received_so_that(rng, stage, level, as_of)  # type: ignore[arg-type]
    due = close_of_business(moment, CEVT_DAYS[level].default).due_at
    assert stage_at(RECEIPT, moment, due, as_of) is stage


def test_every_role_in_a_course_is_cast() -> None:
    assert len({row["key"] for row in load("people")}) == len(load("people"))
    assert len({row["name"] for row in load("people")}) == len(load("people"))
    assert {row["name"].split()[1] for row in load("people")} <= set(load("words")["family"])
    assert len(CYCLE) == 20


@pytest.mark.parametrize("profile", load("profiles"), ids=lambda profile: profile["key"])
def test_a_profile_speaks_of_indicators_of_the_right_sort(profile: dict[str, list[str]]) -> None:
    known = {indicator.code: indicator for indicator in instrument_of(versions()[-1]).indicators}
    sorts = {
        "harm": {IndicatorKind.HARM},
        "contact": {IndicatorKind.CONTACT, IndicatorKind.DANGER},
        "signs": {IndicatorKind.SIGN},
        "vulnerabilities": {IndicatorKind.VULNERABILITY},
        "strengths": {IndicatorKind.STRENGTH},
    }
    for sort, wanted in sorts.items():
        assert profile[sort]
        for code in profile[sort]:
            assert known[code].kind in wanted
            assert load("evidence")[code]
    assert len(profile["contact"]) >= 3
    assert len(profile["contact"]) + len(profile["signs"]) >= 6
    assert set(profile["forms"]) <= set(HarmForm.values)
    assert set(profile["contexts"]) <= set(HarmContext.values)
    assert profile["occasion"] in Occasion.values


def _sentences(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _sentences(part)
    elif isinstance(value, list):
        for part in value:
            yield from _sentences(part)


@pytest.mark.parametrize("name", ["evidence", "profiles", "words"])
def test_no_sentence_puts_the_blame_on_a_child(name: str) -> None:
    hinted = [(hint.phrase, text) for text in _sentences(load(name)) for hint in hints(text)]
    assert not hinted


def test_there_are_words_for_each_kind_of_doing_which_it_takes() -> None:
    told = load("words")["doings"]
    kinds = {place.kind.key: place.kind for place in DOINGS}
    assert told.keys() == kinds.keys()
    refused = [
        (key, problem)
        for key, kind in kinds.items()
        for words in told[key]
        if (problem := kind.problem(words["answer"], {k: v for k, v in words.items() if k != "answer"}))
    ]
    assert not refused
