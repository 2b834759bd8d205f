"""The allocation board: who waits, who has room, whose worker has gone (T6)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from cems.accounts.desks import desk_of
from cems.accounts.leaving import here
from cems.accounts.models import Appointment, Duty, DutyDesk, User
from cems.base.keyset import at_most
from cems.base.time import local_date
from cems.children.access.selectors.restriction import closed_to
from cems.children.access.visibility import primary_of
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.querysets import OfChildQuerySet, primary_by_row, record_of
from cems.clocks.presentation import present
from triage.allocation.rules.workload import Candidate, because, suggested
from triage.allocation.selectors.candidates import Facts, candidates, facts_of, stop_of
from triage.allocation.selectors.worker import Worker, desks_of, workers
from triage.choices import WorkerKind
from triage.models import Allocation, AllocationWait, Vacancy, WeekendCover

MOST = 100  # lines somebody can take in; what is due first comes first


@dataclass(frozen=True)
class WaitRow:
    """A child who waits: since when, why, and whom to think of first."""

    wait: AllocationWait
    child: Child
    age: str
    level: RiskLevel
    clock: dict[str, Any]
    stop: str
    first: Candidate | None
    because: str
    weekend_cover: WeekendCover | None

    @property
    def held(self) -> bool:
        return self.weekend_cover is not None


@dataclass(frozen=True)
class Orphan:
    """A child whose worker can't see to them any more: left, in another role, or shut out of the record."""

    allocation: Allocation
    child: Child
    why: str
    gone: bool  # from ERASE; else the record shuts the worker out


@dataclass(frozen=True)
class Team:
    """The workers of one kind, with what they have room for together."""

    kind: WorkerKind
    workers: Sequence[Worker]
    vacancies: Sequence[Vacancy]

    @property
    def places(self) -> int:
        return sum(worker.places for worker in self.workers)

    @property
    def load(self) -> int:
        return sum(worker.load for worker in self.workers)

    @property
    def room(self) -> int:
        """The places that are free; a colleague's overload takes nobody's room away."""
        return sum(max(worker.room, 0) for worker in self.workers)

    @property
    def vacant(self) -> int:
        return sum(vacancy.children for vacancy in self.vacancies)


@dataclass(frozen=True)
class Board:
    wait: Sequence[WaitRow]
    more: bool
    orphans: Sequence[Orphan]
    teams: Sequence[Team]

    @property
    def children(self) -> list[Any]:
        """The public ids of the children shown, for the audit."""
        return list(
            {row.child.public_id: None for row in self.wait}
            | {row.child.public_id: None for row in self.orphans}
        )


def board(user: User, at: datetime) -> Board:
    """All that the board shows to this person; a fixed number of reads for any team and list."""
    day = local_date(at)
    desks = desks_of(user)
    team = workers(desks, day)
    rows, more = wait_rows(user, team, at)
    return Board(rows, more, orphans(user, at), _teams(team, day))


def wait_rows(user: User, team: Sequence[Worker], at: datetime) -> tuple[list[WaitRow], bool]:
    """Who waits and is open to this person, what is due first at the top; and whether there are more."""
    allocation_waits = (
        AllocationWait.objects.of_visible(user).filter(ended_at__isnull=True).order_by("clock__due_at", "pk")
    )
    rows, more = at_most(
        allocation_waits.with_record().select_related("clock__owner_user", "clock__owner_team"), MOST
    )
    shown = [(row, record_of(row)) for row in rows]
    primaries = {child.pk for _, child in shown}
    facts = facts_of(primaries, [worker.user.pk for worker in team], at)
    desks = dict(DutyDesk.objects.filter(duty=Duty.ERASE).values_list("authority", "team"))
    weekend_covers = _holds([row.pk for row, _ in shown], local_date(at))
    return [
        _row(row, child, team, facts, desks, weekend_covers.get(row.pk), at) for row, child in shown
    ], more


