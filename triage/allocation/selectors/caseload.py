"""The children one worker has, and what of each is still to do (T6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cems.accounts.models import User
from cems.base.time import local_date
from cems.children.choices import RiskLevel
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child
from cems.children.querysets import OfChildQuerySet
from triage.allocation.selectors.worker import ADULT, levels_and_ages
from triage.models import Allocation


@dataclass(frozen=True)
class Mine:
    """One child of a worker. At 18 the work goes on until somebody ends it, seen by everybody (TR1)."""

    allocation: Allocation
    child: Child
    age: str
    is_adult: bool
    level: RiskLevel | None
    days: int

    @property
    def next_step(self) -> str:
        """What the worker has still to do, in words; "" when all is done."""
        row = self.allocation
        if row.accepted_at is None:
            return "Accept"
        if row.first_visit_on is None:
            return "Plan the first visit"
        return "" if row.social_worker_told_at else "Tell the social worker"


@dataclass(frozen=True)
class Children:
    rows: Sequence[Mine]
    closed: int  # of them whose record is not open to the reader


def children_of(user: User, worker: User, at: datetime) -> Children:
    """The children `worker` has, as `user` may see them, the newest first."""
    day = local_date(at)
    allocations = Allocation.objects.filter(worker=worker, ended_at__isnull=True).select_related(
        "allocated_by", "involvement"
    )
    rows = list(allocations.order_by("-starts_at", "-pk"))
    children = seen(user, {row.child_id for row in rows})
    facts = levels_and_ages({child.pk for child in children.values()}, day)
    shown = [
        Mine(
            allocation=row,
            child=(child := children[row.child_id]),
            age=child.age_words(day),
            is_adult=child.age_on(day) >= ADULT,
            level=facts[child.pk][0],
            days=(day - local_date(row.starts_at)).days,
        )
        for row in rows
        if row.child_id in children
    ]
    return Children(shown, len(rows) - len(shown))


def to_take_up(user: User) -> Sequence[Allocation]:
    """The person's allocations that are not accepted, or have no first visit planned."""
    return list(taken_up_by(user).order_by("starts_at", "pk"))


def taken_up_by(user: User) -> OfChildQuerySet:
    """The rows of those."""
    rows: OfChildQuerySet = Allocation.objects.filter(
        worker=user, ended_at__isnull=True, first_visit_on__isnull=True
    )
    return rows
