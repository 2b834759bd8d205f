"""Which items are repeats and re-referrals, asked of the history of levels (T7)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cems.children.models import AgreedLevel
from cems.children.querysets import primaries_with
from triage.cevt.rules.figures import Return, befores, rereferral_kind
from triage.models import Item
from triage.policy import REREFERRAL_MONTHS


@dataclass(frozen=True)
class Histories:
    """The records and agreed levels of the children of some items, each read once for all that asks about them.

    `known`, where the caller has it, is the record that each row number is read under.
    """

    items: Sequence[Item]
    known: Mapping[int, int] | None = None

    @cached_property
    def primaries(self) -> dict[int, int]:
        """By row number, the record it is read under; of the children of the items and all merged with them."""
        child_ids = {item.child_id for item in self.items}
        if self.known is None:
            return primaries_with(child_ids)
        mine = {self.known[child] for child in child_ids}
        return {row: primary for row, primary in self.known.items() if primary in mine}

    @cached_property
    def levels(self) -> dict[int, list[tuple[datetime, int]]]:
        """By record, when which level was agreed, oldest first."""
        by_record: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        rows = AgreedLevel.objects.filter(child__in=self.primaries).order_by("happened_at", "pk")
        for child, agreed_at, level in rows.values_list("child", "happened_at", "level"):
            by_record[self.primaries[child]].append((agreed_at, level))
        return dict(by_record)

    def primary_of(self, item: Item) -> int:
        """The record an item is read under."""
        return self.primaries[item.child_id]

    def levels_of(self, item: Item) -> Sequence[tuple[datetime, int]]:
        """The levels agreed of the child of an item, oldest first."""
        return self.levels.get(self.primary_of(item), ())


def rereferrals_of(items: Sequence[Item], *, told: Histories | None = None) -> dict[int, Return]:
    """By item, whether it is the first, a repeat of an open concern or a re-referral; three queries for all.

    `told`, where the caller has it, is the history of these items.
    """
    histories = told or Histories(items)
    return {
        item.pk: rereferral_kind(
            item.received_at,
            befores(histories.levels_of(item)),
            months=REREFERRAL_MONTHS.at(item.received_at),
        )
        for item in items
    }
