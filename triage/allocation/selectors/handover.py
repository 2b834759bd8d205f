"""Who holds each waiting child over days off, for ERASE and for the Emergency Duty Team (T6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cems.accounts.leaving import here
from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.calendar import next_working_day
from cems.base.keyset import at_most
from cems.base.time import local_date
from cems.children.access.child_access import accesses
from cems.children.choices import RiskLevel
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child
from cems.clocks.presentation import present
from triage.allocation.rules.workload import handover_day
from triage.allocation.selectors.worker import levels_and_ages
from triage.models import AllocationWait, WeekendCover
from triage.policy import HANDOVER_FROM

MOST = 500  # children on one sheet, which says so where more than these wait


@dataclass(frozen=True)
class HandoverRow:
    """A child who waits, and who holds them until the next working day."""

    wait: AllocationWait
    child: Child
    level: RiskLevel
    clock: dict[str, Any]
    weekend_cover: WeekendCover | None


@dataclass(frozen=True)
class Handover:
    until: date
    rows: Sequence[HandoverRow]
    cut: bool = False

    @property
    def unheld(self) -> int:
        return sum(1 for row in self.rows if row.weekend_cover is None)

    @property
    def untold(self) -> int:
        """How many are held, and the Emergency Duty Team not yet briefed."""
        return sum(
            1 for row in self.rows if row.weekend_cover and row.weekend_cover.duty_team_told_at is None
        )


def until_day(at: datetime) -> date:
    """The next working day after today."""
    return next_working_day(local_date(at) + timedelta(days=1))


def weekend_cover_until(wait: AllocationWait, until: date) -> WeekendCover | None:
    """Who holds a waiting child until this day, or None."""
    return WeekendCover.objects.filter(wait=wait, until=until).select_related("held_by").first()


def asked_now(at: datetime) -> date | None:
    """The next working day, where it is late before days off and the board asks; else None."""
    return handover_day(at, HANDOVER_FROM.at(at))


def handover(user: User, at: datetime) -> Handover:
    """Everybody who waits, is open to this person in their plan, and who holds them: nobody who leaves before then."""
    until = until_day(at)
    allocation_waits = (
        AllocationWait.objects.of_visible(user)
        .filter(ended_at__isnull=True)
        .order_by("-level", "since", "pk")
    )
    rows, cut = at_most(allocation_waits.select_related("clock__owner_user", "clock__owner_team"), MOST)
    children = seen(user, {row.child_id for row in rows})
    primaries = list({child.pk: child for child in children.values()}.values())
    access = accesses(user, primaries, at)
    facts = levels_and_ages([child.pk for child in primaries], local_date(at))
    weekend_covers = {
        row.wait_id: row
        for row in WeekendCover.objects.filter(
            here(until - timedelta(days=1), "held_by__"), wait__in=[row.pk for row in rows], until=until
        ).select_related("held_by", "recorded_by")
    }
    shown = [
        HandoverRow(
            wait=row,
            child=child,
            level=facts[child.pk][0] or RiskLevel(row.level),
            clock=present(row.clock, at),
            weekend_cover=weekend_covers.get(row.pk),
        )
        for row in rows
        if (child := children.get(row.child_id)) and access[child.pk].sees(Part.PLAN)
    ]
    return Handover(until, shown, cut)
