"""What a signed-in person is today: roles, teams, authorities. The input of every access rule (A2)."""

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q

from cems.accounts.models import Agency, Appointment, User
from cems.accounts.roles import Reach, Role, Work
from cems.base.time import today


@dataclass(frozen=True)
class Post:
    """One current appointment."""

    role: Role
    team_id: int | None
    locality_id: int | None


@dataclass(frozen=True)
class Profile:
    """A person's standing on one day; empty for leavers, the switched-off and those without an appointment."""

    user_id: int
    agency_id: int
    authority_ids: frozenset[int]
    posts: tuple[Post, ...]

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(dict.fromkeys(post.role for post in self.posts))

    @property
    def team_ids(self) -> frozenset[int]:
        return frozenset(post.team_id for post in self.posts if post.team_id)

    @property
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
    if not user.is_active or (user.ends_on is not None and user.ends_on < day):
        return Profile(user.pk, user.agency_id, frozenset(), ())
    served = Agency.authorities.through.objects.filter(agency=user.agency_id).values("authority")
    rows = Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), user_id=user.pk, starts_on__lte=day
    )
    held = list(rows.annotate(served=ArraySubquery(served)).order_by("pk"))
    posts = tuple(Post(row.role, row.team_id, row.locality_id) for row in held)
    return Profile(user.pk, user.agency_id, frozenset(held[0].served if held else ()), posts)
