"""The projection of involvements into one grant a user and child (A2).

Involvement is the truth. A grant follows from a confirmed involvement: of the person; of the
person's team as a whole; or, for a team's manager, of anybody acting for the team. Every change
of involvement or appointment rebuilds the rows it touches; `manage.py check_access` compares all.
A grant names the record that is read: of a merged record that is the one it was merged into.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q

from cems.accounts.models import Appointment, User
from cems.accounts.roles import ROLES, Reach
from cems.base.time import LONDON, local_date
from cems.children.forever import FOREVER
from cems.children.models import Child, ChildUserObjectPermission, Involvement
from cems.children.models.periods import InvolvementState
from cems.children.querysets import root_of, whole_ids

GRANT = "view_child"
INVOLVED_ROLES = [key for key, role in ROLES.items() if Reach.INVOLVED in role.sees]
Pair = tuple[int, int]


def desired(
    at: datetime, *, child_ids: Iterable[int] | None = None, user_ids: Iterable[int] | None = None
) -> dict[Pair, datetime]:
    """Who should reach whom now, and until when: (user id, child id) → instant."""
    rows = Involvement.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at), state=InvolvementState.CONFIRMED, started_at__lte=at
    )
    if child_ids is not None:
        rows = rows.filter(child__in=whole_ids(child_ids))
    posts = _posts(at, user_ids)
    if user_ids is not None:
        rows = rows.filter(Q(user__in=list(user_ids)) | Q(team__in={team for _, _, team, _ in posts if team}))
    involvements = list(rows.values_list(root_of(), "user_id", "team_id", "ended_at"))
    by_team: dict[int, list[tuple[int, str, datetime]]] = {}
    by_user: dict[int, datetime] = {}
    for user_id, role_key, team_id, until in posts:
        by_user[user_id] = max(by_user.get(user_id, until), until)
        if team_id:
            by_team.setdefault(team_id, []).append((user_id, role_key, until))
    grants: dict[Pair, datetime] = {}
    for child_id, user_id, team_id, ended_at in involvements:
        end = ended_at or FOREVER
        reached = [(user_id, by_user[user_id])] if user_id in by_user else []
        reached += [
            (member, until)
            for member, role_key, until in by_team.get(team_id or 0, [])
            if user_id is None or role_key == "team_manager"
        ]
        for member, until in reached:
            pair = (member, child_id)
            grants[pair] = max(grants.get(pair, at), min(end, until))
    return {pair: until for pair, until in grants.items() if until > at}


@transaction.atomic
def rebuild(
    at: datetime, *, child_ids: Iterable[int] | None = None, user_ids: Iterable[int] | None = None
) -> int:
    """Make the grants of these children or users (or all) what they should be; return how many rows changed."""
    wanted = desired(at, child_ids=child_ids, user_ids=user_ids)
    rows = ChildUserObjectPermission.objects.select_for_update()
    if child_ids is not None:
        rows = rows.filter(content_object__in=whole_ids(child_ids))
    if user_ids is not None:
        rows = rows.filter(user__in=list(user_ids))
    stale: list[int] = []
    changed: list[ChildUserObjectPermission] = []
    for grant in rows.filter(until__gt=at):
        until = wanted.pop((grant.user_id, grant.content_object_id), None)
        if until is None:
            stale.append(grant.pk)
        elif until != grant.until:
            grant.until = until
            changed.append(grant)
    permission = Permission.objects.get(content_type__app_label="children", codename=GRANT)
    ChildUserObjectPermission.objects.filter(pk__in=stale).delete()
    ChildUserObjectPermission.objects.bulk_update(changed, ["until"], batch_size=1000)
    ChildUserObjectPermission.objects.bulk_create(
        [
            ChildUserObjectPermission(
                user_id=user, content_object_id=child, permission=permission, until=until
            )
            for (user, child), until in wanted.items()
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["user", "content_object"],
        update_fields=["until"],
    )
    return len(stale) + len(changed) + len(wanted)


def differences(at: datetime) -> list[str]:
    """Plain sentences for each grant that is missing, left over or ends at another time."""
    wanted = desired(at)
    found = {
        (grant.user_id, grant.content_object_id): grant.until
        for grant in ChildUserObjectPermission.objects.filter(until__gt=at).iterator()
    }
    users = dict(User.objects.values_list("pk", "public_id"))
    children = dict(
        Child.objects.unscoped("check_access names the records whose grants differ").values_list(
            "pk", "reference"
        )
    )
    lines = []
    for pair in sorted(wanted.keys() | found.keys()):
        want, have = wanted.get(pair), found.get(pair)
        if want != have:
            fault = (
                "is missing"
                if have is None
                else "should not exist"
                if want is None
                else "ends at another time"
            )
            lines.append(f"The grant of user {users[pair[0]]} on {children[pair[1]]} {fault}.")
    return lines


def _posts(at: datetime, user_ids: Iterable[int] | None) -> list[tuple[int, str, int | None, datetime]]:
    """Current appointments in roles that reach by involvement: user, role, team, until."""
    day = local_date(at)
    rows = Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        Q(user__ends_on__isnull=True) | Q(user__ends_on__gte=day),
        starts_on__lte=day,
        user__is_active=True,
        role_key__in=INVOLVED_ROLES,
    )
    if user_ids is not None:
        rows = rows.filter(user__in=list(user_ids))
    found = rows.values_list("user_id", "role_key", "team_id", "ends_on", "user__ends_on")
    return [
        (user, role, team, min(_end_of(ends), _end_of(user_ends)))
        for user, role, team, ends, user_ends in found
    ]


def _end_of(day: date | None) -> datetime:
    """The last instant of a London day, or FOREVER."""
    if day is None:
        return FOREVER
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=LONDON)
