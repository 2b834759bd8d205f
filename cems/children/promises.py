"""What is promised about a child, for the child's page: by name, with whom, and what of it is late (K1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.children.access_control import OpenChild
from cems.clocks.choices import LIVE
from cems.clocks.kinds import shown_kind
from cems.clocks.models import Clock
from cems.clocks.presentation import places, present


@dataclass(frozen=True)
class Late:
    """One promise over its time: what, with whom, since when; and where the reader does it, if it is theirs."""

    name: str
    clock: dict[str, Any]
    url: str
    doing: str
    place: str


def clocks_of(opened: OpenChild) -> Sequence[Clock]:
    """Every open clock about the child, due first at the top; asked once a page."""
    rows = Clock.objects.still_open().filter(child__in=opened.cluster.values())
    return opened.kept("children.clocks", lambda: list(rows.with_owner().order_by("due_at", "pk")))


def is_late(clock: Clock, at: datetime) -> bool:
    """Whether a clock that runs is over its time; one that is paused is not."""
    return clock.stage in LIVE and clock.due_at < at


def names_of(opened: OpenChild, clocks: Sequence[Clock]) -> dict[int, str]:
    """What each clock is called. What somebody wrote of an action is for those who see the child's actions."""
    names = {clock.pk: clock.title for clock in clocks}
    if not opened.access.sees(Part.ACTIONS):
        return names
    for key in {clock.kind for clock in clocks}:
        say = shown_kind(key).say
        if say:
            names |= say([clock for clock in clocks if clock.kind == key])
    return names


def late_of(user: User, opened: OpenChild) -> Sequence[Late]:
    """What is over its time, the longest first."""
    clocks = [clock for clock in clocks_of(opened) if is_late(clock, opened.at)]
    if not clocks:
        return []
    profile = profile_of(user)
    own = [
        clock
        for clock in clocks
        if clock.owner_user_id in profile.acts_for or clock.owner_team_id in profile.works_for
    ]
    names, done_at = names_of(opened, clocks), places(own, user)
    return [
        Late(
            names[clock.pk],
            present(clock, opened.at),
            reverse("clocks:detail", args=[clock.public_id]),
            *done_at.get(clock.pk, ("", "")),
        )
        for clock in clocks
    ]
