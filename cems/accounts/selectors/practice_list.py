"""What the page of the partnership's lists shows: each list with its entries, and from when to when each is offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cems.base.time import local_date
from cems.policy.lists import Entry, PracticeList
from cems.policy.slots import LISTS
from cems.policy.snapshot import read_now


@dataclass(frozen=True)
class Line:
    """One entry, what its marks say, and whether it is offered today."""

    entry: Entry
    marks: Sequence[str]
    offered: bool
    to_come: bool


@dataclass(frozen=True)
class Shown:
    """A list with its entries in order, ended ones too."""

    listing: PracticeList
    lines: Sequence[Line]


def lists(at: datetime) -> Sequence[Shown]:
    """Every list, as the database has it now."""
    kept, day = read_now(at), local_date(at)
    return [
        Shown(
            listing,
            [
                Line(
                    entry,
                    [mark.label for mark in listing.marks if mark.key in entry.marks],
                    entry.offered(day),
                    entry.active_from is not None and entry.active_from > day,
                )
                for entry in listing.entries(kept).values()
            ],
        )
        for listing in LISTS
    ]


def listing_of(key: str) -> PracticeList:
    """The list of this key. Raises LookupError."""
    listing = LISTS.get(key)
    if listing is None:
        raise LookupError(f"no app declares the list {key}")
    return listing


def entry_of(listing: PracticeList, key: str, at: datetime) -> Entry:
    """One entry, as the database has it now. Raises LookupError."""
    return listing.entries(read_now(at))[key]


def others_of(listing: PracticeList, key: str, at: datetime) -> Sequence[Entry]:
    """The entries an entry may stand after."""
    return [entry for entry in listing.entries(read_now(at)).values() if entry.key != key]
