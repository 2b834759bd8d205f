"""The workers ERASE can give a child to, and what each has (T6). A fixed number of reads for any number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max, Q

from cems.accounts.models import Appointment, Duty, DutyDesk, Team, User
from cems.accounts.profile import profile_of
from cems.base.time import local_date
from cems.children.access.visibility import primary_of
from cems.children.choices import RiskLevel
from cems.children.models import Child
from triage.allocation.rules.workload import Away, places
from triage.choices import WorkerKind
from triage.models import Absence, Allocation, Capacity, Vacancy
from triage.policy import WORKER_CAPACITY

ADULT = 18


@dataclass(frozen=True)
class Held:
    """One child a worker has: no name, the level agreed now, since when."""

    allocation_id: int
    primary: int
    level: RiskLevel | None
    since: datetime
    accepted: bool
    age: int


@dataclass
class Worker:
    """Somebody in a role and team that takes children, with their room and what they have."""

    user: User
    kind: WorkerKind
    team: Team
    leaves_on: date | None
    children: int
    share: int
    held: list[Held] = field(default_factory=list)
    away: tuple[Away, ...] = ()
    last_given_at: datetime | None = None

    @property
    def places(self) -> int:
        return places(self.children, self.share)

    @property
    def load(self) -> int:
        """The children they have; two records of one child are one."""
        return len({child.primary for child in self.held})

    @property
    def room(self) -> int:
        return self.places - self.load

    @property
    def percent(self) -> int:
        """How much of the room is used, 0 to 100, for the bar."""
        return min(100, 100 * self.load // self.places) if self.places else 100

    @property
    def over(self) -> int:
        """How many children more than there is room for."""
        return max(-self.room, 0)

    @property
    def oldest(self) -> datetime | None:
        """Since when they have had the child they have had longest."""
        return min((child.since for child in self.held), default=None)

    @property
    def not_accepted(self) -> int:
        return sum(1 for child in self.held if not child.accepted)

    @property
    def adults(self) -> int:
        """How many have turned 18: the work goes on until somebody ends it (TR1)."""
        return sum(1 for child in self.held if child.age >= ADULT)

    @property
    def by_level(self) -> list[tuple[RiskLevel | None, int]]:
        """How many children at each level, the highest first."""
        counts: dict[RiskLevel | None, int] = defaultdict(int)
        for child in self.held:
            counts[child.level] += 1
        return sorted(counts.items(), key=lambda pair: -1 if pair[0] is None else pair[0], reverse=True)


def desks_of(user: User) -> list[int]:
    """The ERASE desks of the authorities this person's agency works for."""
    desks = DutyDesk.objects.filter(duty=Duty.ERASE, authority__in=profile_of(user).authority_ids)
    return sorted(set(desks.values_list("team_id", flat=True)))


def workers(
    team_ids: Collection[int],
    day: date,
    *,
    kind: WorkerKind | None = None,
    user_id: int | None = None,
    public_id: UUID | None = None,
) -> list[Worker]:
    """Everybody who can be given a child in these teams on `day`, by name; narrowed to a kind or a person."""
    kinds = {worker_kind.role_key: worker_kind for worker_kind in WorkerKind if kind in {None, worker_kind}}
    posts = Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        team__in=list(team_ids),
        role_key__in=list(kinds),
        starts_on__lte=day,
        user__in=User.objects.here(day),
    )
    if user_id is not None:
        posts = posts.filter(user=user_id)
    if public_id is not None:
        posts = posts.filter(user__public_id=public_id)
    by_post: dict[tuple[int, str], Worker] = {}
    room = WORKER_CAPACITY.on(day)
    for post in posts.select_related("user", "team").order_by("user__name", "pk"):
        worker_kind = kinds[post.role_key]
        last = min((end for end in (post.ends_on, post.user.ends_on) if end), default=None)
        standing = by_post.get((post.user_id, worker_kind))
        if standing is None or (standing.leaves_on and (last is None or last > standing.leaves_on)):
            assert post.team is not None  # noqa: S101 - the query asked for these teams
            by_post[post.user_id, worker_kind] = Worker(post.user, worker_kind, post.team, last, room, 100)
    _fill(by_post, day)
    return list(by_post.values())


def _fill(by_post: dict[tuple[int, str], Worker], day: date) -> None:
    user_ids = {user_id for user_id, _ in by_post}
    newest = Capacity.objects.filter(user__in=user_ids, starts_on__lte=day)
    for row in newest.order_by("user", "kind", "-starts_on").distinct("user", "kind"):
        if worker := by_post.get((row.user_id, row.kind)):
            worker.children, worker.share = row.children, row.share
    away: dict[int, list[Away]] = defaultdict(list)
    absences = Absence.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), user__in=user_ids)
    for absence in absences.order_by("starts_on"):
        away[absence.user_id].append(Away(absence.starts_on, absence.ends_on))
    for user_id, kind, at in (
        Allocation.objects.standing()
        .filter(worker__in=user_ids)
        .values_list("worker", "kind")
        .annotate(newest=Max("starts_at"))
    ):
        if worker := by_post.get((user_id, kind)):
            worker.last_given_at = at
    for user_id, kind, child in held_by(user_ids, day):
        if worker := by_post.get((user_id, kind)):
            worker.held.append(child)
    for worker in by_post.values():
        worker.away = tuple(away[worker.user.pk])


def held_by(user_ids: Iterable[int], day: date) -> list[tuple[int, str, Held]]:
    """The open allocations of these people: who, as what, and the child without a name."""
    rows = list(
        Allocation.objects.filter(worker__in=list(user_ids), ended_at__isnull=True)
        .annotate(primary=primary_of())
        .order_by("starts_at", "pk")
    )
    facts = levels_and_ages({row.primary for row in rows}, day)
    return [
        (
            row.worker_id,
            row.kind,
            Held(
                row.pk,
                row.primary,
                facts[row.primary][0],
                row.starts_at,
                row.accepted_at is not None,
                facts[row.primary][1],
            ),
        )
        for row in rows
    ]


def levels_and_ages(primaries: Collection[int], day: date) -> dict[int, tuple[RiskLevel | None, int]]:
    """The agreed level and the age on `day` of these records: counted into workloads, never shown by name."""
    rows = Child.objects.unscoped("how many children at which level each worker has, without names")
    children = rows.filter(pk__in=list(primaries)).select_related("current_level")
    few = children.only("date_of_birth", "birth_date_known", "current_level__level")
    return {child.pk: (child.level, child.age_on(day)) for child in few}


def worker_of(team_ids: Collection[int], day: date, *, user_id: int, kind: WorkerKind) -> Worker | None:
    """This person as one who can be given a child of these teams; None where they can't any more."""
    return next(iter(workers(team_ids, day, kind=kind, user_id=user_id)), None)


def last_absences(worker: User, most: int = 10) -> Sequence[Absence]:
    """The newest absences of this worker, over or to come."""
    return list(Absence.objects.filter(user=worker).order_by("-starts_on")[:most])


def absence_at(public_id: UUID) -> Absence | None:
    """The absence at this address, with its worker and their agency; or None."""
    return Absence.objects.select_related("user__agency").filter(public_id=public_id).first()


def vacancy_at(public_id: UUID) -> Vacancy | None:
    """The vacant post at this address, or None."""
    return Vacancy.objects.filter(public_id=public_id).first()


def given_on(worker: Worker) -> date | None:
    """The day the worker was last given a child."""
    return local_date(worker.last_given_at) if worker.last_given_at else None
