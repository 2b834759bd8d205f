"""The one lock under which a record changes, and all that was merged into it (merge is an alias)."""

from cems.children.cluster_lock import cluster_locked, remember_locked
from cems.children.models import Child


def lock_cluster(child_id: int) -> Child:
    """The record that this one is read under, locked until the transaction ends.

    Whatever must be true of the cluster (no two running statuses of a kind, grants that follow every
    involvement) is checked and written under this lock, since the database checks one record at a time.
    A command has the lock until it ends: its steps are given the same row and don't ask again. They change the
    record by that row; where it is changed otherwise, `forget_locked` follows.
    """
    if locked := cluster_locked(child_id):
        return locked.primary
    rows = Child.objects.unscoped("lock the record that a service changes").select_for_update(no_key=True)
    child = rows.get(pk=child_id)
    while child.merged_into_id is not None:  # depth is one; again only if it was merged while we waited
        child = rows.get(pk=child.merged_into_id)
    remember_locked(child_id, child)
    return child
