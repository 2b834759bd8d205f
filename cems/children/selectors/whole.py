"""From rows to the children a person may see: a row of a merged record belongs to the whole."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from cems.accounts.models import User
from cems.children.models import Child


def seen(user: User, child_ids: Iterable[int]) -> dict[int, Child]:
    """The child of each row number, where the person may see it; one query, two where some are merged."""
    return _seen(user, "pk", set(child_ids))


def seen_at(user: User, public_ids: Iterable[UUID]) -> dict[UUID, Child]:
    """The child of each public id, where the person may see it."""
    return _seen(user, "public_id", set(public_ids))


def _seen(user: User, key: str, wanted: set[Any]) -> dict[Any, Child]:
    if not wanted:
        return {}
    visible = Child.objects.visible_to(user)
    found: dict[Any, Child] = {getattr(one, key): one for one in visible.filter(**{f"{key}__in": wanted})}
    left = wanted - found.keys()
    if left:
        merged = Child.objects.unscoped("which record a merged one is read under").filter(
            **{f"{key}__in": left}, merged_into__isnull=False
        )
        root_ids = dict(merged.values_list(key, "merged_into"))
        roots = {one.pk: one for one in visible.filter(pk__in=set(root_ids.values()))} if root_ids else {}
        found |= {one: roots[root] for one, root in root_ids.items() if root in roots}
    return found
