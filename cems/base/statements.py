"""A statement asked on every page, turned into SQL once.

To build a query and turn it into SQL costs the processor several times what the database takes to answer it. Where
only its values change from one page to the next, the words are kept.
"""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

_SAMPLES: dict[type, Callable[[int, int], Any]] = {
    int: lambda turn, place: -(1000 * turn + place),
    date: lambda turn, place: date(turn, 1, 1 + place),
}


class Statement:
    """What `build` asks, with the values it is asked with each time; `kinds` says the type of each (int, date).

    `build` takes the values by name and gives a queryset of values. Its SQL must not depend on them, and each must
    come into it as it is: TypeError where one is worked on, or is not used.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **kinds: type) -> None:
        self._build, self._kinds = build, kinds

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values."""
        words, fixed = self._words
        with connection.cursor() as cursor:
            cursor.execute(words, [values[name] if name else given for name, given in fixed])
            return cursor.fetchall()

    @cached_property
    def _words(self) -> tuple[str, list[tuple[str, Any]]]:
        """The SQL, and for each of its parameters the name of a value or, with "", what it always is."""
        one, two = self._sample(1), self._sample(2)
        (words, first), (again, second) = (
            self._build(**sample).query.sql_with_params() for sample in (one, two)
        )
        if words != again:
            raise TypeError("the statement changes with its values")
        fixed = []
        for pair in zip(first, second, strict=True):
            name = next((name for name in self._kinds if pair == (one[name], two[name])), "")
            if not name and pair[0] != pair[1]:
                raise TypeError("the statement works on one of its values")
            fixed.append((name, pair[0]))
        if {name for name, _ in fixed if name} != set(self._kinds):
            raise TypeError("the statement does without one of its values")
        return words, fixed

    def _sample(self, turn: int) -> dict[str, Any]:
        return {name: _SAMPLES[kind](turn, place) for place, (name, kind) in enumerate(self._kinds.items())}
