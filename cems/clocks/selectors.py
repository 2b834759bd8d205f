"""What pages read of clocks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cems.accounts.models import User
from cems.accounts.profile import Profile, profile_of
from cems.base.errors import Invalid
from cems.base.keyset import Keyset, Page
from cems.clocks import access
from cems.clocks.choices import Shut, Stage
from cems.clocks.kinds import clock_kinds
from cems.clocks.models import CalendarFeed, Clock, SweepMark, Transition
from cems.clocks.presentation import explained, words

ORDER = Keyset("due_at", "pk", size=50)
CALENDAR = 2000  # events of a feed: far beyond what a desk has open, and still a small file
STATES = {"open": "To do", "late": "Over their time", "paused": "Paused", "closed": "Met or cancelled"}


def clocks_for(profile: Profile, limit: int = 200) -> Sequence[Clock]:
    """Open clocks of the person and of the person's teams, what is due first at the top."""
    return list(Clock.objects.first_of(profile, limit).with_owner())


def clocks_of_colleagues(profile: Profile, limit: int = 500) -> Sequence[Clock]:
    """Open clocks of the people in the teams this person manages; sort by owner for a page by person."""
    people = access.colleagues(profile)
    if not people:
        return []
    clocks = Clock.objects.still_open().filter(owner_user_id__in=people)
    return list(clocks.with_owner().order_by("due_at", "pk")[:limit])


def numbers(user: User, now: datetime) -> dict[str, int]:
    """How many clocks of the person and their teams run, are over their time and are paused, by state of STATES."""
    return Clock.objects.numbers_of(user, now)


def page(user: User, state: str, after: str, now: datetime) -> Page[Clock]:
    """One page of the person's clocks in a state of STATES, by due time. Raises Invalid for another state."""
    if state not in STATES:
        raise Invalid("There is no such list of clocks.")
    profile, beyond = profile_of(user), ORDER.beyond(after)
    if state == "closed":
        return ORDER.page(Clock.objects.held_by(profile).closed().with_owner(), after)
    clocks = Clock.objects.still_open().filter(beyond)
    among = {"open": clocks.live(), "late": clocks.late(now), "paused": clocks.filter(stage=Stage.PAUSED)}[
        state
    ]
    return ORDER.cut(Clock.objects.first_of(profile, ORDER.size + 1, among).with_owner())


def page_about_children(user: User, *, kind: str, late: bool, after: str, now: datetime) -> Page[Clock]:
    """One page of the open clocks about children the person may see, by due time, asked in one statement.

    `kind` keeps to one kind of clock and `late` to those over their time. Raises Invalid for an unknown kind.
    """
    if kind and kind not in {clock_kind.key for clock_kind in clock_kinds()}:
        raise Invalid("There is no such kind of clock.")
    clocks = access.about_children_seen(user).still_open()
    if kind:
        clocks = clocks.filter(kind=kind)
    return ORDER.page((clocks.late(now) if late else clocks).with_owner(), after)


def kinds_by_label() -> Sequence[tuple[str, str]]:
    """Every kind of clock as a choice, in the order of its words."""
    return sorted(((kind.key, kind.label) for kind in clock_kinds()), key=lambda choice: choice[1])


def clocks_of_calendar(user: User) -> Sequence[Clock]:
    """What a calendar shows: the open clocks of the person and their teams that run towards a time.

    A paused clock has no time until it is resumed. Where there are too many, those longest past stay out; so
    do those of records the person must not know of.
    """
    clocks = Clock.objects.open_of(profile_of(user)).live()
    rows = list(clocks.with_last_change().order_by("-due_at", "-pk")[:CALENDAR])
    shut = access.shut_ways(user, {clock.child for clock in rows if clock.child})
    return [clock for clock in rows if not clock.child or shut.get(clock.child) is not Shut.HIDDEN]


def calendar_feed(user: User) -> CalendarFeed | None:
    """The person's live key for a calendar program, if there is one."""
    feed: CalendarFeed | None = CalendarFeed.objects.live().filter(user=user).first()
    return feed


def explain(clock: Clock, now: datetime) -> Sequence[str]:
    """How the clock was reckoned, a line for each time it was, and whether its setting is another now."""
    return explained(clock, now).splitlines()


def still_promised(children: Collection[UUID], now: datetime, *, owner: User | None = None) -> Sequence[str]:
    """What is still promised about these records (by this person), a line each, what is due first at the top: what
    somebody looks at before an act that ends it or leaves it behind."""
    clocks = Clock.objects.still_open().filter(child__in=list(children))
    if owner is not None:
        clocks = clocks.filter(owner_user=owner)
    rows = clocks.with_owner().order_by("due_at", "pk")
    return [f"{clock.title}: {words(clock, now)}, with {clock.owner}" for clock in rows]


def history(clock: Clock) -> Sequence[Transition]:
    """Everything that happened to the clock, oldest first."""
    return list(clock.transitions.select_related("by"))


@dataclass(frozen=True)
class SweepHealth:
    """Whether promises are being kept an eye on.

    `swept_at` is the last sweep; `waiting_since` the longest-waiting clock that should have acted by now.
    """

    swept_at: datetime | None
    waiting_since: datetime | None
    failed: int


def sweep_health(now: datetime) -> SweepHealth:
    """The state of the sweep, for /readyz and the administrators' page."""
    swept = SweepMark.objects.values_list("at", flat=True).first()
    waiting = Clock.objects.due_to_act(now).order_by("next_at").values_list("next_at", flat=True).first()
    return SweepHealth(swept, waiting, Clock.objects.failed().count())


def clock_seen_by(user: User, public_id: UUID) -> Clock | None:
    """The clock at this address with its owner, where this person may see it; or None."""
    clock: Clock | None = Clock.objects.with_owner().filter(public_id=public_id).first()
    return clock if clock and access.may_see(user, clock) else None


def failed_at(public_id: UUID) -> Clock | None:
    """The clock at this address, where it failed until it was given up; or None."""
    clock: Clock | None = Clock.objects.failed().filter(public_id=public_id).first()
    return clock


def failed(limit: int = 200) -> Sequence[Clock]:
    """Clocks that failed until they were given up, the newest first."""
    return list(Clock.objects.failed().with_owner().order_by("-failed_at", "-pk")[:limit])
