"""What somebody who leaves, or changes team, still holds, and who hands it over (A1, safe-f3)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from cems.accounts.leaving import gone, has_left
from cems.accounts.models import Appointment, User
from cems.accounts.profile import Profile, profile_of
from cems.accounts.querysets import current
from cems.accounts.roles import Work
from cems.accounts.slots import OPEN_THINGS, OpenThing


@dataclass(frozen=True)
class Held:
    """One kind of open thing somebody holds: what it is called, whether the page gives it, and each of them."""

    key: str
    label: str
    is_given: bool
    things: Sequence[OpenThing]


@dataclass(frozen=True)
class Leaver:
    """Somebody who has left, or left a team, and how many open things they still hold."""

    user: User
    things: int


def open_things_of(user: User) -> Sequence[Held]:
    """Everything open that this person alone answers for, by its kind."""
    kinds = [Held(kind.key, kind.label, kind.give is not None, kind.of(user)) for kind in OPEN_THINGS]
    return [kind for kind in kinds if kind.things]


def open_things_count(user_ids: Collection[int]) -> Mapping[int, int]:
    """How many open things each of these people holds; one statement a kind, however many people."""
    counted: Counter[int] = Counter()
    for kind in OPEN_THINGS:
        counted.update(kind.count(user_ids))
    return counted


def managed_teams(profile: Profile) -> frozenset[int]:
    """The teams this person manages."""
    return frozenset(post.team_id for post in profile.posts if post.team_id and post.role.manages)


def last_teams(user_id: int, on: date) -> frozenset[int]:
    """The teams somebody is in, and those they were in last where they are in none any more."""
    rows = Appointment.objects.filter(user_id=user_id, team__isnull=False)
    now_in = frozenset(rows.filter(current(on)).values_list("team_id", flat=True))
    if now_in:
        return frozenset(team for team in now_in if team)
    last = rows.filter(ends_on__lt=on).order_by("-ends_on").values_list("ends_on", flat=True).first()
    return frozenset(team for team in rows.filter(ends_on=last).values_list("team_id", flat=True) if team)


def may_hand_over(user: User, holder: User, on: date) -> bool:
    """Whether this person hands over what the other one holds: an administrator, and who manages a team of theirs or
    one they were in. Nobody takes from a colleague of a team they do not manage."""
    if user.pk == holder.pk:
        return False
    profile = profile_of(user, on)
    if profile.may(Work.ADMINISTRATION):
        return True
    teams = managed_teams(profile)
    return bool(teams) and Appointment.objects.filter(user=holder, team__in=teams).exists()


def receivers(holder: User, on: date) -> QuerySet[User]:
    """Who may be given it: the colleagues of the same agency who have a role today."""
    people = User.objects.here(on).filter(current(on, "appointments__"), agency=holder.agency_id)
    return people.exclude(pk=holder.pk).select_related("agency").order_by("name", "pk").distinct()


def leavers_of(user: User, on: date) -> Sequence[Leaver]:
    """Those who have left a team this person manages, the account or the team alone, and still hold something."""
    teams = managed_teams(profile_of(user, on))
    if not teams:
        return []
    still = Appointment.objects.filter(current(on), team__in=teams).exclude(gone(on, "user__"))
    moved = Q(ends_on__lt=on, things_kept_at__isnull=True)
    were = Appointment.objects.filter(moved | gone(on, "user__"), team__in=teams).exclude(
        user__in=still.values("user")
    )
    people = User.objects.filter(pk__in=were.values("user")).exclude(pk=user.pk)
    counted = open_things_count(list(people.values_list("pk", flat=True)))
    holding = people.filter(pk__in=[pk for pk, things in counted.items() if things]).order_by("name", "pk")
    return [Leaver(person, counted[person.pk]) for person in holding]


def posts_left(user: User, holder: User, on: date) -> QuerySet[Appointment]:
    """The ended posts after which this person may agree that the holder keeps what they hold: those of the teams they
    manage, all of them for an administrator; none of somebody who has left, or leaves."""
    if holder.ends_on or has_left(holder, on) or not may_hand_over(user, holder, on):
        return Appointment.objects.none()
    posts = Appointment.objects.filter(
        user=holder, team__isnull=False, ends_on__lt=on, things_kept_at__isnull=True
    )
    profile = profile_of(user, on)
    if profile.may(Work.ADMINISTRATION):
        return posts
    return posts.filter(team__in=managed_teams(profile))


def may_keep(user: User, holder: User, on: date) -> bool:
    """Whether this person may agree that the holder keeps what they hold."""
    return posts_left(user, holder, on).exists()


def why_open(holder: User, on: date) -> str:
    """Why what somebody holds is looked at, in words."""
    if has_left(holder, on):
        return f"{holder} has left" + (f" on {holder.ends_on:%-d %B %Y}" if holder.ends_on else "")
    if holder.ends_on:
        return f"{holder} leaves on {holder.ends_on:%-d %B %Y}"
    return f"{holder} works in another team, or is about to"
