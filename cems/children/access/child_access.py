"""What one person may see and do on one child they reach (A2)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Value

from cems.accounts.models import User
from cems.accounts.profile import Post, Profile, profile_of
from cems.accounts.roles import Part, Reach, Work
from cems.base.time import local_date, now
from cems.children.access import grants
from cems.children.access.rules.wide import ADULT, born_by, wide_reach_lasts
from cems.children.access.visibility import BY_GRANT, matter_rules, opens_restricted, posts_by_grant
from cems.children.choices import MatterKind
from cems.children.models import (
    Assignment,
    Child,
    ChildUserObjectPermission,
    EmergencyAccess,
    Matter,
    NamedReader,
    Submitter,
)
from cems.children.policy import FOLLOWED_TO_AGE
from cems.children.querysets import primary_by_row

WHY = {
    Reach.EMERGENCY: "opened in an emergency, with a reason",
    Reach.INVOLVED: "works with the child",
    Reach.NAMED: "named for the student by the supervisor",
    Reach.SUBMITTED: "submitted about the child",
    Reach.FORUM: "on the forum's list",
    Reach.OVERSEEN: "on CEVT's list of Low and None",
    Reach.MISSING: "open missing matter",
    Reach.MATTER: "exploitation or missing matter",
    Reach.OPEN_MATTER: "open exploitation or missing matter",
    Reach.REFERRAL: "open referral",
    Reach.ASSIGNED: "assigned for an audit, a request or an incident",
    Reach.AUTHORITY: "serves the whole authority",
}


@dataclass(frozen=True)
class ChildAccess:
    """The parts and the work open to one person on one child, and why."""

    reached: frozenset[tuple[Post, Reach]]
    emergency_access: EmergencyAccess | None = None  # the person's emergency opening, while it lasts

    @cached_property
    def parts(self) -> frozenset[Part]:
        return frozenset(part for post, reach in self.reached for part in post.role.sees[reach])

    def sees(self, *parts: str) -> bool:
        """Whether any of these parts is open."""
        return bool(self.parts.intersection(parts))

    def may(self, *works: Work) -> bool:
        """Whether a role that reaches this child does any of this work."""
        return any(post.role.writes.intersection(works) for post, _ in self.reached)

    @property
    def exports(self) -> bool:
        """Whether a role that reaches this child may take documents away."""
        return any(post.role.exports for post, _ in self.reached)

    @property
    def why(self) -> str:
        """The reason as the record of use tells it: narrowest reach first, and there the own post first."""
        for reach in WHY:
            posts = [post for post, via in self.reached if via is reach]
            if posts:
                post = min(
                    posts,
                    key=lambda candidate: (
                        bool(candidate.deputy_of),
                        candidate.role.label,
                        candidate.deputy_of,
                    ),
                )
                stands_in = f", as deputy of {post.deputy_of}" if post.deputy_of else ""
                return f"{post.role.label}: {WHY[reach]}{stands_in}"
        return ""


def access_to(
    user: User, child: Child, at: datetime | None = None, *, primaries: Mapping[int, int] | None = None
) -> ChildAccess:
    """The access of `user` to a child that `visible_to` gave them."""
    return accesses(user, [child], at, primaries=primaries)[child.pk]


def accesses(
    user: User,
    children: Sequence[Child],
    at: datetime | None = None,
    *,
    primaries: Mapping[int, int] | None = None,
) -> dict[int, ChildAccess]:
    """The access of `user` to each of these children, which `visible_to` gave them, in three queries.

    `primaries`, where the caller has it, is the record (of `children`) that each row number is read under.
    """
    instant = at or now()
    profile = profile_of(user)
    if primaries is None:
        primaries = primary_by_row(child.pk for child in children)
    own = _own_reaches(profile, primaries, instant)
    lasting = (
        _emergency_accesses(profile, primaries, instant).order_by("until") if own[Reach.EMERGENCY] else ()
    )
    emergency_access = {primaries[row.child_id]: row for row in lasting}
    by_emergency_only = _by_emergency_only(profile, primaries, emergency_access, instant)
    granted = _granted(profile, own.pop(Reach.INVOLVED), instant)
    rules = matter_rules(profile, instant)
    matters: dict[int, list[Matter]] = {}
    rows = Matter.objects.filter(child__in=primaries)
    for matter in rows if rules or profile.wide else ():
        matters.setdefault(primaries[matter.child_id], []).append(matter)
    access_by_child = {}
    alike: dict[tuple[object, ...], ChildAccess] = {}  # most children of a list are reached in a few ways
    for child in children:
        if child.pk in by_emergency_only:
            broken = {(post, Reach.EMERGENCY) for post in profile.posts if post.role.opens_restricted}
            access_by_child[child.pk] = ChildAccess(frozenset(broken), emergency_access[child.pk])
            continue
        reaches = {reach for reach, reached in own.items() if child.pk in reached}
        if profile.wide and _wide_reaches(profile, child, matters.get(child.pk, ()), instant):
            reaches.add(Reach.AUTHORITY)
        posts = tuple(granted.get(child.pk, ()))
        covered = tuple(
            number
            for number, (_, _, rule) in enumerate(rules)
            if any(rule.covers(matter) for matter in matters.get(child.pk, ()))
        )
        way = (frozenset(reaches), posts, covered, emergency_access.get(child.pk))
        if way not in alike:
            reached = {
                (post, reach) for post in profile.posts for reach in reaches if reach in post.role.sees
            }
            for post in posts:
                reached |= {(post, reach) for reach in BY_GRANT.intersection(post.role.sees)}
            reached |= {rules[number][:2] for number in covered}
            alike[way] = ChildAccess(frozenset(reached), emergency_access.get(child.pk))
        access_by_child[child.pk] = alike[way]
    return access_by_child


def _own_reaches(profile: Profile, primaries: Mapping[int, int], instant: datetime) -> dict[Reach, set[int]]:
    """The records the person reaches by grants (as INVOLVED), their own submissions and openings; one query of
    arms without joins."""
    mine: dict[str, Any] = {"user_id": profile.user_id}
    grants = ChildUserObjectPermission.objects.filter(until__gt=instant, **mine)
    sources: dict[Reach, QuerySet[Any, Any]] = {  # grants are written for the primary record alone
        Reach.INVOLVED: grants.filter(content_object__in=set(primaries.values())).values_list(
            "content_object_id"
        ),
        Reach.SUBMITTED: Submitter.objects.filter(child__in=primaries, **mine).values_list("child_id"),
        Reach.EMERGENCY: _emergency_accesses(profile, primaries, instant).values_list("child_id"),
        Reach.ASSIGNED: Assignment.objects.filter(child__in=primaries, until__gt=instant, **mine).values_list(
            "child_id"
        ),
    }
    children_by_reach: dict[Reach, set[int]] = {reach: set() for reach in sources}
    arms = [
        rows.annotate(reach=Value(reach.value))
        for reach, rows in sources.items()
        if (posts_by_grant(profile) if reach is Reach.INVOLVED else profile.posts_reaching(reach))
    ]
    for row, reach in arms[0].union(*arms[1:], all=True) if arms else ():
        children_by_reach[Reach(reach)].add(primaries[row])
    return children_by_reach


def _granted(profile: Profile, child_ids: Collection[int], instant: datetime) -> dict[int, Collection[Post]]:
    """By record, the posts whose grant holds. What one post is granted never opens more through another."""
    posts = posts_by_grant(profile)
    own = all(post.stands_for is None for post in posts)
    if not child_ids or (own and len({Reach.NAMED in post.role.sees for post in posts}) == 1):
        return dict.fromkeys(child_ids, posts)
    through = grants.through(instant, user_id=profile.user_id, child_ids=child_ids)
    return {
        child: [post for post in posts if (post.role.key, post.team_id, post.stands_for) in through[child]]
        for child in child_ids
    }


def _emergency_accesses(
    profile: Profile, primaries: Mapping[int, int], instant: datetime
) -> QuerySet[EmergencyAccess]:
    """The person's emergency openings of these records that still last."""
    return EmergencyAccess.objects.filter(user_id=profile.user_id, child__in=primaries, until__gt=instant)


