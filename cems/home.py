"""A person's first page: what is late, today, this week, and what is new."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import Shape, requires_sign_in
from cems.base.first_page import WorkItem, of_record
from cems.base.slots import FIRST_PAGE_LINES, START_BUTTONS
from cems.base.time import local_date, now
from cems.children.matching.selectors.cluster import seen_at
from cems.clocks.home_content import items_of_team
from cems.notices.models import Notice
from cems.notices.selectors import unread

LONGEST = 100  # lines a person can take in; the lists of clocks and actions page on


@dataclass(frozen=True)
class Line:
    """One line of work with the child's name, where the reader may see the child."""

    item: WorkItem
    name: str = ""
    child_url: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    lines: list[Line]


@requires_sign_in(Shape.PAGE, reason="everybody has a first page")
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what their team has, and what is new for them."""
    user: User = acting_user(request)
    instant = now()
    profile = profile_of(user)
    work = [item for lines in FIRST_PAGE_LINES for item in lines(user, instant)]
    team = sorted(items_of_team(user, instant), key=lambda item: (item.owner, *_by_due(item)))
    team_shown = team[:LONGEST]
    open_to = seen_at(user, {item.child for item in [*work, *team_shown] if item.child})
    work = sorted(
        (item for item in work if not item.needs_child or item.child in open_to),
        key=_by_due,
    )
    shown = work[:LONGEST]
    names = {item.child: open_to[item.child].name for item in [*shown, *team_shown] if item.child in open_to}
    children = dict.fromkeys(item.child for item in [*shown, *team_shown] if item.child)
    if children:
        listed(user, what="home", children=list(children))
    buttons = [button for button in START_BUTTONS if profile.may(Work(button.work))]
    return render(
        request,
        "home.html",
        {
            "sections": _sections(shown, names, instant),
            "count": len(work),
            "shown": len(shown),
            "team": _by_person(team_shown, names),
            "team_cut": len(team) > LONGEST,
            "new": _news(user),
            "buttons": [{"label": button.label, "url": reverse(button.url_name)} for button in buttons],
        },
    )


def _news(user: User) -> list[Notice]:
    """What the person was told, save about clocks: those stand in the lists below with what is left of them."""
    return [notice for notice in unread(user, 50) if not notice.kind.startswith("clock.")][:10]


def _by_due(item: WorkItem) -> tuple[bool, datetime, str]:
    return (item.due_at is None, item.due_at or now(), item.reference)


def _line(item: WorkItem, names: dict[Any, str]) -> Line:
    record = reverse("children:overview", args=[item.child]) if item.child else ""
    if item.child in names:
        return Line(item, names[item.child], record)
    # A desk's clock may lead to a record that only some of the desk may see.
    return Line(replace(item, url="") if of_record(item.url, item.child) else item)


def _sections(items: list[WorkItem], names: dict[Any, str], instant: datetime) -> list[Section]:
    today = local_date(instant)
    week = today + timedelta(days=6 - today.weekday())

    def title(item: WorkItem) -> str:
        if item.due_at is None:
            return "No day set"
        if item.due_at < instant:
            return "Late"
        day = local_date(item.due_at)
        return "Today" if day == today else "This week" if day <= week else "Later"

    return [
        Section(name, [_line(item, names) for item in group]) for name, group in groupby(items, key=title)
    ]


def _by_person(items: list[WorkItem], names: dict[Any, str]) -> list[Section]:
    return [
        Section(owner, [_line(item, names) for item in group])
        for owner, group in groupby(items, key=lambda item: item.owner)
    ]
