"""A child exploitation worker is to be allocated (T4, T6)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cems.accounts.models import User
from cems.children.choices import RiskLevel
from cems.children.models import Child
from triage.allocation.services.wait import allocation_wait_open, waiting_length
from triage.cevt.outcomes.base import Ask, Case, Effect, Offer, OutcomeKind, Problem, Wish, until
from triage.models import Allocation, Outcome


class Worker(OutcomeKind):
    """The child waits for a worker, by the clock of the agreed level; at Significant always."""

    key = "allocation"
    label = "A child exploitation worker is to be allocated"
    figure = "Worker to be allocated"
    asks_why = "Why a worker, at Moderate"
    always_at = frozenset({RiskLevel.SIGNIFICANT})

    def asks(self, offer: Offer) -> Sequence[Ask]:
        return [Ask("why", self.asks_why)]

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        if case.level < RiskLevel.MODERATE:
            return Problem(f"No child exploitation worker is allocated at {case.level.label}.")
        if case.level is RiskLevel.MODERATE and not wish.why:
            return Problem("At Moderate a worker is a professional judgement: say why.", "why")
        return None

    def effects(self, wish: Wish, child: Child, level: RiskLevel, at: datetime) -> Iterator[Effect]:
        allocations = Allocation.objects.of(child).running()
        if row := allocations.select_related("worker").first():
            yield Effect("The child keeps the child exploitation worker there is", str(row.worker))
            return
        what = "The child waits for a child exploitation worker"
        length = waiting_length(level, at, child.area_id)
        yield Effect(what, "ERASE", until(at, length.value))

    def start(self, user: User, row: Outcome, wish: Wish, at: datetime) -> None:
        level = RiskLevel(row.decision.agreed.level)
        allocation_wait_open(user, child=row.child, level=level, why=wish.why, decision=row.decision, at=at)
