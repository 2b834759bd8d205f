"""Numbers that stand on more than one record, for First Contact to settle (C1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cems.accounts.models import User
from cems.base.keyset import Keyset, Page
from cems.children.access.visibility import primary_of
from cems.children.models import Child, Identifier
from cems.children.querysets import ChildQuerySet

ORDER = Keyset("claimed_at", "pk", size=50)


@dataclass(frozen=True)
class Shared:
    """A number that was recorded of a child while another record held it.

    `child` is the record it waits on and `others` those that hold it too, where the reader may open them.
    """

    number: Identifier
    child: Child | None
    others: Sequence[Child]


def shared_numbers(user: User, after: str = "") -> Page[Shared]:
    """A page of numbers to settle on records the person sees, the longest waiting first."""
    page = ORDER.page(_waiting(_visible(user)), after)
    shown = page.rows
    same = Q(pk__in=[])
    for row in shown:
        same |= Q(kind=row.kind, value=row.value)
    holders: dict[tuple[str, str], set[int]] = {}
    live = Identifier.objects.filter(same, ended_at__isnull=True).annotate(primary=primary_of())
    for kind, value, primary in live.values_list("kind", "value", "primary"):
        holders.setdefault((kind, value), set()).add(primary)
    primaries = set().union(*holders.values()) if holders else set()
    open_to = {child.pk: child for child in _visible(user).filter(pk__in=primaries)}
    rows = [
        Shared(
            row,
            open_to.get(row.primary),
            [
                open_to[primary]
                for primary in sorted(holders[row.kind, row.value] - {row.primary})
                if primary in open_to
            ],
        )
        for row in shown
    ]
    return Page(rows, page.after)


def to_settle(child: Child, whole: Sequence[int]) -> list[Identifier]:
    """The numbers of this record that wait to be settled."""
    rows = Identifier.objects.filter(
        child__in=whole, claimed_at__isnull=False, settled_at__isnull=True, ended_at__isnull=True
    )
    return list(rows.order_by("kind", "pk"))


def first_waits(user: User) -> Sequence[tuple[Child, datetime]]:
    """The records with a number to settle that the person sees, for a list of work."""
    numbers = shared_numbers(user).rows
    return [(number.child, number.number.added_at) for number in numbers if number.child]


def to_settle_first(user: User) -> QuerySet[Any]:
    """The numbers of those records, to be counted."""
    visible = _visible(user)
    return _waiting(visible).filter(primary__in=visible.values("pk"))


def _visible(user: User) -> ChildQuerySet:
    return Child.objects.visible_to(user).not_sealed()


def _waiting(visible: ChildQuerySet) -> QuerySet[Any]:
    """Numbers claimed and not settled that another record holds too; either of the two may be seen."""
    seen = visible.values("pk")
    another = (
        Identifier.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"), ended_at__isnull=True)
        .annotate(holder=primary_of())
        .exclude(holder=OuterRef("primary"))
    )
    claims = Identifier.objects.filter(
        claimed_at__isnull=False, settled_at__isnull=True, ended_at__isnull=True
    ).annotate(primary=primary_of())
    return claims.filter(Exists(another)).filter(
        Q(primary__in=seen) | Q(Exists(another.filter(holder__in=seen)))
    )
