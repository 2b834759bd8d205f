"""Who may be given an action about a child at CEVT: one rule for the page, the API and the service (T4, A2)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet

from cems.accounts.desks import desks_of
from cems.accounts.leaving import has_left
from cems.accounts.models import Agency, Duty, Team, User
from cems.children.access.selectors.restriction import closed_to
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Child, Involvement


def owners_of(
    child: Child, at: datetime, *, cluster: Collection[int], present: Sequence[User]
) -> list[User | Team]:
    """Whom a page offers: who works with the child, those `present`, the desks; all of whom may be given it.

    `cluster` are the row numbers of the record and of all merged into it.
    """
    workers = [
        row.user for row in _working(cluster).select_related("user__agency").order_by("pk") if row.user
    ]
    people = list(dict.fromkeys([*workers, *present]))
    desks = desks_of([Duty.ERASE, Duty.CEVT, Duty.FRONT_DOOR], child.area_id)
    return [*_may_know(people, cluster, at), *dict.fromkeys(desks)]


def not_to_be_given(
    child: Child, people: Sequence[User], at: datetime, *, cluster: Collection[int]
) -> list[User]:
    """Those of these people who may not be given an action about the child, which would tell them of it: who has
    left, whom the record shuts out, and who neither works with the child nor for an agency of the place."""
    may = set(_may_know(people, cluster, at))
    agencies = Agency.objects.filter(authorities__in={child.area_id, child.authority_id})
    here = set(agencies.filter(pk__in={user.agency_id for user in people}).values_list("pk", flat=True))
    working = set(_working(cluster).values_list("user", flat=True))
    return [user for user in people if user not in may or not (user.agency_id in here or user.pk in working)]


def _may_know(people: Sequence[User], cluster: Collection[int], at: datetime) -> list[User]:
    shut = {user_id for _, user_id in closed_to(cluster, {user.pk for user in people}, at)}
    return [user for user in people if user.pk not in shut and not has_left(user)]


def _working(cluster: Collection[int]) -> QuerySet[Involvement]:
    return Involvement.objects.filter(
        child__in=cluster, ended_at__isnull=True, state=InvolvementState.CONFIRMED, user__isnull=False
    )
