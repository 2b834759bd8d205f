"""What is asked of one child, or of all who wait, before a worker is chosen (T6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q

from cems.accounts.desks import desk_of
from cems.accounts.models import Appointment, Duty, User
from cems.base.time import local_date
from cems.children.access.selectors.restriction import closed_to
from cems.children.access.visibility import primary_of
from cems.children.choices import CaseRole, RiskLevel
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Child, Involvement
from cems.children.querysets import primary_by_row
from triage.allocation.rules.workload import Ahead, Candidate, stop_of_child
from triage.allocation.selectors.worker import Worker, given_on, levels_and_ages, workers
from triage.choices import WorkerKind
from triage.models import Allocation
from triage.policy import SOCIAL_WORK_TEAMS, SOON_AWAY_DAYS, SOON_LEAVES_DAYS


@dataclass(frozen=True)
class SocialWorker:
    """The child's social worker, and whether of a team ERASE works beside (8b)."""

    user: User
    right_team: bool


@dataclass(frozen=True)
class Facts:
    """What stands between some children and some workers."""

    shut: frozenset[tuple[int, int]]
    had: dict[tuple[int, int, str], datetime]  # when somebody's last work with a child, of a kind, ended
    social_workers: dict[int, SocialWorker]
    levels: dict[int, RiskLevel | None]
    ahead: Ahead  # how long before they are away or leave it is told


def facts_of(primaries: Collection[int], user_ids: Collection[int], at: datetime) -> Facts:
    """All of it for these records and people, in a fixed number of reads."""
    cluster, day = list(primary_by_row(primaries)), local_date(at)
    ended = Allocation.objects.standing().filter(
        child__in=cluster, worker__in=list(user_ids), ended_at__isnull=False
    )
    who = ended.annotate(primary=primary_of()).values_list("primary", "worker", "kind")
    last = who.annotate(last=Max("ended_at"))
    return Facts(
        shut=frozenset(closed_to(cluster, user_ids, at)),
        had={(primary, user_id, kind): instant for primary, user_id, kind, instant in last},
        social_workers=social_workers(cluster, day),
        levels={primary: level for primary, (level, _) in levels_and_ages(primaries, day).items()},
        ahead=Ahead(away=SOON_AWAY_DAYS.at(at), leaves=SOON_LEAVES_DAYS.at(at)),
    )


def social_workers(cluster: Collection[int], day: date) -> dict[int, SocialWorker]:
    """The social worker of each record, the newest of a right team before any other."""
    rows = list(
        Involvement.objects.filter(
            child__in=cluster,
            case_role=CaseRole.SOCIAL_WORKER,
            state=InvolvementState.CONFIRMED,
            user__isnull=False,
            ended_at__isnull=True,
        )
        .annotate(primary=primary_of())
        .select_related("user", "team")
        .order_by("-started_at", "-pk")
    )
    without_team = {row.user_id for row in rows if row.team is None}
    posts = Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), user__in=without_team, starts_on__lte=day
    )
    codes: dict[int | None, list[str]] = defaultdict(list)
    for user_id, code in posts.filter(team__isnull=False).values_list("user", "team__code"):
        codes[user_id].append(code)
    beginnings = SOCIAL_WORK_TEAMS.on(day)
    by_record: dict[int, SocialWorker] = {}
    for row in rows:
        mine = [row.team.code] if row.team else codes[row.user_id]
        right = any(code.startswith(beginnings) for code in mine)
        before = by_record.get(row.primary)
        if row.user and (before is None or (right and not before.right_team)):
            by_record[row.primary] = SocialWorker(row.user, right)
    return by_record


def candidates(
    primary: int, team: Iterable[Worker], facts: Facts, *, has_child: Collection[int] = ()
) -> list[Candidate]:
    """These workers as one child's allocation looks at them; `has_child`: who has the child now."""
    return [
        Candidate(
            key=worker.user.pk,
            name=worker.user.name,
            places=worker.places,
            load=worker.load,
            ahead=facts.ahead,
            away=worker.away,
            leaves_on=worker.leaves_on,
            shut_out=(primary, worker.user.pk) in facts.shut,
            has_child=worker.user.pk in has_child,
            had_until=local_date(had)
            if (had := facts.had.get((primary, worker.user.pk, worker.kind)))
            else None,
            last_given_on=given_on(worker),
        )
        for worker in team
    ]


def stop_of(child: Child, kind: WorkerKind, facts: Facts) -> str:
    """Why nobody can be given this child now, and how to mend it; "" when somebody can."""
    social_worker = facts.social_workers.get(child.pk)
    return stop_of_child(
        ce_worker=kind is WorkerKind.CE_WORKER,
        level=facts.levels.get(child.pk),
        social_worker=social_worker.user.name if social_worker else None,
        right_team=bool(social_worker and social_worker.right_team),
        died=child.died_on is not None,
    )


@dataclass(frozen=True)
class Choice:
    """One child and everybody who could be given it."""

    child: Child
    kind: WorkerKind
    level: RiskLevel | None
    held: Allocation | None
    team: Sequence[Worker]
    candidates: Sequence[Candidate]
    social_worker: SocialWorker | None
    stop: str

    def worker(self, user_id: int) -> Worker | None:
        return next((worker for worker in self.team if worker.user.pk == user_id), None)

    def candidate(self, user_id: int) -> Candidate | None:
        return next((candidate for candidate in self.candidates if candidate.key == user_id), None)


def choice_for(child: Child, kind: WorkerKind, at: datetime, *, user_id: int | None = None) -> Choice:
    """The choice for a record that is read under itself; narrowed to one person where `user_id` is given.

    Who has the child already: their allocation is `held`, and giving the child to another moves it, whatever
    the level is by now.
    """
    day = local_date(at)
    team = workers([desk_of(Duty.ERASE, child.area_id).pk], day, kind=kind, user_id=user_id)
    facts = facts_of([child.pk], [worker.user.pk for worker in team], at)
    rows = Allocation.objects.of(child).running(kind)
    open_rows = list(rows.select_related("worker", "involvement").order_by("starts_at", "pk"))
    has = {row.worker_id for row in open_rows}
    return Choice(
        child=child,
        kind=kind,
        level=facts.levels[child.pk],
        held=open_rows[0] if open_rows else None,
        team=team,
        candidates=candidates(child.pk, team, facts, has_child=has),
        social_worker=facts.social_workers.get(child.pk),
        stop="" if open_rows else stop_of(child, kind, facts),
    )
