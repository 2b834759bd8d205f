"""Entries of the partnership's lists, as an administrator writes them."""

from datetime import timedelta
from typing import Any

from cems.accounts.services.practice_list import EntryTerms, list_entry_write
from cems.base.time import now, today
from cems.policy import snapshot
from cems.policy.lists import PracticeList
from cems.policy.models import ListEntry
from tests.factories.people import make_user


def write_entry(listing: PracticeList, label: str, *, key: str = "", **terms: Any) -> ListEntry:
    """Add an entry, or with `key` change one; every process knows."""
    before = listing.entries(snapshot.read_now(now())).get(key)
    if before:
        terms.setdefault("marks", sorted(before.marks))
    row = list_entry_write(
        make_user("administrator"),
        listing=listing,
        terms=EntryTerms(label, **terms),
        key=key,
        version=before.version if before else 0,
    )
    snapshot.keep(None)
    return row


def end_yesterday(row: ListEntry) -> None:
    """As if its last day had passed."""
    ListEntry.objects.filter(pk=row.pk).update(active_until=today() - timedelta(days=1))
    snapshot.keep(None)
