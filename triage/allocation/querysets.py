"""Reads of who has which child (T6)."""

from typing import Self

from django.db import models

from cems.children.querysets import OfChildQuerySet
from triage.choices import WorkerKind


class AllocationQuerySet(OfChildQuerySet):
    """Allocations, chained in English."""

    def running(self, kind: str = WorkerKind.CE_WORKER) -> Self:
        """Those by which a worker of this kind has a child now."""
        return self.filter(kind=kind, ended_at__isnull=True)

    def standing(self) -> Self:
        """Those by which a worker has or had a child: all but the ones that were undone."""
        return self.filter(undone=False)


AllocationManager = models.Manager.from_queryset(AllocationQuerySet)
