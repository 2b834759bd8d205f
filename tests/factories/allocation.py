"""Builders for allocation: ERASE's team, a child with a social worker of ASET, rows as services leave them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cems.accounts.models import Team, User
from cems.base.time import now, today
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child, Involvement
from tests.factories.children import agree_level, involve, make_child, make_matter
from tests.factories.people import make_user
from triage.allocation.services.wait import allocation_wait_open
from triage.choices import WorkerKind
from triage.models import Absence, Allocation, AllocationWait, Vacancy, WeekendCover


def erase() -> Team:
    """The ERASE desk of the reference data."""
    return Team.objects.get(code="erase")


def make_manager(**kw: object) -> User:
    """The ERASE manager."""
    return make_user("erase_manager", team=erase(), **kw)  # type: ignore[arg-type]


def make_worker(kind: WorkerKind = WorkerKind.CE_WORKER, **kw: object) -> User:
    """A worker of ERASE who can be given children."""
    return make_user(kind.role_key, team=erase(), **kw)  # type: ignore[arg-type]


def make_social_worker(child: Child, code: str = "aset") -> User:
    """The child's social worker, of this team."""
    team = Team.objects.get(code=code)
    worker = make_user("practitioner", team=team)
    involve(child, worker, team=team)
    return worker


def child_at(level: RiskLevel = RiskLevel.SIGNIFICANT, **kw: object) -> Child:
    """A child whose level CEVT agreed, with a social worker of ASET, reached by ERASE."""
    child = make_child(**kw)
    agree_level(child, level)
    make_matter(child, MatterKind.EXPLOITATION)
    make_social_worker(child)
    return child


def waits(
    child: Child,
    *,
    by: User | None = None,
    level: RiskLevel | None = None,
    kind: WorkerKind = WorkerKind.CE_WORKER,
    at: datetime | None = None,
) -> AllocationWait:
    """The child waits for a worker."""
    known_level = level if level is not None else child.level or RiskLevel.NONE
    row = allocation_wait_open(
        by or make_user("cevt_chair"), child=child, level=known_level, kind=kind, at=at
    )
    assert row is not None
    return row


def has_worker(
    child: Child, worker: User, *, by: User, at: datetime | None = None, ended_at: datetime | None = None
) -> Allocation:
    """The worker has the child since ten days ago; no service asked, nobody told."""
    since = at or now() - timedelta(days=10)
    return Allocation.objects.create(
        child=child,
        worker=worker,
        level=child.level if child.level is not None else RiskLevel.NONE,
        involvement=involve(child, worker, "ce_worker", team=erase(), at=since, ended_at=ended_at),
        allocated_by=by,
        starts_at=since,
        recorded_at=since,
        ended_at=ended_at,
        ended_why="The work was done." if ended_at else "",
    )


def away(worker: User, since: date, until: date | None = None) -> Absence:
    """The worker is away."""
    return Absence.objects.create(user=worker, starts_on=since, ends_on=until, recorded_by=worker, at=now())


@dataclass
class Allocated:
    """What one story of the world has of allocation."""

    allocation: Allocation
    waiting: AllocationWait
    hold: WeekendCover
    absence: Absence
    vacancy: Vacancy
    coordinator: User


def allocate_in_story(child: Child, author: User) -> Allocated:
    """A worker has the child, who waits for a coordinator, held until the day after tomorrow."""
    worker, coordinator = make_worker(), make_worker(WorkerKind.COORDINATOR)
    waiting = waits(child, by=author, kind=WorkerKind.COORDINATOR)
    return Allocated(
        allocation=has_worker(child, worker, by=author),
        waiting=waiting,
        hold=WeekendCover.objects.create(
            wait=waiting,
            child=child,
            held_by=author,
            until=today() + timedelta(days=2),
            plan="Example plan",
            recorded_by=author,
            at=now(),
        ),
        absence=away(worker, today() + timedelta(days=60), today() + timedelta(days=65)),
        vacancy=Vacancy.objects.create(
            title="Example post", children=7, starts_on=today(), recorded_by=author, at=now()
        ),
        coordinator=coordinator,
    )


def roles_of(child: Child, user: User) -> list[Involvement]:
    """The open involvements of a person with the child."""
    return list(Involvement.objects.filter(child=child, user=user, ended_at__isnull=True))


def sees(user: User, child: Child) -> bool:
    """Whether the record is open to the user."""
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def fill(worker: User, manager: User, children: int = 7) -> None:
    """Give the worker so many children."""
    for _ in range(children):
        has_worker(child_at(), worker, by=manager)
