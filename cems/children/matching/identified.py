"""Which records hold a number or are called exactly so (C1): the exact clues of a search."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from cems.children.access.visibility import primary_of
from cems.children.identity.rules import written
from cems.children.identity.whereabouts import confidential
from cems.children.matching.rules.search import Asked
from cems.children.models import Child, ChildName, FormerField, FormerValue, Identifier


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


def born_then(born: date) -> list[QuerySet[Any, Any]]:
    """The children of whom a record says, or said before, that they were born on this day; a query for each."""
    anyone = Child.objects.unscoped("arm of a search that visible_to narrows")
    former = _former(FormerField.DATE_OF_BIRTH).filter(key=born.isoformat())
    return [
        anyone.filter(date_of_birth=born).values_list(Coalesce("merged_into", "pk")),
        former.values_list(primary_of()),
    ]


def at_postcode(postcode: str, day: date) -> list[QuerySet[Any, Any]]:
    """The children of whom a record says, or said before, that they live at this postcode, or one that begins so;
    a query for each. Of one whose whereabouts are confidential none tells."""
    anyone = Child.objects.unscoped("arm of a search that visible_to narrows")
    here = anyone.filter(postcode__startswith=postcode).exclude(confidential(day))
    former = _former(FormerField.POSTCODE).filter(key__startswith=postcode)
    former = former.exclude(confidential(day, "child")).exclude(confidential(day, "child__merged_into"))
    return [here.values_list(Coalesce("merged_into", "pk")), former.values_list(primary_of())]


def says_born(born: date) -> Q:
    """Whether this record, or one merged into it, says or said that the child was born on this day."""
    merged = Child.objects.unscoped("records merged into one that visible_to gives").filter(
        merged_into=OuterRef("pk"), date_of_birth=born
    )
    said = Q(date_of_birth=born) | Q(Exists(merged))
    for key in ("child", "child__merged_into"):
        former = _former(FormerField.DATE_OF_BIRTH).filter(key=born.isoformat(), **{key: OuterRef("pk")})
        said |= Q(Exists(former))
    return said


def named_and_born(names: QuerySet[ChildName], born: date) -> QuerySet[Any, Any]:
    """Of these names, those of children of whom a record says or said that they were born on this day, each with the
    `primary` record it is read under."""
    first, second = born_then(born)
    return names.annotate(primary=primary_of()).filter(Q(primary__in=first) | Q(primary__in=second))


def _former(field: FormerField) -> QuerySet[FormerValue]:
    rows: QuerySet[FormerValue] = FormerValue.objects.filter(field=field, withheld=False).exclude(key="")
    return rows