def _by_emergency_only(
    profile: Profile,
    primaries: Mapping[int, int],
    emergency_access: Mapping[int, EmergencyAccess],
    instant: datetime,
) -> set[int]:
    """Restricted records that nothing but the emergency opening opens: no other reach counts there."""
    if not emergency_access or not opens_restricted(profile):
        return set()
    shut = Child.objects.unscoped("restricted records that somebody opened in an emergency")
    shut = shut.filter(
        pk__in=[row for row, primary in primaries.items() if primary in emergency_access], restricted=True
    )
    named = NamedReader.objects.filter(user_id=profile.user_id, until__gt=instant).values("child")
    return {primaries[pk] for pk in shut.exclude(pk__in=named).values_list("pk", flat=True)}


def _wide_reaches(profile: Profile, child: Child, matters: Iterable[Matter], instant: datetime) -> bool:
    """Whether the reach of whole authorities holds for this child today."""
    if not {child.authority_id, child.area_id, *(child.joined_authorities or ())} & profile.authority_ids:
        return False
    transition = any(row.kind == MatterKind.TRANSITION and row.closed_at is None for row in matters)
    day = local_date(instant)
    grown = not child.presumed_child and child.date_of_birth <= born_by(
        day, ADULT
    )  # asked only then: the level may cost a query
    level = child.current_level.level if grown and child.current_level else None
    followed_to = FOLLOWED_TO_AGE.at(instant)
    return wide_reach_lasts(
        child.date_of_birth,
        level,
        transition,
        day,
        followed_to=followed_to,
        presumed_child=child.presumed_child,
    )
