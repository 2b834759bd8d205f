"""Search keys of names that are kept already, brought to the rule of today (C1)."""

from typing import Any

from django.db.models import QuerySet

from cems.base.command import command
from cems.children.identity.rules import search_key
from cems.children.models import ChildName

_BATCH = 500


def made_anew(names: QuerySet[Any]) -> int:
    """Make the key of each of these names anew where it is not today's; how many were.

    Only names with letters beyond ASCII: the others' keys never change. Batch by batch, each written at once, so
    that nothing is locked for long. Again is harmless.
    """
    beyond = names.filter(name__regex=r"[^\x01-\x7f]").order_by("pk")
    last, count = 0, 0
    while batch := list(beyond.filter(pk__gt=last)[:_BATCH]):
        last, changed = batch[-1].pk, []
        for row in batch:
            key = search_key(row.name)
            if key != row.search_key:
                row.search_key = key
                changed.append(row)
        names.model.objects.bulk_update(changed, ["search_key"])
        count += len(changed)
    return count


@command
def sync(user: None = None) -> str:
    """For `sync_reference`: names that the version before wrote while it was being replaced."""
    return f"{made_anew(ChildName.objects.all())} search keys made anew"
