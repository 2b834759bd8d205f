"""The types of practice settings: how a value is typed in, checked, kept and said. Pure.

Each type takes what a person typed to a value or refuses it in plain words, and a value to the form in which the
database keeps it and back.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Generic, TypeVar

from cems.base.errors import Invalid
from cems.base.words import counted

T = TypeVar("T")
FIELD = "value"
LONGEST_LIST = 200


def _refuse(message: str) -> Invalid:
    return Invalid(message, field=FIELD)


class ValueKind(ABC, Generic[T]):
    """One type of value. `typed` is always text; several choices or lines are joined by line breaks."""

    @abstractmethod
    def parsed(self, typed: str) -> T:
        """The value that was typed. Raises Invalid, in words that say how to mend it."""

    @abstractmethod
    def in_words(self, value: T) -> str:
        """The value as a page says it."""

    def typed(self, value: T) -> str:
        """The value as the form shows it to be changed."""
        return str(value)

    def stored(self, value: T) -> Any:
        """The value as JSON keeps it."""
        return value

    def restored(self, stored: Any) -> T:
        """The value from what JSON kept."""
        return stored


@dataclass(frozen=True)
class Number(ValueKind[int]):
    """A whole number of something, between two bounds."""

    unit: str
    least: int
    most: int

    def parsed(self, typed: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", typed.strip()):
            raise _refuse(f"Write a whole number, such as {self.least}.")
        number = int(typed)
        if not self.least <= number <= self.most:
            raise _refuse(f"Write a number from {self.least} to {self.most}.")
        return number

    def in_words(self, value: int) -> str:
        return counted(value, self.unit)


@dataclass(frozen=True)
class TimeOfDay(ValueKind[time]):
    """A time of day in London, to the minute, between two bounds."""

    least: time = time(0, 0)
    most: time = time(23, 59)

    def parsed(self, typed: str) -> time:
        match = re.fullmatch(r"([0-9]{1,2})[:.]([0-9]{2})", typed.strip())
        if not match or int(match[1]) > 23 or int(match[2]) > 59:
            raise _refuse("Write a time of day with hours and minutes, such as 17:00.")
        value = time(int(match[1]), int(match[2]))
        if not self.least <= value <= self.most:
            raise _refuse(f"Write a time from {self.least:%H:%M} to {self.most:%H:%M}.")
        return value

    def in_words(self, value: time) -> str:
        return f"{value:%H:%M}"

    def typed(self, value: time) -> str:
        return f"{value:%H:%M}"

    def stored(self, value: time) -> str:
        return f"{value:%H:%M}"

    def restored(self, stored: Any) -> time:
        return time.fromisoformat(stored)


@dataclass(frozen=True)
class YesOrNo(ValueKind[bool]):
    """Whether something is done."""

    yes: str = "Yes"
    no: str = "No"

    def parsed(self, typed: str) -> bool:
        if typed not in {"yes", "no"}:
            raise _refuse("Choose one of the two.")
        return typed == "yes"

    def in_words(self, value: bool) -> str:
        return self.yes if value else self.no

    def typed(self, value: bool) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True)
class Words(ValueKind[str]):
    """A few words, such as a label."""

    longest: int = 120

    def parsed(self, typed: str) -> str:
        words = " ".join(typed.replace("\x00", "").split())
        if not words:
            raise _refuse("Write the words.")
        if len(words) > self.longest:
            raise _refuse(f"Write {self.longest} characters at most. These are {len(words)}.")
        return words

    def in_words(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Choice(ValueKind[str]):
    """One of several options: what is kept → what people read."""

    options: Mapping[str, str]

    def parsed(self, typed: str) -> str:
        if typed not in self.options:
            raise _refuse("Choose one from the list.")
        return typed

    def in_words(self, value: str) -> str:
        return self.options.get(value, value)


@dataclass(frozen=True)
class Choices(ValueKind[tuple[str, ...]]):
    """Any of several options, in the order of the list: what is kept → what people read."""

    options: Mapping[str, str]
    nothing: str = "None"

    def parsed(self, typed: str) -> tuple[str, ...]:
        chosen = set(typed.split())
        if chosen - self.options.keys():
            raise _refuse("Choose from the list.")
        return tuple(key for key in self.options if key in chosen)

    def in_words(self, value: tuple[str, ...]) -> str:
        return ", ".join(self.options.get(key, key) for key in value) or self.nothing

    def typed(self, value: tuple[str, ...]) -> str:
        return "\n".join(value)

    def stored(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def restored(self, stored: Any) -> tuple[str, ...]:
        return tuple(stored)


@dataclass(frozen=True)
class Lines(ValueKind[tuple[str, ...]]):
    """A list, one entry a line. `fault` says in words what is wrong with an entry; "" when nothing is."""

    fault: Callable[[str], str]
    nothing: str = "None"

    def parsed(self, typed: str) -> tuple[str, ...]:
        lines = _lines(typed)
        for line in lines:
            if fault := self.fault(line):
                raise _refuse(f"“{line[:60]}”: {fault}")
        return tuple(lines)

    def in_words(self, value: tuple[str, ...]) -> str:
        return ", ".join(value) or self.nothing

    def typed(self, value: tuple[str, ...]) -> str:
        return "\n".join(value)

    def stored(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def restored(self, stored: Any) -> tuple[str, ...]:
        return tuple(stored)


@dataclass(frozen=True)
class Days(ValueKind[frozenset[date]]):
    """A list of days, one a line, written like 24 12 2026 or 2026-12-24."""

    nothing: str = "None"

    def parsed(self, typed: str) -> frozenset[date]:
        return frozenset(_day(line) for line in _lines(typed))

    def in_words(self, value: frozenset[date]) -> str:
        return ", ".join(f"{day.day} {day:%B %Y}" for day in sorted(value)) or self.nothing

    def typed(self, value: frozenset[date]) -> str:
        return "\n".join(f"{day.day} {day.month} {day.year}" for day in sorted(value))

    def stored(self, value: frozenset[date]) -> list[str]:
        return [day.isoformat() for day in sorted(value)]

    def restored(self, stored: Any) -> frozenset[date]:
        return frozenset(date.fromisoformat(word) for word in stored)


def _lines(typed: str) -> Sequence[str]:
    """The entries of a list, each once, in the order they were typed."""
    lines = [" ".join(line.replace("\x00", "").split()) for line in typed.splitlines()]
    kept = list(dict.fromkeys(line for line in lines if line))
    if len(kept) > LONGEST_LIST:
        raise _refuse(f"Write {LONGEST_LIST} lines at most. These are {len(kept)}.")
    return kept


def _day(line: str) -> date:
    numbers = [int(word) for word in re.findall(r"[0-9]{1,4}", line)]
    if re.fullmatch(r"[0-9 ./-]+", line) and len(numbers) == 3:
        year, month, day = numbers if numbers[0] > 31 else reversed(numbers)
        if 2000 <= year <= 2199:
            try:
                return date(year, month, day)
            except ValueError:
                pass
    raise _refuse(f"“{line[:60]}” is no day. Write each day like 24 12 2026, one a line.")
