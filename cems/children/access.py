"""What one person may see and do on one child they reach (A2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Coalesce

from cems.accounts.models import User
from cems.accounts.profile import Profile, profile_of
from cems.accounts.roles import Part, Reach, Role, Work
from cems.base.time import local_date, now
from cems.children.choices import MatterKind
from cems.children.models import (
    BreakGlass,
    Child,
    ChildUserObjectPermission,
    Matter,
    NamedReader,
    Submitter,
)
from cems.children.querysets import breaks_restricted, cluster_ids, matter_rules, root_of
from cems.children.rules.wide import ADULT, born_by, wide_reach_lasts

WHY = {
    Reach.BREAK_GLASS: "opened in an emergency, with a reason",
    Reach.INVOLVED: "works with the child",
    Reach.SUBMITTED: "submitted about the child",
    Reach.FORUM: "on the forum's list",
    Reach.MISSING: "open missing matter",
    Reach.MATTER: "exploitation or missing matter",
    Reach.OPEN_MATTER: "open exploitation or missing matter",
    Reach.REFERRAL: "open referral",
    Reach.AUTHORITY: "serves the whole authority",
}


@dataclass(frozen=True)
class ChildAccess:
    """The parts and the work open to one person on one child, and why."""

    reached: frozenset[tuple[Role, Reach]]
    glass: BreakGlass | None = None  # the person's emergency opening, while it lasts

    @property
    def parts(self) -> frozenset[Part]:
        return frozenset(part for role, reach in self.reached for part in role.sees[reach])

    def sees(self, *parts: str) -> bool:
        """Whether any of these parts is open."""
        return bool(self.parts.intersection(parts))

    def may(self, work: Work) -> bool:
        """Whether a role that reaches this child does this work."""
        return any(work in role.writes for role, _ in self.reached)

    @property
    def why(self) -> str:
        """The reason as the record of use tells it, narrowest reach first."""
        for reach in WHY:
            roles = sorted(role.label for role, found in self.reached if found is reach)
            if roles:
                return f"{roles[0]}: {WHY[reach]}"
        return ""


def access_to(user: User, child: Child, at: datetime | None = None) -> ChildAccess:
    """The access of `user` to a child that `visible_to` gave them."""
    return accesses(user, [child], at)[child.pk]


def accesses(user: User, children: Sequence[Child], at: datetime | None = None) -> dict[int, ChildAccess]:
    """The access of `user` to each of these children, which `visible_to` gave them, in three queries."""
    instant = at or now()
    profile = profile_of(user)
    ids = [child.pk for child in children]
    involved = submitted = frozenset[int]()
    if profile.posts_reaching(Reach.INVOLVED):
        grants = ChildUserObjectPermission.objects.filter(
            user_id=user.pk, content_object__in=ids, until__gt=instant
        )
        involved = frozenset(grants.values_list("content_object_id", flat=True))
    if profile.posts_reaching(Reach.SUBMITTED):
        own = Submitter.objects.filter(user_id=user.pk, child__in=cluster_ids(ids))
        submitted = frozenset(own.values_list(root_of(), flat=True))
    glass = _glass(profile, ids, instant)
    by_glass_only = _by_glass_only(profile, children, glass, instant)
    rules = matter_rules(profile, instant)
    matters: dict[int, list[Matter]] = {}
    rows = Matter.objects.filter(child__in=cluster_ids(ids)).annotate(root=root_of())
    for matter in rows if rules or profile.wide else ():
        matters.setdefault(matter.root, []).append(matter)
    found = {}
    for child in children:
        if child.pk in by_glass_only:
            broken = {(role, Reach.BREAK_GLASS) for role in profile.roles if role.breaks_restricted}
            found[child.pk] = ChildAccess(frozenset(broken), glass[child.pk])
            continue
        reaches = {Reach.INVOLVED} if child.pk in involved else set()
        if child.pk in submitted:
            reaches.add(Reach.SUBMITTED)
        if child.pk in glass:
            reaches.add(Reach.BREAK_GLASS)
        if profile.wide and _wide_reaches(profile, child, matters.get(child.pk, ()), instant):
            reaches.add(Reach.AUTHORITY)
        reached = {(role, reach) for role in profile.roles for reach in reaches if reach in role.sees}
        for post, reach, rule in rules:
            if any(rule.covers(matter) for matter in matters.get(child.pk, ())):
                reached.add((post.role, reach))
        found[child.pk] = ChildAccess(frozenset(reached), glass.get(child.pk))
    return found


def _glass(profile: Profile, child_ids: Sequence[int], instant: datetime) -> dict[int, BreakGlass]:
    """The person's emergency openings of these children that still last, by child."""
    if not profile.posts_reaching(Reach.BREAK_GLASS):
        return {}
    rows = BreakGlass.objects.filter(
        user_id=profile.user_id, child__in=cluster_ids(child_ids), until__gt=instant
    )
    return {row.root: row for row in rows.annotate(root=root_of()).order_by("until")}


def _by_glass_only(
    profile: Profile, children: Sequence[Child], glass: dict[int, BreakGlass], instant: datetime
) -> set[int]:
    """Restricted records that nothing but the emergency opening opens: no other reach counts there."""
    if not glass or not breaks_restricted(profile):
        return set()
    shut = Child.objects.unscoped("restricted records that somebody opened in an emergency")
    shut = shut.filter(pk__in=cluster_ids(glass), restricted=True)
    named = NamedReader.objects.filter(user_id=profile.user_id, until__gt=instant).values("child")
    return set(shut.exclude(pk__in=named).values_list(Coalesce("merged_into", "pk"), flat=True))


def _wide_reaches(profile: Profile, child: Child, matters: Iterable[Matter], instant: datetime) -> bool:
    """Whether the reach of whole authorities holds for this child today."""
    if not {child.authority_id, child.area_id, *(child.joined_authorities or ())} & profile.authority_ids:
        return False
    transition = any(row.kind == MatterKind.TRANSITION and row.closed_at is None for row in matters)
    day = local_date(instant)
    grown = child.date_of_birth <= born_by(day, ADULT)  # asked only then: the level may cost a query
    level = child.current_level.level if grown and child.current_level else None
    return wide_reach_lasts(child.date_of_birth, level, transition, day)
