"""CEVT and ERASE of one authority of the nation: their people, desks, children and meeting, made by the services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bench.cast import Cast
from bench.facts import Nation
from bench.people import Numbers
from cems.accounts.models import Agency, Appointment, Authority, Duty, DutyDesk, Team, TeamKind, User
from cems.base.time import local_date, now
from cems.children.choices import CaseRole, RiskLevel
from cems.children.models import Child, Involvement
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.services.contribution import contribution_save
from cems.meetings.services.meeting import attendance_start, meeting_start
from cems.policy import snapshot
from cems.policy.models import SettingValue
from triage.allocation.services.allocation import allocation_make
from triage.allocation.services.wait import allocation_wait_open
from triage.cevt.services.item import item_raise
from triage.models import Item
from triage.policy import SOCIAL_WORK_TEAMS

PARTICIPANTS, WORKERS, CHILDREN, WAITING = 12, 10, 5, 30


@dataclass(frozen=True)
class Table:
    """The chair and twelve at the table; ERASE's manager; the items of the child whose sheet is open."""

    chair: User
    people: list[User]
    manager: User
    item: Item
    spare: list[Child]  # at Significant, without a worker


def lay(nation: Nation, first: Numbers, cast: Cast) -> Table:
    """Give the authority of the cast's child its table and its team of workers, as large as one of the field.

    Ten workers with five children each, thirty children who wait, and twelve at CEVT. Raises LookupError where
    the nation has too few children at Significant for anybody to wait.
    """
    authority = cast.child.area
    agency = Agency.objects.filter(authorities=authority, code__startswith="bench-").order_by("pk")[0]
    cevt, erase = _desk(agency, authority, "cevt", Duty.CEVT), _desk(agency, authority, "erase", Duty.ERASE)
    desk = Team.objects.get(code="bench-desk")
    for served in Authority.objects.filter(pk__gte=first.authority):
        DutyDesk.objects.get_or_create(duty=Duty.FRONT_DOOR, authority=served, defaults={"team": desk})
    chair = _person("chair", "cevt_chair", cevt)
    people = [chair, *(_person(f"member{n}", "cevt_member", cevt) for n in range(1, PARTICIPANTS))]
    manager = _person("manager", "erase_manager", erase)
    workers = [_person(f"worker{n}", "ce_worker", erase) for n in range(WORKERS)]
    spare = _allocated(manager, workers, authority)
    item = item_raise(chair, child=cast.child, why="The school asks CEVT to look again")
    meeting = meeting_start(chair, forum=MeetingForum.CEVT, authority=authority, url="/")
    for user in people[1:]:
        attendance_start(chair, meeting=meeting, person=user)
    contribution_save(
        chair,
        child=cast.child,
        forum=MeetingForum.CEVT,
        about=item.public_id,
        held=Held.WRITTEN,
        text="Known since the spring, seen with two older people. " * 12,
    )
    return Table(chair, people, manager, item, spare)


def lengthen(table: Table, count: int = 12) -> None:
    """Make every list longer: more children at CEVT, and more who wait for a worker."""
    children = table.spare[:count]
    for child in children:
        item_raise(table.chair, child=child, why="To be looked at again")
    waits(table.manager, children)


def waits(manager: User, children: Sequence[Child]) -> None:
    """Let these children wait for a worker."""
    for child in children:
        allocation_wait_open(manager, child=child, level=RiskLevel.SIGNIFICANT)


def _desk(agency: Agency, authority: Authority, code: str, duty: Duty) -> Team:
    team = Team.objects.create(
        agency=agency, code=f"bench-{code}", name=f"Example {code}", kind=TeamKind.QUEUE
    )
    DutyDesk.objects.create(duty=duty, authority=authority, team=team)
    return team


def _person(name: str, role: str, team: Team) -> User:
    user = User.objects.create_user(
        f"{name}@example.test", name=f"Example {name.title()}", agency=team.agency, created_at=now()
    )
    begun = local_date(now()) - timedelta(days=200)
    Appointment.objects.create(user=user, role_key=role, team=team, starts_on=begun)
    return user


def _allocated(manager: User, workers: Sequence[User], authority: Authority) -> list[Child]:
    """Children at Significant of the authority: some with each worker, thirty who wait; returns the rest."""
    beginnings = (*SOCIAL_WORK_TEAMS.default, "bench-")  # these teams count as social work's too
    SettingValue.objects.create(
        key=SOCIAL_WORK_TEAMS.key,
        number=1,
        value=list(beginnings),
        starts_at=now() - timedelta(days=400),
        made_at=now() - timedelta(days=401),
        made_by=manager,
        why="The teams of the bench",
    )
    snapshot.keep(None)
    social = Involvement.objects.filter(case_role=CaseRole.SOCIAL_WORKER, ended_at__isnull=True)
    rows = Child.objects.visible_to(manager).filter(
        area=authority,
        restricted=False,
        current_level__level=RiskLevel.SIGNIFICANT,
        pk__in=social.values("child"),
    )
    given = len(workers) * CHILDREN
    children = list(rows.order_by("pk")[: given + WAITING + 12])
    share = min(CHILDREN, len(children) // (2 * len(workers)))
    taken = share * len(workers)
    for place, child in enumerate(children[:taken]):
        allocation_make(manager, child=child, worker=workers[place % len(workers)])
    rest = children[taken:]
    if not rest:
        raise LookupError("no child of this nation is left to wait for a worker: choose a larger scale")
    half = min(WAITING, (len(rest) + 1) // 2)
    waits(manager, rest[:half])
    return rest[half:]
