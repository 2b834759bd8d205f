"""What pages read of actions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.actions.choices import Status
from cems.actions.models import Action
from cems.actions.querysets import ActionQuerySet
from cems.actions.slots import DoneAt, place_of
from cems.base.keyset import Keyset, Page
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child
from cems.clocks import access as clock_access
from cems.clocks.presentation import present

ORDER = Keyset("-pk", size=50)
DO = "do"  # in the address of an action: go on to the page where it is done
STATES = {"open": "To do", "closed": "Closed"}


@dataclass(frozen=True)
class Row:
    """One action of a list; `child` only where the reader may see the child, `clock` as its bar shows it."""

    action: Action
    child: Child | None
    clock: dict[str, Any] | None

    @property
    def about(self) -> Child | None:
        """The child whom the words are about, whether the reader may open the record or not."""
        return self.child or self.action.child


def page(user: User, *, mine: bool, closed: bool, after: str, now: datetime) -> Page[Row]:
    """The person's own actions, or all that they and their teams have, newest first."""
    actions = Action.objects.visible_to(user)
    if mine:
        actions = actions.filter(owner_user_id__in=profile_of(user).acts_for)
    actions = actions.closed() if closed else actions.to_do()
    action_page = ORDER.page(actions.with_page().select_related("child"), after)
    return Page(rows(user, action_page.rows, now), action_page.after)


def actions_of(user: User, *, only_open: bool = False) -> ActionQuerySet:
    """The actions the person and their teams have, with what a list shows of each."""
    actions: ActionQuerySet = Action.objects.visible_to(user)
    return (actions.to_do() if only_open else actions).with_page().select_related("child", "doing")


def rows(user: User, actions: Sequence[Action], now: datetime) -> Sequence[Row]:
    """These actions for a list, their children asked for in one read."""
    ids = {action.child_id for action in actions if action.child_id}
    children = seen(user, ids)
    return [
        Row(action, children.get(action.child_id or 0), present(action.clock, now) if action.clock else None)
        for action in actions
    ]


def to_do(actions: Iterable[Action], now: datetime) -> Sequence[Row]:
    """Those of a child's actions that are open, what is due first at the top, without a day at the end."""
    open_actions = sorted((action for action in actions if action.is_open), key=_by_due)
    return [
        Row(action, None, present(action.clock, now) if action.clock else None) for action in open_actions
    ]


def _by_due(action: Action) -> tuple[bool, datetime, int]:
    clock = action.clock
    return (clock is None, clock.due_at if clock else action.happened_at, action.pk)


@dataclass(frozen=True)
class Opened:
    """An action somebody may open; `child` where they may see the child, `why` for the audit.

    `has` says whether it is theirs, or of those they manage; `recorded` whether they wrote what was done about it.
    """

    action: Action
    child: Child | None
    why: str
    has: bool = False
    recorded: bool = False

    @property
    def may_act(self) -> bool:
        return self.has and self.action.is_open

    @property
    def may_undo(self) -> bool:
        return self.action.doing is not None and (self.has or self.recorded)


def open_for(user: User, public_id: UUID) -> Opened | None:
    """The action at this address for this person, or None.

    Those who have it, or manage those who do, may act on it; so may see it everybody who sees the child's actions
    (of their own agency only, where that is all their role sees). A record that shuts them out beats both.
    """
    action = (
        Action.objects.with_page()
        .select_related("closed_by", "child", "doing")
        .filter(public_id=public_id)
        .first()
    )
    if action is None or not Action.objects.filter(pk=action.pk).readable_by(user).exists():
        return None
    child = seen(user, [action.child_id]).get(action.child_id) if action.child_id else None
    recorded = bool(action.doing and action.doing.recorded_by_id == user.pk)
    if clock_access.has(user, action):
        why = "has the action, or manages those who do"
        return Opened(action, child, why, has=True)
    if child is None:
        return None
    access = access_to(user, child)
    own_agency = action.owner.agency_id == profile_of(user).agency_id
    if access.sees(Part.ACTIONS) or (access.sees(Part.AGENCY_ACTIONS) and own_agency):
        return Opened(action, child, access.why, recorded=recorded)
    return None


def to_do_without_clock(user: User) -> ActionQuerySet:
    """The person's and their teams' open actions that have no day to be done by."""
    actions: ActionQuerySet = Action.objects.visible_to(user).to_do().filter(clock__isnull=True)
    return actions


def without_clock(user: User, limit: int = 100) -> Sequence[Action]:
    """The person's open actions that have no day to be done by; the others are listed by their clocks."""
    actions = to_do_without_clock(user)
    return list(actions.with_owner().select_related("child").order_by("pk")[:limit])


def to_carry_over(user: User, opened: OpenChild) -> Sequence[Action]:
    """The child's open actions that a meeting may take on: those open to this person that are closed by hand.

    What is met by its own doing stays where it is: a meeting puts no other day to it.
    """
    rows = Action.objects.filter(child__in=opened.cluster, status=Status.OPEN).with_page().order_by("pk")
    if not opened.access.sees(Part.ACTIONS):
        rows = rows.filter(pk__in=Action.objects.visible_to(user).values("pk"))
    return [row for row in rows if place_of(row) is None]


def done_at(user: User, opened: Opened) -> tuple[str, str] | None:
    """What the page is called where this action is done, and its address; None where the user has none to go to."""
    action = opened.action
    place = place_of(action)
    if not isinstance(place, DoneAt) or not opened.may_act or opened.child is None:
        return None
    if not access_to(user, opened.child).may(place.work):
        return None
    url = place.url(action)
    return (place.label, url) if url else None


def is_done_elsewhere(action: Action) -> bool:
    """Whether another page than its own is where this action is done, which meets it."""
    return isinstance(place_of(action), DoneAt)


def doing(action: Action) -> tuple[str, str]:
    """What is done about an open action, and the address that leads there, for a list of many: that of the action,
    which goes on to the page where it is done and is asked for one action only, when somebody opens it."""
    url = reverse("actions:detail", args=[action.public_id])
    place = place_of(action)
    if isinstance(place, DoneAt):
        return place.label, f"{url}?{DO}=1"
    return (place.kind.title if place else "Open"), url
