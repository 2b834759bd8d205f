"""From rows to the children a person may see: a row of a merged record belongs to its primary record."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from cems.accounts.models import User
from cems.children.models import Child


def seen(user: User, child_ids: Iterable[int]) -> dict[int, Child]:
    """The child of each row number, where the person may see it; in two queries, however many."""
    return _seen(user, "pk", set(child_ids))


def seen_at(user: User, public_ids: Iterable[UUID]) -> dict[UUID, Child]:
    """The child of each public id, where the person may see it; in two queries, however many."""
    return _seen(user, "public_id", set(public_ids))


def _seen(user: User, key: str, wanted: set[Any]) -> dict[Any, Child]:
    if not wanted:
        return {}
    rows = Child.objects.unscoped("which record a merged one is read under")
    primaries = {
        name: primary or pk
        for name, pk, primary in rows.filter(**{f"{key}__in": wanted}).values_list(key, "pk", "merged_into")
    }
    open_to = {
        child.pk: child for child in Child.objects.visible_to(user).filter(pk__in=set(primaries.values()))
    }
    return {name: open_to[primary] for name, primary in primaries.items() if primary in open_to}
