"""Who works with a child, who waits to, and who has looked (C3, A3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from cems.accounts.models import Team, User
from cems.accounts.profile import profile_of
from cems.accounts.querysets import current
from cems.accounts.roles import Reach
from cems.base.keyset import at_most
from cems.base.time import today
from cems.children.access.selectors.emergency_access import TOLD_FOR
from cems.children.access.selectors.restriction import is_barred, is_restricted
from cems.children.access.visibility import primary_of
from cems.children.choices import LEADS, CaseRole
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.services.involvement import may_confirm
from cems.children.models import Child, Involvement
from cems.children.querysets import rows_of_clusters


@dataclass(frozen=True)
class Involved:
    """One involvement, and whether the reader may end it."""

    row: Involvement
    may_end: bool


@dataclass(frozen=True)
class InvolvedPage:
    """Who works with a child now, who claims to, who did."""

    current: Sequence[Involved]
    waiting: Sequence[Involved]
    past: Sequence[Involved]
    own: bool


def involved(user: User, child: Child, now: datetime) -> InvolvedPage:
    """Everybody who works or worked with the child, in one query."""
    rows = Involvement.objects.of(child).exclude(state=InvolvementState.REFUSED)
    entries = [
        Involved(row, row.ended_at is None and (row.user_id == user.pk or may_confirm(user, row.team)))
        for row in rows.select_related("user__agency", "team__agency").order_by("-started_at", "-pk")
    ]
    live = [entry for entry in entries if entry.row.ended_at is None or entry.row.ended_at > now]
    return InvolvedPage(
        current=[entry for entry in live if entry.row.state == InvolvementState.CONFIRMED],
        waiting=[entry for entry in live if entry.row.state == InvolvementState.CLAIMED],
        past=[entry for entry in entries if entry.row.ended_at is not None and entry.row.ended_at <= now],
        own=any(entry.row.user_id == user.pk for entry in live),
    )


def involvement_at(child: Child, public_id: UUID) -> Involvement | None:
    """The involvement with this child at this address, with its person and team; or None."""
    rows = Involvement.objects.of(child).select_related("user", "team")
    row: Involvement | None = rows.filter(public_id=public_id).first()
    return row


def work_just_ended(user: User, child: Child, at: datetime) -> bool:
    """Whether this person worked with the child until a short while ago, and nothing was shut to them since."""
    if is_restricted(child.pk) or is_barred(user, child.pk):
        return False
    ended = Involvement.objects.filter(user=user, child__in=rows_of_clusters([child.pk]))
    return ended.filter(ended_at__lte=at, ended_at__gt=at - TOLD_FOR).exists()


def teams_to_choose(user: User) -> Sequence[Team]:
    """Teams this person may record involvements of: the own ones for a team manager, else all of the area."""
    near = Team.objects.filter(agency__authorities__in=profile_of(user).authority_ids)
    rows = near.select_related("agency").distinct().order_by("agency__name", "name")
    return [team for team in rows if may_confirm(user, team)]


def members(team: Team) -> list[User]:
    """People of a team who may sign in today, by name."""
    day = today()
    rows = User.objects.here(day).filter(current(day, "appointments__"), appointments__team=team)
    return list(rows.distinct().order_by("name", "pk"))


def cluster_public_ids(child: Child) -> list[UUID]:
    """The public ids of a record and of all merged into it."""
    rows = Child.objects.unscoped("what names a child by public id covers the whole of a merged record")
    return list(rows.filter(Q(pk=child.pk) | Q(merged_into=child.pk)).values_list("public_id", flat=True))


def waits_of(user: User, child: Child) -> Involvement | None:
    """The claim this person has made on the child and nobody has decided yet; or None."""
    rows = Involvement.objects.of(child).filter(
        user=user, state=InvolvementState.CLAIMED, ended_at__isnull=True
    )
    claim: Involvement | None = rows.order_by("-recorded_at", "-pk").first()
    return claim


def own_claims(user: User, limit: int = 20) -> tuple[Sequence[Involvement], bool]:
    """The claims this person has made and nobody has decided yet, the longest waiting first, and whether there are
    more."""
    rows = Involvement.objects.filter(user=user, state=InvolvementState.CLAIMED, ended_at__isnull=True)
    return at_most(rows.select_related("child").order_by("recorded_at", "pk"), limit)


def works_with(user: User, at: datetime, limit: int) -> tuple[list[Child], bool]:
    """The children the person works with, themselves or as one of a team or school; for a student, those named.

    Only such as are open to them, at most `limit` in the order of their names; and whether there are more.
    """
    profile = profile_of(user)
    seen = Child.objects.visible_to(user, at).filter(died_on__isnull=True)
    if not profile.posts_reaching(Reach.NAMED):
        if not profile.posts_reaching(Reach.INVOLVED):
            return [], False
        teams = [post.team_id for post in profile.posts_reaching(Reach.INVOLVED) if post.role.of_team]
        current = Involvement.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=at),
            state=InvolvementState.CONFIRMED,
            started_at__lte=at,
        )
        own, theirs = current.filter(user__in=profile.acts_for), current.filter(team__in=teams)
        rows = own.values("pk").union(theirs.values("pk"), all=True)
        primaries = Involvement.objects.filter(pk__in=rows).annotate(primary=primary_of()).values("primary")
        seen = seen.filter(pk__in=primaries)
    return at_most(seen.order_by(Lower("family_name"), Lower("given_name"), "pk"), limit)


def leads_of(cluster: Mapping[int, int]) -> dict[int, User]:
    """Who leads each: the lead practitioner, else the social worker, else early help; of two the newest.

    `cluster` is the record each row number is read under."""
    rows = Involvement.objects.filter(
        child__in=cluster,
        case_role__in=LEADS,
        state=InvolvementState.CONFIRMED,
        user__isnull=False,
        ended_at__isnull=True,
    ).select_related("user")
    ranked = sorted(rows, key=lambda row: (-LEADS.index(CaseRole(row.case_role)), row.started_at, row.pk))
    return {cluster[row.child_id]: row.user for row in ranked if row.user}
