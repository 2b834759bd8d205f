"""Adding to a list of the partnership, and rewording, moving or ending what is on it (M4).

The rows are those of `cems.policy`, which stands below the audit and the table of roles: so they are written here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from cems.accounts.models import User
from cems.accounts.permissions import may_administer
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command, savepoint
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.policy.lists import Entry, PracticeList
from cems.policy.models import ListEntry
from cems.policy.snapshot import keep, read_now

CHANGED_SINCE = "A colleague has changed this list since you opened it. Read theirs, then write yours."
LAST = None


@dataclass(frozen=True)
class EntryTerms:
    """What an administrator wants an entry to be; `after` names the one it stands after ("": it is the first)."""

    label: str
    marks: Sequence[str] = ()
    after: str | None = LAST
    active_from: date | None = None
    active_until: date | None = None


@command
def list_entry_write(
    actor: User,
    *,
    listing: PracticeList,
    terms: EntryTerms,
    key: str = "",
    version: int = 0,
    at: datetime | None = None,
) -> ListEntry:
    """Add an entry, or with `key` change one; what was recorded with it keeps its key and reads on.

    `version` is the one the writer had before them. Raises NotAllowed without the right, Conflict where a colleague
    changed it meanwhile, Invalid naming the field to mend.
    """
    may_administer(actor)
    instant = at or now()
    entries = listing.entries(read_now(instant))
    before = entries.get(key)
    if (before.version if before else 0) != version or (key and before is None):
        raise Conflict(CHANGED_SINCE)
    _check(listing, entries, before, terms, local_date(instant))
    try:
        with savepoint():
            row = ListEntry.objects.create(
                list_key=listing.key,
                key=key or _free_key(listing, entries, terms.label),
                label=terms.label.strip(),
                marks=sorted(set(terms.marks)),
                position=_position(entries, terms, before),
                active_from=terms.active_from,
                active_until=terms.active_until,
                version=version + 1,
            )
    except IntegrityError:  # one entry, or one new name, by two at the same time
        raise Conflict(CHANGED_SINCE) from None
    detail = {"list": listing.key, "entry": row.key, "version": row.version}  # the words stand in the row
    verb = Verb.CHANGED if before else Verb.CREATED
    record(actor, verb=verb, subject=row, detail=detail, at=instant)
    transaction.on_commit(lambda: keep(None))
    return row


def _check(
    listing: PracticeList,
    entries: Mapping[str, Entry],
    before: Entry | None,
    terms: EntryTerms,
    on: date,
) -> None:
    label, others = terms.label.strip(), [entry for entry in entries.values() if entry is not before]
    if not label:
        raise Invalid("Write the words of the entry.", field="label")
    if any(other.label.casefold() == label.casefold() for other in others):
        raise Invalid("Another entry of this list, perhaps an ended one, has these words.", field="label")
    if not set(terms.marks) <= {mark.key for mark in listing.marks}:
        raise Invalid("Choose from the list.", field="marks")
    if terms.after and terms.after not in entries:
        raise Invalid("Choose the entry it stands after.", field="after")
    ends = terms.active_until
    if before and before.fixed and (ends or terms.active_from or set(terms.marks) != before.marks):
        raise Invalid("Rules of CEMS name this entry. Its words may change, nothing else.", field="label")
    if ends and terms.active_from and ends < terms.active_from:
        raise Invalid("It would end before it begins.", field="active_until")
    if ends and ends < on and (before is None or before.active_until != ends):
        raise Invalid(
            "An entry is not ended for the past. Choose today or a later day.", field="active_until"
        )
    if ends and not any(other.active_until is None for other in others):
        raise Invalid("One entry of the list must stay.", field="active_until")


def _position(entries: Mapping[str, Entry], terms: EntryTerms, before: Entry | None) -> float:
    """Between the entry it stands after and the next; where it was, or last, when nothing is said."""
    if terms.after is LAST:
        return before.position if before else max(entry.position for entry in entries.values()) + 1
    others = [entry.position for entry in entries.values() if entry is not before]
    least = entries[terms.after].position if terms.after else min(others) - 2
    above = [position for position in others if position > least]
    return (least + min(above)) / 2 if above else least + 1


def _free_key(listing: PracticeList, entries: Mapping[str, Entry], label: str) -> str:
    """A key made of the words, which no entry of the list has."""
    stem = slugify(label).replace("-", "_")[: listing.longest_key].strip("_") or "entry"
    for number in range(len(entries) + 1):
        end = f"_{number + 1}" if number else ""
        if (key := f"{stem[: listing.longest_key - len(end)]}{end}") not in entries:
            return key
    raise Conflict(CHANGED_SINCE)
