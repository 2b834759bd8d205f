"""What a signed-in person is today: roles, teams, authorities. The input of every access rule (A2)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, CharField, QuerySet, Value

from cems.accounts.authorities import served_by
from cems.accounts.leaving import has_left
from cems.accounts.models import Appointment, Delegation, User
from cems.accounts.querysets import covers_everything, current
from cems.accounts.roles import ROLES, Part, Reach, Role, Work
from cems.base.compiled_sql import Statement
from cems.base.time import today


@dataclass(frozen=True)
class Post:
    """One current appointment, the person's own or another's whom they stand in for."""

    role: Role
    team_id: int | None
    locality_id: int | None
    stands_for: int | None = None  # whose appointment it is, where it is another's
    deputy_of: str = ""  # and what they are called
    wholly: bool = False  # whether the person stands in for all that the other one is


@dataclass(frozen=True)
class Profile:
    """A person's standing on one day; empty for leavers, the switched-off and those without an appointment."""

    user_id: int
    agency_id: int
    authority_ids: frozenset[int]
    posts: tuple[Post, ...]

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        return tuple(dict.fromkeys(post.role for post in self.posts))

    @property
    def labels(self) -> tuple[str, ...]:
        """What the person is, in words; where they stand in for somebody, that they do."""
        words = (f"{post.role.label}{' (as deputy)' if post.stands_for else ''}" for post in self.posts)
        return tuple(dict.fromkeys(words))

    @property
    def team_ids(self) -> frozenset[int]:
        return frozenset(post.team_id for post in self.posts if post.team_id)

    @property
    def works_for(self) -> frozenset[int]:
        """The teams whose work is the person's too: of those, a child exploitation worker has none."""
        return frozenset(post.team_id for post in self.posts if post.team_id and post.role.shares_work)

    @property
    def acts_for(self) -> frozenset[int]:
        """The person, and those they stand in for in everything: whose promises they keep."""
        others = (post.stands_for for post in self.posts if post.stands_for and post.wholly)
        return frozenset({self.user_id, *others})

    @property
    def own_posts(self) -> tuple[Post, ...]:
        """What the person is themselves, in nobody's place."""
        return tuple(post for post in self.posts if post.stands_for is None)

    @property
    def reaches_children(self) -> bool:
        """Whether any role reaches a child at all; a role that reaches none has none to search for."""
        return any(role.sees for role in self.roles)

    @property
    def exports(self) -> bool:
        """Whether the person may take documents away at all."""
        return any(role.exports for role in self.roles)

    @cached_property
    def wide(self) -> bool:
        """Whether one role reads whole authorities."""
        return any(role.wide for role in self.roles)

    def has(self, *keys: str) -> bool:
        return any(role.key in keys for role in self.roles)

    def may(self, work: Work) -> bool:
        """Whether any role does this kind of work (on the children it reaches)."""
        return any(work in role.writes for role in self.roles)

    def posts_reaching(self, reach: Reach) -> list[Post]:
        return [post for post in self.posts if reach in post.role.sees]

    def opening(self, parts: Collection[Part]) -> "Profile":
        """The same person, coming to a child only in the ways that open one of these parts."""
        wanted = frozenset(parts)
        posts = tuple(replace(post, role=_opening(post.role, wanted)) for post in self.posts)
        return replace(self, posts=posts)


def _opening(role: Role, parts: frozenset[Part]) -> Role:
    return replace(role, sees={reach: seen for reach, seen in role.sees.items() if seen & parts})


def profile_of(user: User, on: date | None = None) -> Profile:
    """The profile of `user` today, remembered on the user object for the length of a request."""
    day = on or today()
    kept: tuple[date, Profile] | None = getattr(user, "_kept_profile", None)
    if kept and kept[0] == day:
        return kept[1]
    profile = _build(user, day)
    user._kept_profile = (day, profile)  # type: ignore[attr-defined]
    return profile


def forget_profile(user: User) -> None:
    """Drop the remembered profile after an appointment changed within one request."""
    if hasattr(user, "_kept_profile"):
        del user._kept_profile


def _build(user: User, day: date) -> Profile:
    if has_left(user, day):
        return Profile(user.pk, user.agency_id, frozenset(), ())
    rows = sorted(
        _POSTS.rows(user=user.pk, agency=user.agency_id, day=day),
        key=lambda row: (row[3] is not None, row[6]),
    )
    posts = tuple(Post(ROLES[key], *rest) for key, *rest, _, _ in rows)
    return Profile(user.pk, user.agency_id, frozenset(rows[0][-1] if rows else ()), posts)


def _posts(user: int, agency: int, day: date) -> QuerySet[Any, Any]:
    """The person's own appointments and those they stand in for: the fields of a `Post`, the row, the
    authorities served; all in one statement."""
    served = served_by(agency, day).values("pk")
    appointments = Appointment.objects.filter(current(day), user_id=user).values_list(
        "role_key",
        "team_id",
        "locality_id",
        Value(None, output_field=BigIntegerField()),
        Value("", output_field=CharField()),
        Value(False),
        "pk",
        ArraySubquery(served),
    )
    covered = Delegation.objects.live(day).filter(deputy_id=user)
    others = covered.values_list(
        *(f"appointment__{name}" for name in ("role_key", "team_id", "locality_id", "user_id", "user__name")),
        covers_everything(day),
        "pk",
        ArraySubquery(served),
    )
    return appointments.union(others, all=True)


_POSTS = Statement(_posts, user=int, agency=int, day=date)
