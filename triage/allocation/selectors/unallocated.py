"""The exception list: children at Significant without a worker, each with its reason (T6; 19 of 87 by R 29)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cems.accounts.models import User
from cems.base.keyset import Keyset, Page
from cems.base.time import local_date
from cems.children.access.visibility import primary_of
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.querysets import primary_by_row
from cems.clocks.presentation import present
from triage.choices import WorkerKind
from triage.models import Allocation, AllocationDeclined, AllocationWait

ORDER = Keyset("current_level__happened_at", "pk", size=50)


@dataclass(frozen=True)
class Unallocated:
    """A child at Significant without a CE worker: waiting with a clock, decided against with a reason, or neither."""

    child: Child
    age: str
    since: datetime
    wait: AllocationWait | None
    declined: AllocationDeclined | None
    clock: dict[str, Any] | None


def unallocated(user: User, at: datetime, *, after: str = "") -> Page[Unallocated]:
    """A page of them, the longest at Significant first; read by key."""
    have = Allocation.objects.running()
    children = (
        Child.objects.visible_to(user)
        .filter(current_level__level=RiskLevel.SIGNIFICANT, died_on__isnull=True)
        .exclude(pk__in=have.annotate(primary=primary_of()).values("primary"))
        .select_related("current_level")
    )
    page = ORDER.page(children, after)
    return Page(_rows(page.rows, at), page.after)


def _rows(children: Sequence[Child], at: datetime) -> list[Unallocated]:
    cluster = list(primary_by_row(child.pk for child in children))
    joined = ("clock__owner_user", "clock__owner_team")
    waits = AllocationWait.objects.filter(child__in=cluster, kind=WorkerKind.CE_WORKER, ended_at__isnull=True)
    wait = {row.primary: row for row in waits.annotate(primary=primary_of()).select_related(*joined)}
    looks = AllocationDeclined.objects.filter(
        child__in=cluster, kind=WorkerKind.CE_WORKER, ended_at__isnull=True
    )
    declined = {
        row.primary: row for row in looks.annotate(primary=primary_of()).select_related("by", *joined)
    }
    return [_row(child, wait.get(child.pk), declined.get(child.pk), at) for child in children]


def _row(
    child: Child, wait: AllocationWait | None, declined: AllocationDeclined | None, at: datetime
) -> Unallocated:
    assert child.current_level is not None  # noqa: S101 - the query asked for the level
    clock = wait.clock if wait else declined.clock if declined else None
    return Unallocated(
        child=child,
        age=child.age_words(local_date(at)),
        since=child.current_level.happened_at,
        wait=wait,
        declined=declined,
        clock=present(clock, at) if clock else None,
    )
