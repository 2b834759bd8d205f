"""What is asked on every page, turned into SQL once.

To build a query and turn it into SQL costs the processor several times what the database takes to answer it. Where
only its values change from one page to the next, the words are kept: of a whole statement, or of one condition.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Expression, F, QuerySet

_SAMPLES: dict[type, Callable[[int, int], Any]] = {
    int: lambda turn, place: -(1000 * turn + place),
    list: lambda turn, place: [-(1000 * turn + place) - 500, -(1000 * turn + place)],
    date: lambda turn, place: date(turn, 1, 1 + place),
    datetime: lambda turn, place: datetime(turn, 1, 1 + place, tzinfo=UTC),
}
_ROW = "the_row"  # how the words of a condition name the row it is asked of


class _Words(ABC):
    """What `build` asks, with the values it is asked with each time; `kinds` says the type of each.

    `build` takes the values by name, of int, list (of numbers, sorted), date or datetime, and gives a queryset. Its
    SQL must not depend on them, and what it uses of them must come into it as it is: TypeError where it does not.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **kinds: type) -> None:
        self._build, self._kinds = build, kinds

    @abstractmethod
    def _said(self, rows: QuerySet[Any, Any]) -> tuple[str, Any]:
        """The SQL of it and its parameters."""

    def _given(self, values: dict[str, Any]) -> list[Any]:
        """The parameters of the words, for these values."""
        return [values[name] if name else given for name, given in self._words[1]]

    @cached_property
    def _words(self) -> tuple[str, list[tuple[str, Any]]]:
        """The SQL, and for each of its parameters the name of a value or, with "", what it always is."""
        first_sample, second_sample = self._sample(1), self._sample(2)
        (words, first), (again, second) = (
            self._said(self._build(**sample)) for sample in (first_sample, second_sample)
        )
        if words != again:
            raise TypeError("the statement changes with its values")
        fixed = []
        for pair in zip(first, second, strict=True):
            name = next(
                (name for name in self._kinds if pair == (first_sample[name], second_sample[name])), ""
            )
            if not name and pair[0] != pair[1]:
                raise TypeError("the statement works on one of its values")
            fixed.append((name, pair[0]))
        return words, fixed

    def _sample(self, turn: int) -> dict[str, Any]:
        return {name: _SAMPLES[kind](turn, place) for place, (name, kind) in enumerate(self._kinds.items())}


class Statement(_Words):
    """A whole statement; `build` gives a queryset of values."""

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values."""
        with connection.cursor() as cursor:
            cursor.execute(self._words[0], self._given(values))
            return cursor.fetchall()

    def _said(self, rows: QuerySet[Any, Any]) -> tuple[str, Any]:
        return rows.query.sql_with_params()


class Condition(_Words):
    """A condition on the rows of one table, to be put into `filter`; `build` gives the rows that fulfil it.

    It may look into other tables by subqueries, not by joins: TypeError where it does.
    """

    def of(self, **values: Any) -> "Fulfilled":
        """The condition for these values."""
        return Fulfilled(self._words[0], self._given(values))

    def _said(self, rows: QuerySet[Any, Any]) -> tuple[str, Any]:
        query = rows.query.clone()
        query.change_aliases({query.get_initial_alias(): _ROW})
        compiler = query.get_compiler(connection=connection)
        words, given = compiler.compile(query.where)
        if any(used for table, used in query.alias_refcount.items() if table != _ROW):
            raise TypeError("the condition joins another table")
        # The tables within get names that no statement gives to its own, whatever part of one they become.
        return re.sub(r'(?<!["\w])([A-Z]+\d+)(?!["\w])', r"kept_\1", words), given


class Fulfilled(Expression):
    """A `Condition` with its values, of the row it is asked of."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, words: str, given: list[Any]) -> None:
        super().__init__()
        self.words, self.given, self.row = words, given, F("pk")

    def get_source_expressions(self) -> list[Any]:
        return [self.row]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.row,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        table = compiler.compile(self.row)[0].rpartition(".")[0]
        return re.sub(rf'"?{_ROW}"?\.', lambda _: f"{table}.", self.words), self.given
