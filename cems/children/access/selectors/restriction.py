"""Whether a record is restricted or bars somebody: the one home of these questions besides `visible_to` (A2).

They are asked of the whole cluster, never of one row: a user whom one record shuts out is shut out of all of them.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.base.compiled_sql import Condition, Fulfilled
from cems.base.time import now
from cems.children.access.visibility import opens_restricted, primary_of
from cems.children.models import Bar, Child, NamedReader
from cems.children.querysets import rows_of_the_cluster

_KNOWN: dict[
    tuple[type[Model], bool], Condition
] = {}  # by table, and whether emergencies open restricted records


def is_restricted(child_id: int) -> bool:
    """Whether this record, or one it is read with, opens to the people named on it only."""
    rows = Child.objects.unscoped("whether a record or one joined to it is restricted")
    return rows.filter(pk__in=rows_of_the_cluster(child_id), restricted=True).exists()


def is_barred(user: User, child_id: int) -> bool:
    """Whether this record, or one it is read with, bars the person."""
    return Bar.objects.filter(user=user, child__in=rows_of_the_cluster(child_id)).exists()


def bars_of(user: User) -> QuerySet[Any]:
    """The person's bars, each with the record it counts for as `primary`; for a statement that asks many records."""
    return Bar.objects.filter(user=user).annotate(primary=primary_of())


def barred_from(child_id: int) -> QuerySet[Bar]:
    """The bars of this record and of those it is read with."""
    return Bar.objects.filter(child__in=rows_of_the_cluster(child_id))


def closed_to(whole: Collection[int], user_ids: Collection[int], at: datetime) -> set[tuple[int, int]]:
    """Which of these records which of these people may not open whatever their role: barred, or not named.

    `whole` are the row numbers of the records and of all merged into them. Returns the primary records of these,
    each with a person.
    """
    barred = Bar.objects.filter(child__in=whole, user__in=list(user_ids)).annotate(primary=primary_of())
    shut = set(barred.values_list("primary", "user"))
    rows = Child.objects.unscoped("restricted records, so that nobody is given what stays shut to them")
    restricted = list(rows.filter(pk__in=whole, restricted=True).values_list("pk", "merged_into"))
    if not restricted:
        return shut
    named = set(
        NamedReader.objects.filter(child__in=whole, user__in=list(user_ids), until__gt=at).values_list(
            "child", "user"
        )
    )
    for pk, merged_into in restricted:
        shut |= {(merged_into or pk, user_id) for user_id in user_ids if (pk, user_id) not in named}
    return shut


def barred_pairs(children: Collection[UUID], user_ids: Collection[int]) -> set[tuple[UUID, int]]:
    """Which of these records, by public id, bars which of these people, itself or one it is read with."""
    bars = Bar.objects.filter(user__in=list(user_ids)).annotate(primary=primary_of())
    barred: dict[int, set[int]] = defaultdict(set)
    for primary, user in bars.values_list("primary", "user"):
        barred[primary].add(user)
    if not barred:
        return set()
    rows = Child.objects.unscoped("records that bar somebody who is told of them")
    ids = rows.filter(public_id__in=list(children)).values_list("public_id", "pk", "merged_into")
    return {(child, user) for child, pk, primary in ids for user in barred[primary or pk]}


def known_to(model: type[Model], user: User) -> Fulfilled:
    """The condition that a row of this table is about no record that nobody may hint at to this person; its `child` is
    the public id of one, or null. Each page asks it of clocks and of notices, so its words are kept."""
    key = model, opens_restricted(profile_of(user))
    if key not in _KNOWN:
        _KNOWN[key] = Condition(partial(_known, *key), user=int, instant=datetime)
    return _KNOWN[key].of(user=user.pk, instant=now())


def _known(model: type[Model], emergency: bool, *, user: int, instant: datetime) -> QuerySet[Any, Any]:
    return QuerySet(model).exclude(child__in=_hidden(emergency, user, instant))


def _hidden(emergency: bool, user: int, instant: datetime) -> QuerySet[Any, Any]:
    """The public ids of all records nobody may hint at to this person, as `not_to_be_known` says of some: they bar the
    person, or are sealed and shut to them; and of those read with them."""
    records = partial(
        Child.objects.unscoped, "which records are kept from somebody, sealed ones and joined ones too"
    )
    readable = records().filter(pk=OuterRef("primary")).readable_by(user, instant, emergency=emergency)
    sealed = records().filter(sealed_at__isnull=False).annotate(primary=Coalesce("merged_into", "pk"))
    barred = Bar.objects.filter(user_id=user).annotate(primary=primary_of())
    shut = sealed.exclude(Exists(readable)).values("primary")
    primaries = barred.values("primary").union(shut, all=True)
    joined = records().filter(merged_into__in=primaries).values_list("public_id")
    return records().filter(pk__in=primaries).values_list("public_id").union(joined, all=True)


def not_to_be_known(user: User, child_ids: Collection[int]) -> set[int]:
    """Of these records that are shut to the person, those nobody may hint at: they bar the person, or are sealed."""
    rows = Child.objects.unscoped("whether a shut record may be hinted at").filter(pk__in=list(child_ids))
    records = list(rows.values_list("pk", "merged_into", "sealed_at", "merged_into__sealed_at"))
    barred = set(bars_of(user).values_list("primary", flat=True))
    return {pk for pk, primary, own, primaries in records if own or primaries or (primary or pk) in barred}
