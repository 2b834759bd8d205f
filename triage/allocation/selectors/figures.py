"""How many children were given a worker in a period (T6; ERASE Annual Report 2023–24, paragraph 29)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from cems.children.access.visibility import primary_of
from cems.children.choices import RiskLevel
from triage.choices import WorkerKind
from triage.models import Allocation


@dataclass(frozen=True)
class Allocated:
    """Children by the level agreed when they were given a worker, each counted once, at the first in the period."""

    by_level: dict[RiskLevel, int]

    @property
    def children(self) -> int:
        return sum(self.by_level.values())


def allocations_in(start: datetime, end: datetime, *, kind: WorkerKind = WorkerKind.CE_WORKER) -> Allocated:
    """Children given a worker from `start` to before `end`.

    A child who only changes from one worker to another is not given one anew: the same instant ends the one
    and begins the other.
    """
    rows = Allocation.objects.standing().filter(kind=kind).annotate(primary=primary_of())
    begun = rows.filter(starts_at__gte=start, starts_at__lt=end).order_by("starts_at", "pk")
    ended = set(rows.filter(ended_at__gte=start, ended_at__lt=end).values_list("primary", "ended_at"))
    first: dict[int, int] = {}
    for primary, level, at in begun.values_list("primary", "level", "starts_at"):
        if (primary, at) not in ended:
            first.setdefault(primary, level)
    return Allocated({RiskLevel(level): count for level, count in sorted(Counter(first.values()).items())})
