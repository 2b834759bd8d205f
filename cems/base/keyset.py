"""Lists read by key on pages: new rows do not shift what one reads, and a page costs the same wherever it lies.

    ORDER = Keyset("-happened_at", "-pk", size=50)              # in the selectors: the last column is unique
    page = ORDER.page(CaseNote.objects.of(child), after)        # Page(rows, after)
    context["older_url"] = next_url(request, page.after)        # in the view: the same filters, the next page

The template shows the link by `components/pagination_by_key.html`. A list that has no further pages says that it is cut
(`at_most`). Lists of the API are `cems.base.paging.ByKey`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from cems.base.errors import Invalid

Row = TypeVar("Row")
Shown = TypeVar("Shown")
AFTER = "after"  # what the place of a page is called in its address
NO_PAGE = "This page of the list does not exist. Open the list again."


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list; `after` is the place the next page begins at, empty on the last."""

    rows: Sequence[Row]
    after: str = ""


@dataclass
class Keyset:
    """The order of a list and the size of its pages.

    `order` names columns as `order_by` does, each of them filled in every row. What a place in the list holds is the
    columns of the last row shown, signed: one that we did not give is refused, and so is one of another list. Where a
    column is a person's name, which stands in no address, `columns_of` gives the columns of a row by its public id, and
    that alone is in the place.
    """

    order: tuple[str, ...]
    size: int
    columns_of: Callable[[UUID], Sequence[Any] | None] | None = None

    def __init__(
        self, *order: str, size: int, columns_of: Callable[[UUID], Sequence[Any] | None] | None = None
    ) -> None:
        self.order, self.size, self.columns_of = order, size, columns_of

    def page(self, rows: QuerySet[Any, Any], after: str = "") -> Page[Any]:
        """The page of these rows that begins at this place. Raises Invalid for a place that is none."""
        return self.cut(self.ahead(rows, after))

    def ahead(self, rows: QuerySet[Any, Any], after: str = "") -> QuerySet[Any, Any]:
        """The rows of a page in their order and one more, for `cut`. Raises Invalid for a place that is none."""
        return rows.filter(self.beyond(after)).order_by(*self.order)[: self.size + 1]

    def beyond(self, after: str) -> Q:
        """What comes after this place: all, where there is none. Raises Invalid for a place that is none.

        The first column also stands by itself, so that its index says where to begin.
        """
        if not after:
            return Q()
        columns = list(zip(self.order, self._values(after), strict=True))
        (first, value), rest = columns[0], columns[1:]
        wanted = _further(first, value)
        same = Q(**{first.lstrip("-"): value})
        for column, further in rest:
            wanted |= same & _further(column, further)
            same &= Q(**{column.lstrip("-"): further})
        return Q(**{f"{first.lstrip('-')}__{_way(first)}e": value}) & wanted if rest else wanted

    def cut(self, rows: Iterable[Row], key: Callable[[Row], Sequence[Any]] | None = None) -> Page[Row]:
        """A page of rows that come in their order from its place on. `key` gives the columns of a row."""
        shown = list(islice(rows, self.size + 1))
        if len(shown) <= self.size:
            return Page(shown)
        return Page(shown[: self.size], self._place((key or self._key)(shown[self.size - 1])))

    def among(self, rows: Iterable[Row], after: str, key: Callable[[Row], Sequence[Any]]) -> Page[Row]:
        """The same of a list in memory that is in order; rows of one and the same key stay on one page."""
        last = self._values(after) if after else None
        ahead = [row for row in rows if last is None or self._comes_after(key(row), last)]
        if len(ahead) <= self.size:
            return Page(ahead)
        ending = tuple(key(ahead[self.size - 1]))
        size = next(
            (at for at in range(self.size, len(ahead)) if tuple(key(ahead[at])) != ending), len(ahead)
        )
        return Page(ahead[:size], self._place(ending) if size < len(ahead) else "")

    def _comes_after(self, key: Sequence[Any], last: Sequence[Any]) -> bool:
        for column, value, before in zip(self.order, key, last, strict=True):
            if value != before:
                return bool(value < before if column.startswith("-") else value > before)
        return False

    def _key(self, row: Any) -> list[Any]:
        if self.columns_of:
            return [row.public_id]
        return [_value_at(row, column.lstrip("-")) for column in self.order]

    @property
    def _signer(self) -> Signer:
        return Signer(salt=f"cems.keyset:{','.join(self.order)}")

    def _place(self, key: Sequence[Any]) -> str:
        return self._signer.sign_object([_packed(value) for value in key])

    def _values(self, after: str) -> list[Any]:
        try:
            values = [_unpacked(value) for value in self._signer.unsign_object(after)]
        except BadSignature:
            raise Invalid(NO_PAGE) from None
        if self.columns_of is None:
            return values
        columns = self.columns_of(values[0])
        if columns is None:
            raise Invalid(NO_PAGE)
        return list(columns)


def next_url(request: HttpRequest, after: str, name: str = AFTER) -> str:
    """The address of the next page, empty on the last: this page's own, with its filters. Where a page has several
    lists, `name` tells their places apart."""
    if not after:
        return ""
    query = request.GET.copy()
    query[name] = after
    return f"{request.path}?{query.urlencode()}"


def at_most(rows: QuerySet[Any, Any], most: int) -> tuple[list[Any], bool]:
    """The first rows of a list that has no further pages, and whether it is cut there: the page then says so."""
    fetched = list(rows[: most + 1])
    return fetched[:most], len(fetched) > most


def _way(column: str) -> str:
    return "lt" if column.startswith("-") else "gt"


def _further(column: str, value: Any) -> Q:
    return Q(**{f"{column.lstrip('-')}__{_way(column)}": value})


def _value_at(row: Any, column: str) -> Any:
    for name in column.split("__"):
        row = getattr(row, name)
    return row


def _packed(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return {"id": str(value)} if isinstance(value, UUID) else value


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "on" in value:
        return date.fromisoformat(value["on"])
    return datetime.fromisoformat(value["at"]) if "at" in value else UUID(value["id"])
