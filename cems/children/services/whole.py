"""The one lock under which a record changes, and all that was merged into it (merge is an alias)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from cems.children.models import Child
from cems.children.querysets import roots_by_row, whole_locked

Read = TypeVar("Read")
_held: ContextVar[Child | None] = ContextVar("whole_held", default=None)
_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept_while_held", default=None)


def lock_whole(child_id: int) -> Child:
    """The record that this one is read under, locked until the transaction ends.

    Whatever must be true of the whole (no two running statuses of a kind, grants that follow every
    involvement) is checked and written under this lock, since the database checks one record at a time.
    Within `whole_held` of the same record the lock is there already, and its row is given back.
    """
    kept = _held.get()
    if kept is not None and kept.pk == child_id:
        return kept
    rows = Child.objects.unscoped("lock the record that a service changes").select_for_update()
    held = rows.get(pk=child_id)
    while held.merged_into_id is not None:  # depth is one; again only if it was merged while we waited
        held = rows.get(pk=held.merged_into_id)
    return held


@contextmanager
def whole_held(child_id: int) -> Iterator[Child]:
    """`lock_whole` for a command of many steps: while it lasts, the steps don't ask for the record again.

    All of the block is within the transaction that the lock belongs to, changes the record, if at all, by the
    row it is given, and merges nothing.
    """
    root = lock_whole(child_id)
    token = _held.set(root)
    kept = _kept.set({})
    ids = whole_locked.set((root.pk, *(row for row in roots_by_row([root.pk]) if row != root.pk)))
    try:
        yield root
    finally:
        _held.reset(token)
        whole_locked.reset(ids)
        _kept.reset(kept)


def kept_while_held(root: Child, key: str, read: Callable[[], Read]) -> Read:
    """What `read` gives, asked once while a command holds this very record, else each time.

    For rows that only the module which keeps them writes: it changes what is kept as it changes the rows.
    """
    kept, held = _kept.get(), _held.get()
    if kept is None or held is None or held.pk != root.pk:
        return read()
    if key not in kept:
        kept[key] = read()
    found: Read = kept[key]
    return found
