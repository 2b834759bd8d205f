"""What the running command has locked: records, each with all that was merged into it (merge is an alias)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cems.base.command import running

if TYPE_CHECKING:
    from cems.children.models import Child


@dataclass
class LockedCluster:
    """A primary record whose row is locked: nobody can merge anything into it, or take anything out, meanwhile.

    `ids` are its row number, first, and those of all merged into it, once somebody has asked; `kept` is what the
    modules that keep rows of it remember.
    """

    primary: "Child"
    ids: tuple[int, ...] = ()
    kept: dict[str, Any] = field(default_factory=dict)


def cluster_locked(child_id: int) -> LockedCluster | None:
    """The cluster of this record, if the running command has it locked."""
    scope = running()
    return scope.locked.get(child_id) if scope else None


def clusters_locked(child_ids: Iterable[int]) -> list[LockedCluster] | None:
    """The clusters of these records, each once, if the running command has all of them locked; else None."""
    clusters = [cluster_locked(child_id) for child_id in child_ids]
    if None in clusters:
        return None
    return list({cluster.primary.pk: cluster for cluster in clusters if cluster is not None}.values())


def remember_locked(child_id: int, primary: "Child") -> None:
    """Keep a record that was locked just now, under the number that was asked for and its own."""
    if scope := running():
        cluster = scope.locked.get(primary.pk) or LockedCluster(primary)
        scope.locked[child_id] = scope.locked[primary.pk] = cluster


def forget_locked() -> None:
    """Ask the database again from here on: records were changed otherwise than by the row that was given out."""
    if scope := running():
        scope.locked.clear()


def kept_while_locked(child_id: int, key: str, read: Callable[[], Any]) -> Any:
    """What `read` gives, asked once while the command holds this record, else each time.

    For rows that only the module which keeps them writes: it changes what is kept as it changes the rows.
    """
    cluster = cluster_locked(child_id)
    if cluster is None:
        return read()
    if key not in cluster.kept:
        cluster.kept[key] = read()
    return cluster.kept[key]
