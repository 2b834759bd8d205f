"""Which records hold a number or are called exactly so (C1): the exact clues of a search."""

from typing import Any

from django.db.models import Q, QuerySet

from cems.children.access.visibility import primary_of
from cems.children.identity.rules import written
from cems.children.matching.rules.search import Asked
from cems.children.models import ChildName, Identifier


def so_named(asked: Asked, names: QuerySet[ChildName]) -> list[int]:
    """The records whose name, among these, is exactly the one asked for, in the script it was typed in."""
    rows = names.filter(search_key=asked.name).values_list("child", "name")
    return [child for child, name in rows if written(name) == asked.written]


def identified(asked: Asked, *, settled: bool = False) -> QuerySet[Any, Any]:
    """The children with one of these identifiers now; `settled` leaves out numbers another record holds, which
    First Contact has yet to settle."""
    fits = Q(pk__in=[])
    for kind, value in asked.identifiers:
        fits |= Q(kind=kind, value=value)
    rows = Identifier.objects.filter(fits, ended_at__isnull=True)
    if settled:
        rows = rows.filter(Q(claimed_at__isnull=True) | Q(settled_at__isnull=False))
    return rows.values_list(primary_of())
