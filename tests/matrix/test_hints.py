"""The gentle word about words that blame a child."""

import json
from pathlib import Path

import pytest

import matrix
from matrix.hints import hints


def test_it_names_the_phrase_an_alternative_and_why() -> None:
    (hint,) = hints("She keeps putting herself at risk in town.")
    assert hint.phrase == "putting herself at risk"
    assert "name it" in hint.suggestion
    assert hint.why.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "This is a Lifestyle Choice",
        "a lifestyle-choice, they said",
        "a lifestyle\n  choice",
        "“lifestyle choice”",
    ],
)
def test_capitals_hyphens_and_line_breaks_hide_nothing(text: str) -> None:
    assert [hint.suggestion for hint in hints(text)] == ["is being exploited; is under pressure to"]


def test_both_apostrophes_are_one() -> None:
    assert len(hints("He won't engage.")) == len(hints("He won’t engage.")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Was seen with an adult who drives a grey car.",
        "Mother consented to the referral.",
        "It was nonconsensual, or non-consensual.",
        "She has streetwiseness.",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert hints(text) == []


def test_each_phrase_once_in_the_order_written() -> None:
    matches = hints("Absconded, then ABSCONDED again; streetwise.")
    assert [hint.phrase for hint in matches] == ["Absconded", "streetwise"]


def test_every_phrase_of_the_list_is_found_and_no_alternative_needs_another() -> None:
    file = Path(matrix.__file__).with_name("blame.json")
    words = json.loads(file.read_text(encoding="utf-8"))["words"]
    phrases = [phrase for entry in words for phrase in entry["phrases"]]
    assert len(phrases) == len(set(phrases))
    for entry in words:
        for phrase in entry["phrases"]:
            assert [hint.phrase for hint in hints(f"He said: {phrase}!")] == [phrase]
        assert hints(entry["suggestion"]) == []
