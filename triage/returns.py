"""Which items are repeats and re-referrals, asked of the history of levels (T7)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from cems.children.models import AgreedLevel
from cems.children.querysets import cluster_ids, root_of
from triage.models import Item
from triage.rules.measures import Return, befores, kind_of_return


def returns_of(items: Sequence[Item]) -> dict[int, Return]:
    """By item, whether it is the first, a repeat of an open concern or a re-referral; two queries for all."""
    roots = roots_of(items)
    whole = list(cluster_ids(set(roots.values())))
    levels: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    rows = AgreedLevel.objects.filter(child__in=whole).annotate(root=root_of()).order_by("happened_at", "pk")
    for root, agreed_at, level in rows.values_list("root", "happened_at", "level"):
        levels[root].append((agreed_at, level))
    return {item.pk: kind_of_return(item.received_at, befores(levels[roots[item.pk]])) for item in items}


def roots_of(items: Sequence[Item]) -> dict[int, int]:
    """By item, the record its child is read under; asked only for items whose child is not read yet."""
    known = {item.pk: item.child for item in items if Item.child.is_cached(item)}
    found = {pk: child.merged_into_id or child.pk for pk, child in known.items()}
    if asked := [item.pk for item in items if item.pk not in known]:
        rows = Item.objects.filter(pk__in=asked).annotate(root=root_of())
        found.update(rows.values_list("pk", "root"))
    return found
