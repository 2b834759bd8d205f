"""A list people choose from, which the partnership may change: `OCCASIONS.choices()`, `OCCASIONS.label(key)`.

Its app declares it with the entries it begins with; the partnership adds, rewords, moves and ends entries on a page.
Other rows keep the key of an entry, which is never removed, so that what was recorded with it reads on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from cems.base.time import today
from cems.policy.models import ListEntry
from cems.policy.snapshot import Snapshot, snapshot, snapshot_anew


@dataclass(frozen=True)
class Mark:
    """Something a list says of some of its entries, such as that an occasion requires a matrix."""

    key: str
    label: str


@dataclass(frozen=True)
class Entry:
    """One entry as it is now. `fixed`: rules name it, so that it may be reworded, never ended."""

    key: str
    label: str
    marks: frozenset[str] = frozenset()
    fixed: bool = False
    active_from: date | None = None
    active_until: date | None = None
    position: float = 0
    version: int = 0  # 0 while the partnership never changed it

    def offered(self, on: date) -> bool:
        """Whether it may be chosen on a day."""
        begun = self.active_from is None or self.active_from <= on
        return begun and (self.active_until is None or on <= self.active_until)


@dataclass(frozen=True, eq=False)
class PracticeList:
    """A list of the partnership.

    `key` names it in the database, `title` and `explanation` on the page, `source` the public document of the entries
    it begins with. `longest_key` is the length of the shortest column that keeps a key.
    """

    key: str
    title: str
    explanation: str
    source: str
    begins_with: Sequence[Entry]
    longest_key: int
    marks: Sequence[Mark] = ()
    declared: Mapping[str, Entry] = field(init=False)

    def __post_init__(self) -> None:
        rows = {
            entry.key: Entry(entry.key, entry.label, entry.marks, entry.fixed, position=place)
            for place, entry in enumerate(self.begins_with, 1)
        }
        object.__setattr__(self, "declared", rows)

    def __deepcopy__(self, memo: object) -> Self:
        """A list is one, wherever a form or serializer that offers it is copied."""
        return self

    def entries(self, kept: Snapshot | None = None) -> Mapping[str, Entry]:
        """Every entry by its key, ended ones too, in the list's order."""
        rows = (kept or snapshot()).entries.get(self.key)
        if not rows:
            return self.declared
        merged = {**self.declared, **{row.key: self._entry(row) for row in rows}}
        return dict(sorted(merged.items(), key=lambda item: (item[1].position, item[0])))

    def _entry(self, row: ListEntry) -> Entry:
        first = self.declared.get(row.key)
        return Entry(
            row.key,
            row.label,
            frozenset(row.marks),
            bool(first and first.fixed),
            row.active_from,
            row.active_until,
            row.position,
            row.version,
        )

    def get(self, key: str) -> Entry | None:
        """The entry of this key, offered or not; None where there is none."""
        return self.entries().get(key) or self.entries(snapshot_anew()).get(key)

    def offered(self, on: date, *, also: Collection[str] = (), mark: str = "") -> list[Entry]:
        """Those one may choose on a day, of those with this mark, and what was chosen already (`also`)."""
        return [
            entry
            for entry in self.entries().values()
            if entry.key in also or (entry.offered(on) and (not mark or mark in entry.marks))
        ]

    def offers(self, key: str, on: date, *, mark: str = "") -> bool:
        """Whether this may be chosen on a day."""
        entry = self.get(key)
        return entry is not None and entry.offered(on) and (not mark or mark in entry.marks)

    def choices(self, *, also: Collection[str] = (), mark: str = "") -> list[tuple[str, str]]:
        """What a form offers today."""
        return [(entry.key, entry.label) for entry in self.offered(today(), also=also, mark=mark)]

    def label(self, key: str) -> str:
        """An entry in words, ended or not; its key where there is none."""
        entry = self.get(key)
        return entry.label if entry else key

    def labels(self) -> list[tuple[str, str]]:
        """Every entry with its words."""
        return [(entry.key, entry.label) for entry in self.entries().values()]
