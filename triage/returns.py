"""Which items are repeats and re-referrals, asked of the history of levels (T7)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from cems.children.models import AgreedLevel
from cems.children.querysets import root_of, whole_ids
from triage.models import Item
from triage.rules.measures import Return, befores, kind_of_return


def returns_of(items: Sequence[Item]) -> dict[int, Return]:
    """By item, whether it is the first, a repeat of an open concern or a re-referral; three queries for all."""
    roots = roots_of(items)
    whole = whole_ids(roots.values())
    levels: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    rows = AgreedLevel.objects.filter(child__in=whole).annotate(root=root_of()).order_by("happened_at", "pk")
    for root, agreed_at, level in rows.values_list("root", "happened_at", "level"):
        levels[root].append((agreed_at, level))
    return {item.pk: kind_of_return(item.received_at, befores(levels[roots[item.pk]])) for item in items}


def roots_of(items: Sequence[Item]) -> dict[int, int]:
    """By item, the record its child is read under."""
    rows = Item.objects.filter(pk__in=[item.pk for item in items]).annotate(root=root_of())
    return dict(rows.values_list("pk", "root"))
