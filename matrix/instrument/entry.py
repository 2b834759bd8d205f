"""One entry of an instrument's file, read by the kind of each value."""

import re
from datetime import date
from enum import Enum
from typing import Any, TypeVar

V = TypeVar("V")
E = TypeVar("E", bound=Enum)

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class InstrumentError(ValueError):
    """An instrument file can't be used; the message names the entry and what is wrong with it."""


class Entry:
    """One object of the file, with the path to it for messages."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, dict):
            raise InstrumentError(f"{path}: must be an object")
        self.data: dict[str, Any] = data
        name = data.get("code")
        self.path = f"{path} ({name})" if isinstance(name, str) else path

    def fail(self, key: str, problem: str) -> InstrumentError:
        return InstrumentError(f"{self.path}: {key} {problem}")

    def value(self, key: str) -> Any:
        if key not in self.data:
            raise self.fail(key, "is missing")
        return self.data[key]

    def text(self, key: str, *, blank: bool = False) -> str:
        value = self.value(key)
        if not isinstance(value, str) or not (blank or value.strip()):
            raise self.fail(key, "must be text")
        return value

    def slug(self, key: str) -> str:
        value = self.text(key)
        if not _SLUG.fullmatch(value):
            raise self.fail(key, "must be lower-case words joined by hyphens")
        return value

    def number(self, key: str) -> int:
        value = self.value(key)
        if type(value) is not int or value < 1:  # a bool is an int to isinstance
            raise self.fail(key, "must be a whole number of 1 or more")
        return value

    def months(self, key: str) -> int | None:
        return None if self.value(key) is None else self.number(key)

    def flag(self, key: str) -> bool:
        value = self.value(key)
        if not isinstance(value, bool):
            raise self.fail(key, "must be true or false")
        return value

    def maybe(self, key: str, *, otherwise: bool = False) -> bool:
        """A flag that may be left out."""
        return self.flag(key) if key in self.data else otherwise

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of sentences that may be left out."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.fail(key, "must be a list of texts")
        return tuple(value)

    def day(self, key: str) -> date:
        try:
            return date.fromisoformat(self.text(key))
        except ValueError as error:
            raise self.fail(key, "must be a date such as 2026-04-01") from error

    def choice(self, key: str, choices: type[E]) -> E:
        return self.one_of(key, {str(choice.value): choice for choice in choices})

    def one_of(self, key: str, known: dict[str, V]) -> V:
        value = self.text(key)
        if value not in known:
            raise self.fail(key, f"must be one of {', '.join(known)}")
        return known[value]

    def slugs(self, key: str) -> list[str]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(item, str) and _SLUG.fullmatch(item) for item in value
        ):
            raise self.fail(key, "must be a list of codes")
        return value

    def entry(self, key: str) -> "Entry":
        return Entry(self.value(key), f"{self.path}.{key}")

    def entries(self, key: str, *, empty: bool = False) -> "list[Entry]":
        value = self.value(key)
        if not isinstance(value, list) or not (value or empty):
            raise self.fail(key, "must be a list with at least one entry")
        return [Entry(item, f"{self.path}.{key}[{place}]") for place, item in enumerate(value)]
