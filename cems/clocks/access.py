"""Who may see a clock's page, and who may act on it there (A2).

The page shows a reference and fixed words, no name. Those who have the clock or manage them see it;
so does everybody who may see the child, which the app of children answers: `MAY_SEE_CHILD` for one child,
`CHILDREN_SEEN` for a list.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from cems.accounts.models import User
from cems.accounts.profile import Profile, profile_of
from cems.accounts.selectors.hand_over import last_teams
from cems.base.first_page import of_record
from cems.base.time import today
from cems.clocks.choices import Shut
from cems.clocks.models import Clock
from cems.clocks.querysets import ClockQuerySet
from cems.clocks.recipients import Held, current_appointments
from cems.clocks.slots import CHILDREN_SEEN, MAY_SEE_CHILD, SHUT_WAYS


def shut_ways(user: User, children: Collection[UUID]) -> Mapping[UUID, Shut]:
    """Which of these children's records are shut to the person, and how."""
    return SHUT_WAYS.get()(user, children) if children else {}


def shut_way(user: User, clock: Clock) -> Shut | None:
    """How the record this clock is about is shut to the person; None where it is not."""
    return shut_ways(user, [clock.child]).get(clock.child) if clock.child else None


def about_children_seen(user: User) -> ClockQuerySet:
    """The clocks about children this person may see."""
    return Clock.objects.about(CHILDREN_SEEN.get()(user))


def has(user: User, held: Held) -> bool:
    """Whether the person, whom they stand in for, one of their teams, or somebody they manage has it."""
    profile = profile_of(user)
    if held.owner_user_id:
        return held.owner_user_id in profile.acts_for or _manages(profile, held.owner_user_id)
    return held.owner_team_id in profile.works_for


def managed_team_ids(profile: Profile) -> frozenset[int]:
    """The teams this person manages."""
    return frozenset(post.team_id for post in profile.posts if post.team_id and post.role.manages)


def _manages(profile: Profile, user_id: int) -> bool:
    teams = managed_team_ids(profile)
    if not teams:
        return False
    if current_appointments(today()).filter(user_id=user_id, team_id__in=teams).exists():
        return True
    # What a leaver still holds is closed or taken by who manages the team they were in last.
    left = User.objects.get_queryset().gone(today()).filter(pk=user_id).exists()
    return left and bool(teams & last_teams(user_id, today()))


def may_see(user: User, clock: Clock) -> bool:
    """Whether the clock's page is there for this person; never of a record they must not know of."""
    if shut_way(user, clock) is Shut.HIDDEN:
        return False
    return has(user, clock) or (clock.child is not None and MAY_SEE_CHILD.get()(user, clock.child))


def may_follow(user: User, clock: Clock) -> bool:
    """Whether what a clock is about is there for this person: a desk's may lead to a record only some of it see."""
    child = clock.child
    if shut_way(user, clock):
        return False
    if child is None or not of_record(clock.url, child):
        return bool(clock.url)
    return MAY_SEE_CHILD.get()(user, child)


def colleagues(profile: Profile) -> frozenset[int]:
    """Everybody in the teams this person manages, themselves apart."""
    teams = managed_team_ids(profile)
    if not teams:
        return frozenset()
    rows: list[int] = list(
        current_appointments(today()).filter(team_id__in=teams).values_list("user_id", flat=True).distinct()
    )
    return frozenset(rows) - {profile.user_id}
