"""The worker ERASE gave the child, and those before, on the child's page (T6)."""

from typing import Any

from cems.accounts.roles import Part, Work
from cems.base.keyset import at_most
from cems.children.access_control import OpenChild
from cems.children.slots import Panel
from cems.clocks.presentation import present
from triage.models import Allocation, AllocationWait

HISTORY = 20  # the chronology has all


def _panel(user: Any, opened: OpenChild) -> dict[str, Any] | None:
    """Who has and had the child; to those who read decisions also who is waited for. Nothing to say: no panel."""
    rows = Allocation.objects.filter(child__in=opened.cluster).select_related("worker", "allocated_by")
    history, more = at_most(rows.order_by("-starts_at", "-pk"), HISTORY)
    decisions = opened.access.sees(Part.DECISIONS)
    waits = AllocationWait.objects.filter(child__in=opened.cluster, ended_at__isnull=True).order_by(
        "since", "pk"
    )
    wait = list(waits.select_related("clock__owner_user", "clock__owner_team")) if decisions else []
    may_allocate = decisions and opened.access.may(Work.ALLOCATION)
    if not history and not wait and not may_allocate:
        return None
    return {
        "history": history,
        "more": more,
        "wait": [(row, present(row.clock, opened.at)) for row in wait],
        "sees_why": decisions,
        "may_allocate": may_allocate,
    }


PANEL = Panel(
    "triage.allocation",
    "Worker from ERASE",
    Part.INVOLVED,
    "triage/allocation/panel.html",
    _panel,
)
