"""What one person may see and do on one child they reach (A2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Reach, Role, Work
from cems.base.time import now
from cems.children.models import Child, ChildUserObjectPermission, Matter, Submitter
from cems.children.querysets import matter_rules

WHY = {
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
        own = Submitter.objects.filter(user_id=user.pk, child__in=ids)
        submitted = frozenset(own.values_list("child_id", flat=True))
    rules = matter_rules(profile, instant)
    matters: dict[int, list[Matter]] = {}
    for matter in Matter.objects.filter(child__in=ids) if rules else ():
        matters.setdefault(matter.child_id, []).append(matter)
    found = {}
    for child in children:
        reaches = {Reach.INVOLVED} if child.pk in involved else set()
        if child.pk in submitted:
            reaches.add(Reach.SUBMITTED)
        if profile.wide and {child.authority_id, child.area_id} & profile.authority_ids:
            reaches.add(Reach.AUTHORITY)
        reached = {(role, reach) for role in profile.roles for reach in reaches if reach in role.sees}
        for post, reach, rule in rules:
            if any(rule.covers(matter) for matter in matters.get(child.pk, ())):
                reached.add((post.role, reach))
        found[child.pk] = ChildAccess(frozenset(reached))
    return found
