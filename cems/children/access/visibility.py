"""The access rule in SQL: which records somebody reaches, and which are shut whatever reaches them (A2).

It is put into SQL once for each shape of a profile, and asked with a person's own values: `visible_to` and
`readable_by` of `querysets.py` are the only ones that ask it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In

from cems.accounts.profile import Post, Profile
from cems.accounts.roles import Reach, Role
from cems.base.compiled_sql import Condition
from cems.children.access.rules.wide import FOLLOWED_LEVELS
from cems.children.choices import PRESUMED_CHILD, MatterKind

if TYPE_CHECKING:
    from cems.children.models import Matter

MATTERS_OF_CONCERN = frozenset({MatterKind.EXPLOITATION, MatterKind.MISSING, MatterKind.CEVT, MatterKind.CEG})
BY_GRANT = frozenset({Reach.INVOLVED, Reach.NAMED})
_MINUTED = frozenset({MatterKind.CEG})
_MATTERS: dict[Reach, frozenset[MatterKind]] = {
    Reach.FORUM: frozenset({MatterKind.CEVT}),
    Reach.OVERSEEN: frozenset({MatterKind.LOW}),
    Reach.MISSING: frozenset({MatterKind.MISSING}),
    Reach.MATTER: MATTERS_OF_CONCERN,
    Reach.OPEN_MATTER: MATTERS_OF_CONCERN,
    Reach.REFERRAL: frozenset({MatterKind.REFERRAL}),
}
_VISIBLE: dict[Any, Condition] = {}  # by what the roles of a profile reach, and how


def visible(profile: Profile, *, within_authorities: bool) -> Condition:
    """The condition of `visible_to` for everybody whose posts reach as this person's do.

    `within_authorities` says whether the authorities served are the edge of every reach: they are for a wide reader,
    also where they are asked of in fewer ways than all theirs (`Profile.opening`).
    """
    shape = (
        tuple(
            (post.role.key, frozenset(post.role.sees), post.role.of_locality, post.locality_id is not None)
            for post in profile.posts
        ),
        opens_restricted(profile),
        within_authorities,
    )
    if shape not in _VISIBLE:
        roles = [(post.role, post.locality_id is not None) for post in profile.posts]
        places = {f"place{number}": int for number, (_, placed) in enumerate(roles) if placed}
        kinds = {"user": int, "instant": datetime, "authorities": list, "adult": date, "followed": date}
        _VISIBLE[shape] = Condition(partial(_visible, roles, within_authorities), **kinds, **places)
    return _VISIBLE[shape]


def _visible(
    roles: Sequence[tuple[Role, bool]],
    within_authorities: bool,
    *,
    user: int,
    instant: datetime,
    authorities: list[int],
    adult: date,
    followed: date,
    **places: int,
) -> QuerySet[Any]:
    """The records that somebody in these roles may open; which are placed is said of each."""
    from cems.children.models import Child

    posts = tuple(Post(role, None, places.get(f"place{number}")) for number, (role, _) in enumerate(roles))
    profile = Profile(user, 0, frozenset(authorities), posts)
    arms = _arms(profile, instant)
    reached = Q(pk__in=arms[0].union(*arms[1:], all=True) if arms[1:] else arms[0]) if arms else None
    if profile.wide:
        # Asked only of the few grown-up ones that the first condition leaves out: this OR costs no index.
        lasts = _wide_lasts(adult, followed)
        reached = lasts | reached if reached else lasts
    if within_authorities and reached:
        reached = within(authorities) & reached
    nobody = Q(pk__isnull=True)  # such as a board's member without a board
    readable = _readable(user, instant, emergency=opens_restricted(profile))
    return QuerySet(Child).filter((reached or nobody) & Q(merged_into__isnull=True) & readable)


def _readable(user: int, instant: datetime, *, emergency: bool) -> Q:
    """Records that are not restricted, or name the reader, and do not bar them; of a whole, each of its records."""
    from cems.children.models import Bar, Child, EmergencyAccess, NamedReader

    named = NamedReader.objects.filter(child=OuterRef("pk"), user_id=user, until__gt=instant)
    barred = Bar.objects.filter(user_id=user).alias(primary=primary_of()).filter(primary=OuterRef("pk"))
    shut: QuerySet[Any] = (
        QuerySet(Child).filter(merged_into=OuterRef("pk"), restricted=True).exclude(Exists(named))
    )
    open_to_them = Q(restricted=False) | Q(Exists(named))
    if emergency:
        opened = EmergencyAccess.objects.filter(user_id=user, until__gt=instant)
        open_to_them |= Q(Exists(opened.filter(child=OuterRef("pk"))))
        shut = shut.exclude(Exists(opened.filter(child=OuterRef("merged_into"))))
    return open_to_them & Q(~Exists(barred)) & Q(~Exists(shut))


def _readable_rows(emergency: bool, *, user: int, instant: datetime) -> QuerySet[Any]:
    from cems.children.models import Child

    return QuerySet(Child).filter(_readable(user, instant, emergency=emergency))


READABLE = {
    emergency: Condition(partial(_readable_rows, emergency), user=int, instant=datetime)
    for emergency in (False, True)
}


def _wide_lasts(adult: date, followed: date) -> Q:
    """The children whom a whole authority's reader still reads: `wide_reach_lasts` in SQL.

    `adult` and `followed` are the last birth dates of those who are grown up, and too old to be followed.
    """
    from cems.children.models import AgreedLevel, Matter

    planned = Matter.objects.filter(kind=MatterKind.TRANSITION, closed_at__isnull=True)
    planned = planned.alias(primary=primary_of()).filter(primary=OuterRef("pk"))
    # One level of one child, not a set of levels: that the database might read whole.
    level = Subquery(AgreedLevel.objects.filter(pk=OuterRef("current_level")).values("level")[:1])
    follows = In(level, list(FOLLOWED_LEVELS)) | Q(Exists(planned))
    presumed = Q(birth_date_known__in=sorted(PRESUMED_CHILD))
    return Q(date_of_birth__gt=adult) | presumed | Q(date_of_birth__gt=followed) & follows


def opens_restricted(profile: Profile) -> bool:
    """Whether an emergency opening lets this person into a restricted record too."""
    return any(role.opens_restricted for role in profile.roles)


def posts_by_grant(profile: Profile) -> list[Post]:
    """The posts that come to a child by a grant: one who works with it, or a student it was named for."""
    return [post for post in profile.posts if BY_GRANT.intersection(post.role.sees)]


def _arms(profile: Profile, instant: datetime) -> list[QuerySet[Any, Any]]:
    """The sets of child ids this profile reaches, one query each, for UNION ALL."""
    from cems.children.models import (
        Assignment,
        ChildUserObjectPermission,
        EmergencyAccess,
        Matter,
        Submitter,
    )

    arms: list[QuerySet[Any, Any]] = []
    if posts_by_grant(profile):
        arms.append(
            ChildUserObjectPermission.objects.filter(user_id=profile.user_id, until__gt=instant).values_list(
                "content_object_id"
            )
        )
    if profile.posts_reaching(Reach.SUBMITTED):
        arms += _and_primaries(Submitter.objects.filter(user_id=profile.user_id))
    if profile.posts_reaching(Reach.EMERGENCY):
        arms += _and_primaries(EmergencyAccess.objects.filter(user_id=profile.user_id, until__gt=instant))
    if profile.posts_reaching(Reach.ASSIGNED):
        arms += _and_primaries(Assignment.objects.filter(user_id=profile.user_id, until__gt=instant))
    for _, _, rule in matter_rules(profile, instant):
        for condition in rule.conditions:
            arms += _and_primaries(Matter.objects.filter(condition))
    return arms


def _and_primaries(rows: QuerySet[Any, Any]) -> list[QuerySet[Any, Any]]:
    """The children these rows name, and the primary records of those merged: an arm each, for the few merged ones
    lie in an index of their own. Grants need none, they are written for the primary record."""
    merged = rows.filter(child__merged_into__isnull=False)
    return [rows.values_list("child_id"), merged.values_list("child__merged_into_id")]


@dataclass(frozen=True)
class MatterRule:
    """Which matters reach a post; asked of the database (`conditions`, an arm each) and of one row (`covers`).

    An authority reaches those of its area, and those of the children it is responsible for wherever they live.
    """

    kinds: frozenset[str]
    authority_ids: frozenset[int] | None
    locality_id: int | None
    live_at: datetime | None

    @property
    def conditions(self) -> list[Q]:
        wanted = Q(kind__in=sorted(self.kinds))
        if self.locality_id is not None:
            wanted &= Q(locality=self.locality_id)
        if self.live_at:
            wanted &= Q(until__gt=self.live_at)
        if self.authority_ids is None:
            return [wanted]
        served = sorted(self.authority_ids)
        return [wanted & Q(authority__in=served), wanted & Q(responsible__in=served)]

    def covers(self, matter: "Matter") -> bool:
        return (
            matter.kind in self.kinds
            and (
                self.authority_ids is None
                or not self.authority_ids.isdisjoint({matter.authority_id, matter.responsible_id})
            )
            and (self.locality_id is None or matter.locality_id == self.locality_id)
            and (self.live_at is None or matter.until > self.live_at)
        )


def matter_rules(profile: Profile, instant: datetime) -> list[tuple[Post, Reach, MatterRule]]:
    """Which matters reach this profile, and as which reach; one home for the rule."""
    rules: list[tuple[Post, Reach, MatterRule]] = []
    for post in profile.posts:
        for reach in post.role.sees:
            if reach is Reach.FORUM and post.role.of_locality:
                if post.locality_id is not None:  # a board member without a board reaches nobody
                    rules.append(
                        (
                            post,
                            reach,
                            MatterRule(frozenset({MatterKind.CEG}), None, post.locality_id, instant),
                        )
                    )
            elif reach in _MATTERS:
                kinds = _MATTERS[reach] | (_MINUTED if post.role.minutes_board else frozenset())
                live_at = None if reach is Reach.MATTER else instant
                rules.append((post, reach, MatterRule(kinds, profile.authority_ids, None, live_at)))
    return rules


def within(authority_ids: Iterable[int]) -> Q:
    """Records whose authority, area, or those of a record merged into them, are among these: three indexes."""
    ids = sorted(authority_ids)
    joined = Value(ids, output_field=ArrayField(models.BigIntegerField()))  # one parameter, not one for each
    return Q(authority__in=ids) | Q(area__in=ids) | Q(joined_authorities__overlap=joined)


def primary_of(key: str = "child") -> Coalesce:
    """The record that a row's child is read under: itself, or the one it was merged into."""
    return Coalesce(f"{key}__merged_into", key)
