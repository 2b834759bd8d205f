"""The projection of involvements into one grant a user and child (A2).

Involvement is the truth. A grant follows from a confirmed involvement: of the person; of the
person's team as a whole; or, for a team's manager, of anybody acting for the team. A deputy has the
grants of the post they stand in for, a student those of the supervisor's children named for them. Every
change of involvement, appointment or cover rebuilds the rows it touches; `manage.py check_access` compares all.
A grant names the record that is read: of a merged record that is the one it was merged into.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.auth.models import Permission
from django.db.models import F, OuterRef, Q, Subquery

from cems.accounts.leaving import here
from cems.accounts.models import Appointment, Delegation, User
from cems.accounts.querysets import current
from cems.accounts.roles import NEVER_COVER, ROLES, Reach
from cems.base.command import command
from cems.base.time import LONDON, NO_END, local_date
from cems.children.access.visibility import primary_of
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Child, ChildUserObjectPermission, Involvement, StudentChild
from cems.children.querysets import cluster_ids

GRANT = "view_child"
INVOLVED_ROLES = [key for key, role in ROLES.items() if Reach.INVOLVED in role.sees]
Pair = tuple[int, int]
Key = tuple[str, int | None, int | None]  # role, team, whom the holder stands in for


@dataclass(frozen=True)
class Way:
    """A post by which `holder` comes to children: their own, or that of whom they stand in for."""

    holder: int
    of: int
    role_key: str
    team_id: int | None
    until: datetime

    @property
    def key(self) -> Key:
        return self.role_key, self.team_id, None if self.of == self.holder else self.of


def desired(
    at: datetime, *, cluster: Collection[int] | None = None, user_ids: Iterable[int] | None = None
) -> dict[Pair, datetime]:
    """Who should reach whom now, and until when: (user id, child id) → instant; of these (`cluster_ids`), or all."""
    grants: dict[Pair, datetime] = {}
    for way, child_id, until in _reached(at, cluster, user_ids):
        pair = (way.holder, child_id)
        grants[pair] = max(grants.get(pair, until), until)
    return grants


def through(at: datetime, *, user_id: int, child_ids: Iterable[int] | None = None) -> dict[int, set[Key]]:
    """By child (these, or all), the posts by which this person reaches it: role, team, whom they stand in for."""
    keys_by_child: dict[int, set[Key]] = defaultdict(set)
    cluster = None if child_ids is None else cluster_ids(child_ids)
    for way, child_id, _ in _reached(at, cluster, [user_id]):
        keys_by_child[child_id].add(way.key)
    return keys_by_child


def dependants(user_ids: Iterable[int]) -> list[int]:
    """These people, their deputies and their students: whose grants follow from the posts of these."""
    ids = list(user_ids)
    deputies = Delegation.objects.filter(appointment__user__in=ids).values_list("deputy_id", flat=True)
    students = Appointment.objects.filter(supervisor__in=ids).values_list("user_id", flat=True)
    return sorted({*ids, *deputies, *students})


def _reached(
    at: datetime, children: Collection[int] | None, user_ids: Iterable[int] | None
) -> Iterator[tuple[Way, int, datetime]]:
    """Each way by which these users reach these children (`cluster_ids`) at this instant, and how long it lasts."""
    wanted = None if user_ids is None else set(user_ids)
    named = _named(at, children, wanted)
    asked = None if wanted is None else wanted | {supervisor for _, supervisor, _, _ in named}
    ways = [*_own_ways(at, asked), *_deputies_ways(at, asked)]
    rows = Involvement.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at), state=InvolvementState.CONFIRMED, started_at__lte=at
    )
    if children is not None:
        rows = rows.filter(child__in=children)
    if wanted is not None:
        teams = {way.team_id for way in ways if way.team_id}
        rows = rows.filter(Q(user__in={way.of for way in ways}) | Q(team__in=teams))
    by_person: dict[int | None, list[Way]] = defaultdict(list)
    by_team: dict[int | None, list[Way]] = defaultdict(list)
    for way in ways:
        by_person[way.of].append(way)
        if way.team_id:
            by_team[way.team_id].append(way)
    own: dict[Pair, datetime] = {}  # what supervisors reach themselves, in nobody's place
    for child_id, user_id, team_id, ended_at in rows.values_list(
        primary_of(), "user_id", "team_id", "ended_at"
    ):
        for_team = [way for way in by_team[team_id] if user_id is None or ROLES[way.role_key].heads_team]
        for way in {*by_person[user_id], *for_team}:
            until = min(ended_at or NO_END, way.until)
            if way.of == way.holder:
                own[way.of, child_id] = max(own.get((way.of, child_id), until), until)
            if until > at and (wanted is None or way.holder in wanted):
                yield way, child_id, until
    for way, supervisor, child_id, until in named:
        lasts = min(until, way.until, own.get((supervisor, child_id), at))
        if lasts > at:
            yield way, child_id, lasts


@command
def rebuild(
    user: None,
    *,
    at: datetime,
    child_ids: Iterable[int] | None = None,
    user_ids: Iterable[int] | None = None,
) -> int:
    """Make the grants of these children or users (or all) what they should be; return how many rows changed."""
    cluster = None if child_ids is None else cluster_ids(child_ids)
    wanted = desired(at, cluster=cluster, user_ids=user_ids)
    rows = ChildUserObjectPermission.objects.select_for_update(no_key=True)
    if cluster is not None:
        rows = rows.filter(content_object__in=cluster)
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
    ChildUserObjectPermission.objects.filter(pk__in=stale).delete()
    ChildUserObjectPermission.objects.bulk_update(changed, ["until"], batch_size=1000)
    _grant(wanted)
    return len(stale) + len(changed) + len(wanted)


def _grant(wanted: Mapping[Pair, datetime]) -> None:
    if not wanted:  # mostly: what changed about a child gave nobody a new way to it
        return
    permission = Permission.objects.get(content_type__app_label="children", codename=GRANT)
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


def differences(at: datetime) -> list[str]:
    """Plain sentences for each grant that is missing, left over or ends at another time."""
    wanted = desired(at)
    existing = {
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
    for pair in sorted(wanted.keys() | existing.keys()):
        want, have = wanted.get(pair), existing.get(pair)
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


def _own_ways(at: datetime, user_ids: Iterable[int] | None) -> list[Way]:
    """Current appointments in roles that reach by involvement."""
    day = local_date(at)
    rows = Appointment.objects.filter(current(day), here(day, "user__"), role_key__in=INVOLVED_ROLES)
    if user_ids is not None:
        rows = rows.filter(user__in=user_ids)
    appointments = rows.values_list("user_id", "role_key", "team_id", "ends_on", "user__ends_on")
    return [Way(user, user, role, team, _first_end(*ends)) for user, role, team, *ends in appointments]


def _deputies_ways(at: datetime, user_ids: Iterable[int] | None) -> list[Way]:
    """The same appointments for those who stand in today; it ends with whatever ends first, the deputy's own
    last post included."""
    day = local_date(at)
    rows = Delegation.objects.live(day).filter(appointment__role_key__in=INVOLVED_ROLES)
    if user_ids is not None:
        rows = rows.filter(deputy__in=user_ids)
    own = Appointment.objects.filter(current(day), user=OuterRef("deputy")).exclude(role_key__in=NEVER_COVER)
    last = own.order_by(F("ends_on").desc(nulls_first=True)).values("ends_on")[:1]
    delegations = rows.annotate(own_last=Subquery(last)).values_list(
        "deputy_id", "appointment__user_id", "appointment__role_key", "appointment__team_id",
        "ends_on", "appointment__ends_on", "appointment__user__ends_on", "deputy__ends_on", "own_last",
    )  # fmt: skip
    return [Way(who, of, role, team, _first_end(*ends)) for who, of, role, team, *ends in delegations]


def _named(
    at: datetime, children: Collection[int] | None, user_ids: Iterable[int] | None
) -> list[tuple[Way, int, int, datetime]]:
    """What supervisors named for students: the student's post, the supervisor, the child, until when."""
    rows = StudentChild.objects.live(local_date(at))
    if children is not None:
        rows = rows.filter(child__in=children)
    if user_ids is not None:
        rows = rows.filter(post__user__in=user_ids)
    namings = rows.values_list(
        "post__user_id", "post__role_key", "post__team_id", "post__supervisor_id", primary_of(),
        "ends_on", "post__ends_on", "post__user__ends_on",
    )  # fmt: skip
    return [
        (Way(user, user, role, team, _first_end(*ends)), supervisor or 0, child, _first_end(named_to))
        for user, role, team, supervisor, child, named_to, *ends in namings
    ]


def _first_end(*days: date | None) -> datetime:
    """The end of the first of these last days; NO_END where none is set."""
    return min(_end_of(day) for day in days)


def _end_of(day: date | None) -> datetime:
    """The last instant of a London day, or NO_END."""
    if day is None:
        return NO_END
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=LONDON)
