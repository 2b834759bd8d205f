"""Extension slots: one answer or many entries, in the order that is said, and what stops the start."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from cems.base import extension
from cems.base.extension import Many, Misfilled, One
from plans.slots import DECIDED_AT
from tests.guards.source import ROOT


@pytest.fixture(autouse=True)
def _slots_of_their_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What these tests declare is gone after them."""
    monkeypatch.setattr(extension, "_declared", dict(extension._declared))
    yield


def words() -> Many[str]:
    return Many("base.words", "A word.", name_of=str)


def test_entries_stand_as_they_were_filled_or_beside_the_one_they_name() -> None:
    slot = words()
    slot.fill("one", "six", by="low")
    slot.fill("two", "three", by="high", after="one")
    slot.fill("four", by="higher", after="one")  # what came first after "one" stands nearer to it
    slot.fill("five", by="highest", before="six")
    slot.fill("seven", by="low")
    assert list(slot) == ["one", "two", "three", "four", "five", "six", "seven"]
    assert slot.fillers == ["low", "high", "higher", "highest"]
    assert slot.get("four") == "four" and slot.get("eight") is None


def test_an_entry_may_name_one_that_is_filled_later() -> None:
    slot = words()
    slot.fill("two", by="high", after="one")
    slot.fill("one", by="low")
    assert list(slot) == ["one", "two"] and slot.faults() == []


def test_what_follows_an_entry_goes_with_it() -> None:
    slot = words()
    slot.fill("one", "four", by="low")
    slot.fill("two", by="high", after="one")
    slot.fill("aside", by="high", after="two")
    slot.fill("three", by="higher", after="one")
    assert list(slot) == ["one", "two", "aside", "three", "four"]


def test_without_names_of_their_own_entries_are_called_by_the_app() -> None:
    slot: Many[int] = Many("base.numbers", "A number.")
    slot.fill(1, by="low")
    slot.fill(0, by="high", before="low")
    assert slot.items() == [("high", 0), ("low", 1)]


def test_house_f4_the_same_entry_twice_is_refused_with_both_names() -> None:
    slot = words()
    slot.fill("one", by="low")
    with pytest.raises(Misfilled, match=r"base\.words has one of low already, and high fills it again"):
        slot.fill("one", by="high")
    assert list(slot) == ["one"]


def test_house_f4_a_second_answer_is_refused_and_the_first_one_stays() -> None:
    slot: One[str] = One("base.answer", "An answer.")
    slot.fill("first", by="low")
    for again in ("high", "low"):
        with pytest.raises(Misfilled, match=f"takes one answer: low gave it, and {again} gives another"):
            slot.fill("second", by=again)
    assert slot.get() == slot.value == "first"


def test_house_f4_an_app_of_the_product_cannot_take_anothers_answer() -> None:
    with pytest.raises(Misfilled, match=r"plans\.decided_at takes one answer: triage gave it"):
        DECIDED_AT.fill("elsewhere", by="ceg")
    with pytest.raises(Misfilled):
        apps.get_app_config("triage")._fill_slots()  # type: ignore[attr-defined]


def test_house_f4_nobody_where_one_is_needed_stops_every_command() -> None:
    assert extension.faults() == []
    slot: One[str] = One("base.answer", "Who answers.")
    with pytest.raises(SystemCheckError, match=r"base\.answer is filled by no app and needs an answer"):
        call_command("check")
    with pytest.raises(Misfilled, match="Who answers"):
        extension.check_filled()
    with pytest.raises(Misfilled):
        slot.get()
    slot.fill("somebody", by="low")
    call_command("check")


def test_house_f4_nobody_where_one_is_needed_stops_the_web_process() -> None:
    """Started for itself, as gunicorn does: no system check runs there."""
    program = "import cems.base.extension as e; e.One('base.answer', 'Who answers.')\nimport cems.wsgi"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0 and "base.answer is filled by no app" in done.stderr.splitlines()[-1]


def test_one_that_is_not_needed_may_be_empty() -> None:
    slot: One[Any] = One("base.answer", "An answer.", needed=False)
    assert slot.value is None and slot.faults() == []
    with pytest.raises(Misfilled):
        slot.get()


def test_an_entry_beside_one_that_nobody_fills_stops_the_start() -> None:
    slot = words()
    slot.fill("two", by="high", after="one")
    with pytest.raises(Misfilled, match="two of high names one, which nobody fills"):
        list(slot)
    with pytest.raises(SystemCheckError):
        call_command("check")


def test_two_slots_have_two_names() -> None:
    words()
    with pytest.raises(Misfilled, match="Two slots"):
        words()
