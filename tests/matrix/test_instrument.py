"""The instrument is whole, sourced and in words that blame no child (M1)."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from cems.children.choices import RiskLevel
from matrix import instrument
from matrix.choices import Counts, IndicatorKind
from matrix.hints import hints
from matrix.instrument import Condition, InstrumentError, loader

pytestmark = pytest.mark.requirement("M1")

PUBLIC_TITLES = {
    "Harm Outside the Home Multi-Agency Procedures",
    "ERASE Annual Report 2023–24",
    "County Durham Child Sexual Exploitation Strategy 2016–2019",
}


def data(version: int = 1) -> dict[str, Any]:
    """A version's file, free to spoil."""
    text = (loader.FOLDER / f"ce-matrix-{version}.json").read_text(encoding="utf-8")
    return copy.deepcopy(json.loads(text))


def test_the_first_version_asks_enough_and_a_page_stays_light() -> None:
    first = instrument.load(1)
    assert len(first.indicators) >= 70
    assert all(6 <= len(group.indicators) <= 9 for group in first.groups)
    kinds = Counter(group.kind for group in first.groups for _ in group.indicators)
    assert set(kinds) == {IndicatorKind.VULNERABILITY, IndicatorKind.CONCERN, IndicatorKind.STRENGTH}
    assert all(count >= 20 for count in kinds.values())


def test_codes_and_texts_are_unique_and_harm_is_told_apart() -> None:
    first = instrument.load(1)
    assert len({indicator.code for indicator in first.indicators}) == len(first.indicators)
    assert len({indicator.text for indicator in first.indicators}) == len(first.indicators)
    harmed = [indicator for indicator in first.indicators if indicator.harm]
    assert harmed
    concerns = {
        indicator.code
        for group in first.groups
        if group.kind is IndicatorKind.CONCERN
        for indicator in group.indicators
    }
    assert {indicator.code for indicator in harmed} <= concerns
    assert set(first.kinds) == {
        IndicatorKind.HARM, IndicatorKind.CONCERN, IndicatorKind.VULNERABILITY, IndicatorKind.STRENGTH,
    }  # fmt: skip


def test_every_indicator_and_definition_says_where_it_comes_from() -> None:
    first = instrument.load(1)
    sources = [indicator.source for indicator in first.indicators] + [
        definition.source for definition in first.definitions
    ]
    for source in sources:
        assert source.document in PUBLIC_TITLES
        assert source.paragraph.strip()


def test_no_word_of_it_blames_the_child() -> None:
    first = instrument.load(1)
    texts = [text for indicator in first.indicators for text in (indicator.text, indicator.help)]
    texts += [group.help for group in first.groups] + [definition.text for definition in first.definitions]
    assert [(text, hints(text)) for text in texts if hints(text)] == []


@pytest.mark.requirement("M3")
def test_all_four_levels_are_defined_and_the_rule_is_the_partnerships_decision() -> None:
    first = instrument.load(1)
    assert {definition.level for definition in first.definitions} == set(RiskLevel)
    assert first.definition(RiskLevel.NONE).title == "No exploitation concern found"
    assert {step.level: step.any_of for step in first.suggestion.steps} == {
        RiskLevel.SIGNIFICANT: (Condition(Counts.HARM, 3, 1), Condition(Counts.CONCERN, 1, 3)),
        RiskLevel.MODERATE: (Condition(Counts.CONCERN, 3, 1),),
        RiskLevel.LOW: (Condition(Counts.CONCERN, None, 1), Condition(Counts.VULNERABILITY, None, 1)),
        RiskLevel.NONE: (),
    }


def test_an_entry_is_found_by_its_code() -> None:
    first = instrument.load(1)
    entry = first.group("sexual").indicators[0]
    assert first.indicator(entry.code) is entry
    with pytest.raises(KeyError):
        first.indicator("no-such-indicator")
    with pytest.raises(KeyError):
        first.group("no-such-group")


def test_a_source_reads_as_people_cite_it() -> None:
    first = instrument.load(1)
    assert str(first.indicator("money-cash").source) == "ERASE Annual Report 2023–24, paragraph 18"
    assert str(first.indicator("peers-hotspot").source) == (
        "Harm Outside the Home Multi-Agency Procedures, Places and Spaces"
    )


def test_the_current_version_is_the_newest_one_published() -> None:
    newest = instrument.load(instrument.versions()[-1])
    assert instrument.current(newest.published) == newest
    with pytest.raises(InstrumentError, match="no version .* was published"):
        instrument.current(instrument.load(1).published - timedelta(days=1))


def test_old_matrices_keep_their_version() -> None:
    assert 1 in instrument.versions()
    assert instrument.load(1).published == date(2023, 4, 1)
    with pytest.raises(InstrumentError, match="no version 999"):
        instrument.load(999)


Spoil = Callable[[dict[str, Any]], object]


def _indicator(file: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = file["groups"][5]["indicators"][3]
    return entry


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.pop("title"), "instrument (ce-matrix): title is missing"),
        (lambda f: f.update(published="in spring"), "published must be a date"),
        (lambda f: f.update(version=True), "version must be a whole number"),
        (lambda f: f["groups"][5].update(kind="worry"), "groups[5] (sexual): kind must be one of"),
        (lambda f: f["groups"][5].update(indicators=[]), "groups[5] (sexual): indicators must be a list"),
        (
            lambda f: f["groups"].__setitem__(5, "sexual"),
            "instrument (ce-matrix).groups[5]: must be an object",
        ),
        (lambda f: f["groups"][5].update(code="home"), "group home: code is used before, by group home"),
        (
            lambda f: _indicator(f).update(text="  "),
            "indicators[3] (sexual-older-partner): text must be text",
        ),
        (lambda f: _indicator(f).update(code="Older partner"), "code must be lower-case words"),
        (lambda f: _indicator(f).update(code="money-cash"), "indicator money-cash: code is used before"),
        (
            lambda f: _indicator(f).update(text="HAS MORE THAN ONE PHONE"),
            "indicator money-phones: text is used before, by indicator sexual-older-partner",
        ),
        (lambda f: _indicator(f).update(harm="no"), "harm must be true or false"),
        (lambda f: f["groups"][0]["indicators"][0].update(harm=True), "harm can only be true of a concern"),
        (
            lambda f: _indicator(f)["source"].pop("paragraph"),
            "(sexual-older-partner).source: paragraph is missing",
        ),
        (lambda f: f["definitions"].pop(), "instrument.definitions: must define each level once"),
        (lambda f: f["suggestion"]["steps"].reverse(), "must go from the highest level to the lowest"),
        (
            lambda f: f["suggestion"]["steps"][1].update(any_of=[]),
            "every level but the lowest needs conditions",
        ),
        (
            lambda f: f["suggestion"]["steps"][0]["any_of"][1].update(at_least=0),
            "suggestion.steps[0].any_of[1]: at_least must be a whole number",
        ),
        (lambda f: f["bands"].pop(), "instrument.bands: must be month, quarter, half, older"),
        (lambda f: f["bands"][1].update(up_to_months=9), "up_to_months must rise"),
        (lambda f: f["bands"][3].update(up_to_months=12), "only the last be open"),
    ],
)
def test_a_broken_file_is_refused_by_the_name_of_the_entry(spoil: Spoil, message: str) -> None:
    file = data()
    spoil(file)
    with pytest.raises(InstrumentError) as refusal:
        instrument.parse(file)
    assert message in str(refusal.value)
