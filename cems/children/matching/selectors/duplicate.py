"""What First Contact looks at so that one child has one record (C1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.keyset import at_most
from cems.base.time import local_date
from cems.children.access.child_access import accesses
from cems.children.identity.rules import search_key
from cems.children.matching.rules.duplicate import alike, pair
from cems.children.matching.rules.search import Asked
from cems.children.matching.search import Found, likely
from cems.children.models import Child, ChildName, Identifier, NotSame
from cems.children.querysets import ChildQuerySet, rows_of_clusters

LONGEST = 50
LOOKED_BACK = timedelta(days=90)


@dataclass(frozen=True)
class Pair:
    """Two records that may be of one child, the older one first."""

    older: Child
    newer: Child


@dataclass(frozen=True)
class Duplicates:
    """The queue: provisional records, the longest waiting first, then pairs of records that are alike."""

    provisional: Sequence[Child]
    pairs: Sequence[Pair]
    more: bool = False


def provisional(user: User) -> ChildQuerySet:
    """Records that wait to be matched, of those the person sees."""
    return Child.objects.visible_to(user).not_sealed().filter(provisional=True).order_by("created_at", "pk")


def duplicates(user: User, at: datetime) -> Duplicates:
    """The queue for this person, in a fixed number of queries."""
    waiting, more = at_most(provisional(user).with_places(), LONGEST)
    return Duplicates(waiting, pairs(user, at), more)


def pairs(user: User, at: datetime) -> list[Pair]:
    """Records of the last months beside any other born on the same day whose name is close to theirs."""
    visible = Child.objects.visible_to(user).not_sealed().with_bar()
    recent = visible.filter(created_at__gt=at - LOOKED_BACK, provisional=False).order_by("-created_at", "-pk")
    newest = list(recent[:LONGEST])
    same_day = visible.filter(date_of_birth__in={child.date_of_birth for child in newest}, provisional=False)
    reached = accesses(user, [*newest, *same_day])
    born: dict[Any, list[Child]] = {}
    for child in same_day:
        if reached[child.pk].sees(Part.IDENTITY):
            born.setdefault(child.date_of_birth, []).append(child)
    together = {child.pk for same in born.values() if len(same) > 1 for child in same}
    names = _names(together)
    looked_at = set(NotSame.objects.filter(child__in=together).values_list("child", "other"))
    pair_by_key: dict[tuple[int, int], Pair] = {}
    for child in newest:
        if not reached[child.pk].sees(Part.IDENTITY):
            continue
        for other in born.get(child.date_of_birth, ()):
            key = pair(child.pk, other.pk)
            if other.pk == child.pk or key in looked_at or key in pair_by_key:
                continue
            if alike(names.get(child.pk, ()), names.get(other.pk, ())):
                older, newer = sorted((child, other), key=lambda row: (row.created_at, row.pk))
                pair_by_key[key] = Pair(older, newer)
    return list(pair_by_key.values())


def _names(child_ids: set[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for child_id, key in ChildName.objects.filter(child__in=child_ids).values_list("child", "search_key"):
        names.setdefault(child_id, []).append(key)
    return names


def candidates(user: User, child: Child) -> list[Found]:
    """Records that may be of the same child as this one, closest first; looked for by all this record says."""
    if child.sealed_at is not None:
        return []
    numbers = Identifier.objects.filter(child__in=rows_of_clusters([child.pk])).values_list("kind", "value")
    name = search_key(child.full_name)
    asked = Asked(name, child.date_of_birth, postcode=child.postcode, identifiers=tuple(numbers))
    seen_before = {
        pk
        for row in (NotSame.objects.filter(child=child.pk) | NotSame.objects.filter(other=child.pk))
        for pk in (row.child_id, row.other_id)
    }
    return [
        match
        for match in likely(user, asked=asked)
        if match.identity and match.child.pk != child.pk and match.child.pk not in seen_before
    ]


def by_reference(user: User, reference: str) -> Child | None:
    """The record with this reference, where the person sees it."""
    wanted = reference.strip().upper()
    return Child.objects.visible_to(user).not_sealed().filter(reference=wanted).first() if wanted else None


def waits(child: Child, at: datetime) -> int:
    """For how many days a provisional record has waited."""
    return (local_date(at) - local_date(child.created_at)).days
