"""The children of one worker, and who could take each over (T6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cems.accounts.models import Duty, DutyDesk, User
from cems.base.time import local_date
from cems.children.choices import RiskLevel
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child
from triage.allocation.rules.workload import cautions, ranked, spread, stop
from triage.allocation.selectors.candidates import candidates, facts_of
from triage.allocation.selectors.worker import Worker, desks_of, workers
from triage.models import Allocation
from triage.policy import REASSIGN_MOST


@dataclass(frozen=True)
class Colleague:
    """Somebody who could take the child over, and in words how they stand."""

    user: User
    load: int
    places: int
    words: str


@dataclass(frozen=True)
class Whose:
    """A child who is to have another worker; `first`: the public id of whom to suggest."""

    allocation: Allocation
    child: Child
    level: RiskLevel | None
    colleagues: Sequence[Colleague]
    first: UUID | None

    @property
    def field(self) -> str:
        """The name of the child's field in a form."""
        return f"to_{self.allocation.public_id.hex}"


@dataclass(frozen=True)
class Moving:
    rows: Sequence[Whose]
    closed: int  # children whose record is not open to the reader
    more: bool


def moving(user: User, worker: User, at: datetime) -> Moving:
    """At most as many as may move at once, the highest level first; a fixed number of reads."""
    day = local_date(at)
    allocations = Allocation.objects.filter(worker=worker, ended_at__isnull=True).order_by(
        "-level", "starts_at", "pk"
    )
    everything = list(allocations)
    rows = everything[: REASSIGN_MOST.at(at)]
    children = seen(user, {row.child_id for row in rows})
    shown = [row for row in rows if row.child_id in children]
    desks = set(desks_of(user)) | set(
        DutyDesk.objects.filter(
            duty=Duty.ERASE, authority__in={child.area_id for child in children.values()}
        ).values_list("team_id", flat=True)
    )
    team = [colleague for colleague in workers(desks, day) if colleague.user.pk != worker.pk]
    primaries = {children[row.child_id].pk for row in shown}
    facts = facts_of(primaries, [colleague.user.pk for colleague in team], at)
    able = [
        candidates(
            children[row.child_id].pk,
            [colleague for colleague in team if colleague.kind == row.kind],
            facts,
        )
        for row in shown
    ]
    people = {colleague.user.pk: colleague for colleague in team}
    first = spread(able, day)
    return Moving(
        [
            Whose(
                allocation=row,
                child=children[row.child_id],
                level=facts.levels.get(children[row.child_id].pk),
                colleagues=[
                    _colleague(people[candidate.key], cautions(candidate, day))
                    for candidate in ranked(options, day)
                    if not stop(candidate, day)
                ],
                first=people[chosen.key].user.public_id if chosen else None,
            )
            for row, options, chosen in zip(shown, able, first, strict=True)
        ],
        len(rows) - len(shown),
        len(everything) > len(rows),
    )


def _colleague(colleague: Worker, cautioned: Sequence[str]) -> Colleague:
    words = f"{colleague.user.name}: {colleague.load} of {colleague.places}"
    return Colleague(
        colleague.user,
        colleague.load,
        colleague.places,
        " ".join([words, *(f"· {word}" for word in cautioned)]),
    )
