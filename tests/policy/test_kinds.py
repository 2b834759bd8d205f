"""What may be typed in as a setting's value: taken to a value, kept and read again; nonsense refused in words."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cems.base.errors import Invalid
from cems.base.extension import Misfilled
from cems.policy.declared import Policy, declared, every_policy
from cems.policy.kinds import Choice, Choices, Days, Lines, Number, TimeOfDay, Words, YesOrNo
from cems.policy.policy import CLOSE_OF_BUSINESS
from cems.policy.slots import POLICIES

pytestmark = pytest.mark.requirement("K1")
TEAMS = Lines(lambda line: "" if line.isalnum() else "write one word.")
SEATS = Choices({"police": "Police", "health": "Health"})


@pytest.mark.parametrize(
    ("kind", "typed", "value", "words"),
    [
        (Number("working day", 0, 10), " 3 ", 3, "3 working days"),
        (Number("working day", 0, 10), "1", 1, "1 working day"),
        (Number("child", 1, 30), "7", 7, "7 children"),
        (Number("agency", 1, 9), "3", 3, "3 agencies"),
        (TimeOfDay(), "7.05", time(7, 5), "07:05"),
        (TimeOfDay(), "17:00", time(17), "17:00"),
        (YesOrNo(), "yes", True, "Yes"),
        (YesOrNo(no="Never"), "no", False, "Never"),
        (Words(), "  North and  West ", "North and West", "North and West"),
        (Choice({"a": "First"}), "a", "a", "First"),
        (SEATS, "health\npolice", ("police", "health"), "Police, Health"),
        (SEATS, "", (), "None"),
        (TEAMS, "aset\n\naset\nduty", ("aset", "duty"), "aset, duty"),
        (Days(), "24 12 2026\n2026-01-02", frozenset({date(2026, 12, 24), date(2026, 1, 2)}), None),
        (Days(), "", frozenset(), "None"),
    ],
)
def test_what_is_typed_is_taken_kept_and_said(
    kind: Any, typed: str, value: object, words: str | None
) -> None:
    taken = kind.parsed(typed)
    assert taken == value
    assert kind.restored(kind.stored(taken)) == value
    assert kind.parsed(kind.typed(taken)) == value
    assert words is None or kind.in_words(taken) == words


def test_days_are_said_in_their_order() -> None:
    days = Days().parsed("24 12 2026\n2 1 2026")
    assert Days().in_words(days) == "2 January 2026, 24 December 2026"


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        (Number("day", 1, 30), "soon", "Write a whole number"),
        (Number("day", 1, 30), "", "Write a whole number"),
        (Number("day", 1, 30), "1.5", "Write a whole number"),
        (Number("day", 1, 30), "-1", "from 1 to 30"),
        (Number("day", 1, 30), "31", "from 1 to 30"),
        (Number("day", 1, 30), "٣", "Write a whole number"),
        (TimeOfDay(), "25:00", "such as 17:00"),
        (TimeOfDay(), "noon", "such as 17:00"),
        (TimeOfDay(time(12), time(20)), "03:00", "from 12:00 to 20:00"),
        (YesOrNo(), "", "Choose one"),
        (Words(), " \x00 ", "Write the words"),
        (Words(5), "too long", "5 characters at most. These are 8"),
        (Choice({"a": "First"}), "b", "Choose one"),
        (SEATS, "police\nfriends", "Choose from the list"),
        (TEAMS, "aset\nno good", "“no good”: write one word."),
        (TEAMS, "\n".join(f"team{number}" for number in range(201)), "200 lines at most"),
        (Days(), "30 2 2026", "is no day"),
        (Days(), "Christmas", "is no day"),
        (Days(), "1 1 1926", "is no day"),
    ],
)
def test_nonsense_is_refused_in_words_that_say_how_to_mend_it(kind: Any, typed: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        kind.parsed(typed)
    assert words in refused.value.message and refused.value.field == "value"


@given(st.text(max_size=40))
def test_no_text_breaks_a_kind(typed: str) -> None:
    for kind in (Number("day", 0, 9), TimeOfDay(), YesOrNo(), Words(), Choice({}), SEATS, TEAMS, Days()):
        try:
            value = kind.parsed(typed)
        except Invalid:
            continue
        assert kind.parsed(kind.typed(value)) == value  # type: ignore[arg-type]
        assert kind.restored(kind.stored(value)) == value  # type: ignore[arg-type]


def test_a_key_is_declared_once() -> None:
    again = Policy(
        key=CLOSE_OF_BUSINESS.key,
        subject=CLOSE_OF_BUSINESS.subject,
        title="Another",
        explanation="",
        kind=TimeOfDay(),
        default=time(9),
        source="",
    )
    with pytest.raises(Misfilled, match=CLOSE_OF_BUSINESS.key):
        POLICIES.fill(again, by="another")
    with pytest.raises(LookupError):
        declared("office.nothing")


@pytest.mark.parametrize("policy", every_policy(), ids=lambda policy: policy.key)
def test_every_default_is_a_value_one_could_type_and_has_its_source(policy: Policy[Any]) -> None:
    assert policy.kind.parsed(policy.kind.typed(policy.default)) == policy.default
    assert policy.kind.restored(policy.kind.stored(policy.default)) == policy.default
    assert policy.title and policy.explanation.endswith(".") and policy.source
    assert policy.in_words(policy.default)
    assert len([other for other in every_policy() if other.title == policy.title]) == 1
