"""What First Contact looks at so that one child has one record (C1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.keyset import Keyset, Page
from cems.base.time import local_date
from cems.children.access.child_access import accesses
from cems.children.identity.rules import search_key
from cems.children.matching.named import named_of, people_named
from cems.children.matching.rules.duplicate import near_birth, near_births, pair, same_person
from cems.children.matching.rules.search import Asked
from cems.children.matching.search import Found, likely
from cems.children.models import Child, ChildName, Identifier, NotSame
from cems.children.querysets import ChildQuerySet, rows_of_clusters

NEWEST = Keyset("-created_at", "-pk", size=50)  # records looked at on one page of pairs
WAITING = Keyset("created_at", "pk", size=50)


@dataclass(frozen=True)
class Pair:
    """Two records that may be of one child, the older one first, and what of the birth dates speaks for it."""

    older: Child
    newer: Child
    why: str = ""


@dataclass(frozen=True)
class Pairs:
    """The pairs that records of one page make with any other; `after` is where older records begin."""

    rows: Sequence[Pair]
    after: str = ""


@dataclass(frozen=True)
class Duplicates:
    """One page of the queue: provisional records, the longest waiting first, and pairs of records that are alike."""

    provisional: Sequence[Child]
    pairs: Sequence[Pair]


def provisional(user: User) -> ChildQuerySet:
    """Records that wait to be matched, of those the person sees."""
    return Child.objects.visible_to(user).not_sealed().filter(provisional=True).order_by("created_at", "pk")


def provisional_page(user: User, after: str = "") -> Page[Child]:
    """A page of them, the longest waiting first."""
    return WAITING.page(provisional(user).with_places(), after)


def pairs(user: User, after: str = "") -> Pairs:
    """A page of records, the newest first, each beside any other whose name is close to theirs and whose birth date
    is the same, or may be the same one mistyped; in a fixed number of queries."""
    visible = Child.objects.visible_to(user).not_sealed().filter(provisional=False)
    page = NEWEST.page(visible.with_bar(), after)
    newest: Sequence[Child] = page.rows
    near = {day for child in newest for day in near_births(child.date_of_birth)}
    newest_names = ChildName.objects.filter(child__in=[child.pk for child in newest])
    sounds = {sound for row in newest_names.values_list("sounds", flat=True) for sound in row}
    # Of the whole nation's records of these days only those that share the sound of a word: far fewer are read.
    sounding = ChildName.objects.filter(sounds__overlap=list(sounds), child__date_of_birth__in=near)
    others = list(visible.with_bar().filter(date_of_birth__in=near, pk__in=sounding.values("child")))
    reached = accesses(user, [*newest, *others])
    born: dict[date, list[Child]] = {}
    for child in others:
        if reached[child.pk].sees(Part.IDENTITY):
            born.setdefault(child.date_of_birth, []).append(child)
    named = people_named([*newest, *others])
    looked_at = set(
        NotSame.objects.filter(child__in=[child.pk for child in others]).values_list("child", "other")
    )
    pair_by_key: dict[tuple[int, int], Pair] = {}
    for child in newest:
        if not reached[child.pk].sees(Part.IDENTITY):
            continue
        for day in near_births(child.date_of_birth):
            for other in born.get(day, ()):
                key = pair(child.pk, other.pk)
                if other.pk == child.pk or key in looked_at or key in pair_by_key:
                    continue
                if same_person(named[child.pk], named[other.pk]):
                    older, newer = sorted((child, other), key=lambda row: (row.created_at, row.pk))
                    why = near_birth(child.date_of_birth, other.date_of_birth)
                    pair_by_key[key] = Pair(older, newer, why)
    return Pairs(list(pair_by_key.values()), page.after)


def candidates(user: User, child: Child) -> list[Found]:
    """Records that may be of the same child as this one, closest first; looked for by all this record says."""
    if child.sealed_at is not None:
        return []
    numbers = Identifier.objects.filter(child__in=rows_of_clusters([child.pk])).values_list("kind", "value")
    name = search_key(child.full_name)
    asked = Asked(
        name,
        child.date_of_birth,
        postcode="" if child.place_is_confidential else child.postcode,
        identifiers=tuple(numbers),
        named=named_of(child),
    )
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
