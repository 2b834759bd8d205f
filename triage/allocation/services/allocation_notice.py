"""Who is told when a child is given to a worker, and when that ends (T6)."""

from datetime import datetime

from django.urls import reverse

from cems.accounts.models import Appointment, User
from cems.accounts.roles import ROLES, Work
from cems.accounts.selectors.person import current
from cems.base.time import local_date
from cems.base.words import counted
from cems.notices.models import Notice
from cems.notices.services import notice_send, notices_settle
from triage.models import Allocation

MANAGERS = [role.key for role in ROLES.values() if Work.ALLOCATION in role.writes]


def tell_given(user: User, row: Allocation, social_worker: User | None, at: datetime) -> None:
    """The worker is asked to accept; the social worker learns who it is."""
    child = row.child
    notice_send(
        {row.worker_id} - {user.pk},
        kind="triage.allocated",
        key=f"triage:{row.public_id}:given",
        text=f"{child.reference}: you have been given this child. Accept, and plan the first visit.",
        url=reverse("allocation:detail", args=[child.public_id, row.public_id]),
        reference=child.reference,
        child=child.public_id,
        at=at,
    )
    if social_worker is not None:
        notice_send(
            {social_worker.pk} - {user.pk, row.worker_id},
            kind="triage.allocated",
            key=f"triage:{row.public_id}:social-worker",
            text=f"{child.reference}: ERASE has allocated {row.worker} ({row.get_kind_display().lower()}).",
            url=reverse("children:involvements", args=[child.public_id]),
            reference=child.reference,
            child=child.public_id,
            at=at,
        )


def tell_ended(user: User | None, row: Allocation, at: datetime) -> None:
    """The worker learns that the child is no longer theirs; where nobody of ERASE ended it, its managers too."""
    child = row.child
    by = {user.pk} if user else set()
    notice_send(
        {row.worker_id} - by,
        kind="triage.allocation_ended",
        key=f"triage:{row.public_id}:ended",
        text=f"{child.reference}: this child is no longer allocated to you. Your access has ended with it.",
        url=reverse("allocation:caseload"),
        reference=child.reference,
        child=child.public_id,
        at=at,
    )
    if user is None:
        notice_send(
            {row.allocated_by_id},
            kind="triage.allocation_ended",
            key=f"triage:{row.public_id}:ended-elsewhere",
            text=f"{child.reference}: the worker's involvement was ended outside ERASE, and the allocation with it.",
            url=reverse("allocation:board"),
            reference=child.reference,
            child=child.public_id,
            at=at,
        )


def tell_undone(user: User, row: Allocation, at: datetime) -> None:
    """The worker, the team's managers and whoever was told of the worker learn that the child was given in error."""
    child, given = row.child, f"triage:{row.public_id}:"
    told = set(Notice.objects.filter(key__startswith=given).values_list("user_id", flat=True))
    posts = Appointment.objects.filter(
        current(local_date(at)), role_key__in=MANAGERS, team=row.involvement.team_id
    )
    notices_settle(user, about=[given], at=at)
    everybody = {row.worker_id, *told, *posts.values_list("user_id", flat=True)} - {user.pk}
    theirs, record = reverse("allocation:caseload"), reverse("children:overview", args=[child.public_id])
    for people, url in ((everybody & {row.worker_id}, theirs), (everybody - {row.worker_id}, record)):
        notice_send(
            people,
            kind="triage.allocation_undone",
            key=f"{given}undone",
            text=f"{child.reference}: the allocation to {row.worker} was made in error and is undone.",
            url=url,
            reference=child.reference,
            child=child.public_id,
            at=at,
        )


def tell_of_leaver(leaver: User, team_ids: list[int], children: int, at: datetime) -> None:
    """The managers beside a worker who left learn how many children wait to be given to somebody else."""
    posts = Appointment.objects.filter(current(local_date(at)), role_key__in=MANAGERS, team__in=team_ids)
    notice_send(
        set(posts.values_list("user_id", flat=True)),
        kind="triage.worker_left",
        key=f"triage:{leaver.public_id}:left:{local_date(at)}",
        text=f"{leaver} has left: {counted(children, 'child')} to be given to colleagues.",
        url=reverse("allocation:reallocation", args=[leaver.public_id]),
        at=at,
    )
