"""Every dated value and list entry, kept in the process for half a minute, so that a page asks the database for none.

A change begins at the earliest `LEAD` after it is made, and a value that has begun is never altered. `LEAD` is longer
than what is kept here lives, with the longest command between: so each process knows of a change before it begins,
and all of them take the new value at the same instant. An entry of a list begins and ends by the day.
"""

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cems.base.time import local_date, now
from cems.policy.models import ListEntry, SettingValue
from cems.policy.slots import SUCCESSORS

MAX_AGE = timedelta(seconds=30)
LEAD = timedelta(minutes=2)

Place = tuple[str, int | None]


@dataclass(frozen=True)
class Dated:
    """What a setting is from an instant on; `inherits` where an authority goes by the whole partnership again."""

    starts_at: datetime
    stored: Any
    inherits: bool = False


@dataclass(frozen=True)
class Snapshot:
    """All values that stand, by setting and authority, each in the order in which they begin; entries by their list."""

    read_at: datetime
    values: Mapping[Place, Sequence[Dated]] = field(default_factory=dict)
    edition: Hashable = ()
    entries: Mapping[str, Sequence[ListEntry]] = field(default_factory=dict)
    successors: Mapping[int, tuple[date, int]] = field(default_factory=dict)

    def is_fresh(self, instant: datetime) -> bool:
        """Whether it may still be used; not after the clock of the machine was put back."""
        return timedelta() <= instant - self.read_at < MAX_AGE

    def answering(self, authority_id: int, instant: datetime) -> int:
        """Whose values hold for an authority: its own, after its last day those of the one that follows it (C2)."""
        day, answers = local_date(instant), authority_id
        while (row := self.successors.get(answers)) and row[0] < day:
            answers = row[1]
        return answers

    def in_force(self, key: str, authority_id: int | None, instant: datetime) -> Dated | None:
        """What was decided of the setting by then; None while its default holds, or the whole partnership's."""
        rows = self.values.get((key, authority_id))
        if not rows:
            return None
        count = bisect_right(rows, instant, key=lambda row: row.starts_at)
        return rows[count - 1] if count else None


_kept: Snapshot | None = None


def snapshot() -> Snapshot:
    """What is kept, read anew when it is older than `MAX_AGE`."""
    global _kept
    kept, instant = _kept, now()
    if kept is None or not kept.is_fresh(instant):
        _kept = kept = read_now(instant)
    return kept


def snapshot_anew() -> Snapshot:
    """Read anew unless that was done this second: for a key that somebody may have added meanwhile."""
    global _kept
    kept, instant = _kept, now()
    if kept is None or not timedelta() <= instant - kept.read_at < timedelta(seconds=1):
        _kept = kept = read_now(instant)
    return kept


def read_now(instant: datetime) -> Snapshot:
    """All values that stand in the database: a few dozen rows."""
    values: dict[Place, list[Dated]] = {}
    edition = []
    for row in (
        SettingValue.objects.standing()
        .oldest_first()
        .values("pk", "key", "authority_id", "starts_at", "value", "inherits")
    ):
        place = (row["key"], row["authority_id"])
        values.setdefault(place, []).append(Dated(row["starts_at"], row["value"], row["inherits"]))
        edition.append(row["pk"])
    entries: dict[str, list[ListEntry]] = {}
    for entry in ListEntry.objects.order_by("version"):  # the newest comes last, and holds
        entries.setdefault(entry.list_key, []).append(entry)
    of_authorities = any(authority_id is not None for _, authority_id in values)
    successors = SUCCESSORS.get()() if of_authorities else {}  # asked only where it makes a difference
    return Snapshot(instant, values, tuple(edition), entries, successors)


def keep(made: Snapshot | None) -> None:
    """Keep this one from here on; None forgets what is kept, so that the next look reads it anew."""
    global _kept
    _kept = made
