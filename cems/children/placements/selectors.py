"""Children placed here by others, and ours placed elsewhere (C2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Prefetch, Q

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.base.keyset import at_most
from cems.base.time import today
from cems.children.access.child_access import accesses
from cems.children.choices import ConcernStep
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child, Correction, PlacedConcern, PlacedConcernStep, Placement
from cems.children.placements.rules import step_problem
from cems.clocks.models import Clock

LONGEST = 100


@dataclass(frozen=True)
class Placed:
    """One child who lives away from the authority that is responsible."""

    row: Placement
    child: Child


@dataclass(frozen=True)
class PlacedPage:
    """Running placements across a border of this person's area, newest first."""

    here: Sequence[Placed]
    elsewhere: Sequence[Placed]
    more: bool


def history(child: Child) -> list[Placement]:
    """Every placement of the child, newest first, with what was corrected; those recorded in error too."""
    rows = Placement.with_withdrawn.of(child).select_related("area", "locality", "placed_by", "provider")
    corrections = Correction.objects.select_related("recorded_by").order_by("-recorded_at", "-pk")
    rows = rows.prefetch_related(Prefetch("corrections", corrections))
    return list(rows.order_by("-starts_on", "-pk"))


def placement_at(child: Child, public_id: UUID) -> Placement | None:
    """The placement of this child at this address, with its area and who placed the child; or None."""
    rows = Placement.objects.of(child).select_related("area", "locality", "placed_by", "provider")
    row: Placement | None = rows.filter(public_id=public_id).first()
    return row


@dataclass(frozen=True)
class Concern:
    """A concern about a child placed by another authority, with what was done about it so far."""

    row: PlacedConcern
    steps: Mapping[str, PlacedConcernStep]

    @property
    def stands(self) -> str:
        """How it stands, in words."""
        responsible, told_step = self.row.responsible, self.steps.get(ConcernStep.TOLD)
        if ConcernStep.CLOSED in self.steps:
            return "Escalation closed"
        if ConcernStep.ESCALATED in self.steps:
            return f"Escalated: with {self.clock.owner if self.clock else 'nobody'}"
        if ConcernStep.ANSWERED in self.steps:
            good = self.steps[ConcernStep.ANSWERED].adequate
            return f"{responsible} answered" if good else f"{responsible} answered, and it is not adequate"
        return f"{responsible} is to answer" if told_step else f"{responsible} is to be told"

    @property
    def words(self) -> str:
        """What worries somebody, in their words; "" where a paper says it."""
        return self.row.note.text if self.row.note else ""

    @property
    def reach(self) -> str:
        """How the authority that must be told is reached."""
        responsible = self.row.responsible
        if responsible.reached:
            return f"{responsible} is reached {responsible.reached}."
        return (
            f"How {responsible} is reached is not recorded: an administrator adds it on the page Authorities."
        )

    @property
    def clock(self) -> Clock | None:
        """The promise that runs now; None where nothing is waited for."""
        waits = [self.row.clock, *(step.clock for step in self.steps.values() if step.clock)]
        return next((clock for clock in reversed(waits) if clock.is_open), None)

    def next_steps(self, at: datetime) -> list[ConcernStep]:
        """What can be recorded now."""
        done = {kind: step.adequate for kind, step in self.steps.items()}
        told_step = self.steps.get(ConcernStep.TOLD)
        due = told_step.clock.due_at if told_step and told_step.clock else None
        return [kind for kind in ConcernStep if not step_problem(kind, done=done, answer_due=due, at=at)]


def concerns(child: Child) -> list[Concern]:
    """Every concern that another authority had to be told of, newest first, in two queries."""
    steps = PlacedConcernStep.objects.select_related(
        "recorded_by__agency", "clock__owner_user", "clock__owner_team"
    )
    rows = PlacedConcern.objects.of(child).select_related(
        "note", "area", "responsible", "recorded_by__agency", "clock__owner_user", "clock__owner_team"
    )
    rows = rows.prefetch_related(Prefetch("steps", steps.order_by("pk")))
    return [
        Concern(row, {step.kind: step for step in row.steps.all()})
        for row in rows.order_by("-recorded_at", "-pk")
    ]


def concern_at(child: Child, public_id: UUID) -> Concern | None:
    """The concern about this child at this address, with what was done about it; or None."""
    return next((concern for concern in concerns(child) if concern.row.public_id == public_id), None)


def placed(user: User) -> PlacedPage:
    """Of the children this person may see with their statuses, those placed across a border."""
    served = profile_of(user).authority_ids
    day = today()
    running = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    across = Placement.objects.filter(running).exclude(area=F("placed_by"))
    mine = across.filter(Q(area__in=served) | Q(placed_by__in=served))
    shown = mine.of_visible(user).select_related("area", "placed_by").order_by("-starts_on", "-pk")
    rows, more = at_most(shown, LONGEST)
    children = seen(user, [row.child_id for row in rows])
    open_to = accesses(user, list({child.pk: child for child in children.values()}.values()))
    readable = [
        Placed(row, children[row.child_id])
        for row in rows
        if row.child_id in children and open_to[children[row.child_id].pk].sees(Part.STATUS)
    ]
    return PlacedPage(
        here=[entry for entry in readable if entry.row.area_id in served],
        elsewhere=[entry for entry in readable if entry.row.area_id not in served],
        more=more,
    )
