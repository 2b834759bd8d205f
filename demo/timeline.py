"""One child's time, lived from its beginning to the present: each event, and the clocks in between (K1)."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min

from cems.clocks.models import Clock
from cems.clocks.sweeping import sweep

LATE = timedelta(seconds=15)  # the sweep comes round every half minute


class Timeline:
    """Events in the order of time; before each, the clocks of the child act as they would have then.

    Lived inside one transaction: no other sweep sees these clocks before they stand where they should.

    Args:
        as_of: the present; what would come later does not happen.
    """

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self.child: UUID | None = None
        self._waiting: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._count = 0

    def at(self, moment: datetime, happens: Callable[[datetime], object]) -> None:
        """Let something happen at a moment; those of one moment happen in the order they were told."""
        if moment <= self.as_of:
            heapq.heappush(self._waiting, (moment, self._count, happens))
            self._count += 1

    def live(self) -> None:
        """Let everything happen, and what that brings about, up to the present."""
        while self._waiting:
            moment, _, happens = heapq.heappop(self._waiting)
            self._clocks(moment)
            happens(moment)
        self._clocks(self.as_of)

    def _clocks(self, until: datetime) -> None:
        """Sweep at each moment when a clock of this child had something to do."""
        while self.child is not None:
            due = (
                Clock.objects.due_to_act(until)
                .filter(child=self.child)
                .aggregate(Min("next_at"))["next_at__min"]
            )
            if due is None:
                return
            sweep(min(due + LATE, until))