def _row(
    row: AllocationWait,
    child: Child,
    team: Sequence[Worker],
    facts: Facts,
    desks: dict[int, int],
    weekend_cover: WeekendCover | None,
    at: datetime,
) -> WaitRow:
    kind, day = WorkerKind(row.kind), local_date(at)
    desk = desks.get(child.area_id) or desk_of(Duty.ERASE, child.area_id).pk
    stop = stop_of(child, kind, facts)
    able = [worker for worker in team if worker.kind is kind and worker.team.pk == desk]
    first = None if stop else suggested(candidates(child.pk, able, facts), day)
    level = facts.levels.get(child.pk)
    return WaitRow(
        wait=row,
        child=child,
        age=child.age_words(day),
        level=RiskLevel(row.level) if level is None else level,
        clock=present(row.clock, at),
        stop=stop,
        first=first,
        because=because(first) if first else "",
        weekend_cover=weekend_cover,
    )


def _holds(wait_ids: Sequence[int], day: date) -> dict[int, WeekendCover]:
    """Who holds each until a day that is still to come, the newest word; nobody who has left."""
    rows = WeekendCover.objects.filter(here(day, "held_by__"), wait__in=wait_ids, until__gt=day)
    return {row.wait_id: row for row in rows.select_related("held_by").order_by("until", "pk")}


def orphans(user: User, at: datetime) -> list[Orphan]:
    """Children this person sees whose worker can't see to them any more: nobody drops off the board."""
    day = local_date(at)
    of_desks = Allocation.objects.filter(ended_at__isnull=True, involvement__team__in=desks_of(user))
    allocations = list(of_desks.annotate(primary=primary_of()).values_list("primary", "worker", "pk"))
    cluster = list(primary_by_row({primary for primary, _, _ in allocations}))
    shut = closed_to(cluster, {user_id for _, user_id, _ in allocations}, at)
    lost_ids = [
        allocation_id for primary, user_id, allocation_id in allocations if (primary, user_id) in shut
    ]
    stranded = _allocations(user, day).filter(Q(works=False) | Q(pk__in=lost_ids))
    rows = stranded.with_record().select_related("worker").order_by("works", "starts_at", "pk")
    gone, lost = "has left, or works in another role or team now", "may not open the record any more"
    return [Orphan(row, record_of(row), lost if row.works else gone, not row.works) for row in rows]


def gone_workers(user: User, at: datetime) -> OfChildQuerySet:
    """Of those, the allocations whose worker has gone, to be counted; whom a record shuts out is asked apart."""
    return _allocations(user, local_date(at)).filter(works=False)


def _allocations(user: User, day: date) -> OfChildQuerySet:
    """The allocations of children this person sees, and of each whether its worker still works there."""
    works = ExpressionWrapper(_still_works(day), output_field=BooleanField())
    rows: OfChildQuerySet = Allocation.objects.of_visible(user).filter(ended_at__isnull=True)
    return rows.annotate(works=works)


def _still_works(day: date) -> Q:
    """The worker of an allocation is still of that role in a team of ERASE."""
    posts = Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        user=OuterRef("worker"),
        starts_on__lte=day,
        team__in=DutyDesk.objects.filter(duty=Duty.ERASE).values("team"),
        user__in=User.objects.here(day),
    )
    condition = Q()
    for kind in WorkerKind:
        condition |= Q(kind=kind) & Q(Exists(posts.filter(role_key=kind.role_key)))
    return condition


def _teams(team: Sequence[Worker], day: date) -> list[Team]:
    by_kind: dict[str, list[Vacancy]] = defaultdict(list)
    for row in open_vacancies(day):
        by_kind[row.kind].append(row)
    return [
        Team(kind, [worker for worker in team if worker.kind is kind], by_kind[kind]) for kind in WorkerKind
    ]


def open_vacancies(day: date) -> QuerySet[Vacancy]:
    """The posts that nobody holds on this day."""
    running = Vacancy.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)
    return running.order_by("starts_on", "pk")
