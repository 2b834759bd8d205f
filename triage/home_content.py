"""What triage adds to a person's first page and to the header."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.base.first_page import Place, StartButton, WorkItem
from cems.base.words import counted
from triage.allocation import home_content
from triage.cevt.selectors.agenda import agenda_at
from triage.cevt.selectors.listing import open_items
from triage.cevt.selectors.low_matrix import anything_late, count_overseen, late_since
from triage.cevt.selectors.research import to_look_up
from triage.cevt.selectors.seats import has_seat
from triage.cevt.selectors.short_review import count_to_note


def items(user: User, at: datetime) -> Iterable[WorkItem]:
    """Triage's promises are clocks and actions, which the first page lists already; beside them what to prepare."""
    yield from home_content.items(user, at)
    if has_seat(profile_of(user)):
        yield from _to_look_up(user, at)
    if profile_of(user).may(Work.DECISIONS):
        yield from _to_note(user, at)
        yield from _to_oversee(user, at)


def counts(user: User, at: datetime) -> Iterable[QuerySet[Any, Any] | int]:
    """How much of that there is; the children to look up are one thing to do."""
    yield from home_content.counts(user, at)
    if has_seat(profile_of(user)):
        yield min(to_look_up(user, at), 1)
    if profile_of(user).may(Work.DECISIONS):
        yield min(count_to_note(user, at), 1)
        yield anything_late(user, at)


def _to_look_up(user: User, at: datetime) -> Iterable[WorkItem]:
    """How many children on CEVT's list the person's agency has not looked up yet, by when the agenda closes."""
    waiting = to_look_up(user, at)
    if waiting:
        agenda = agenda_at(at)
        yield WorkItem(
            what=f"{counted(waiting, 'child')} to check for CEVT",
            why=f"{user.agency} has not said yet what it holds. {agenda.words}",
            url=reverse("cevt:research"),
            due_at=agenda.closes_at,
            doing="Check",
        )


def _to_note(user: User, at: datetime) -> Iterable[WorkItem]:
    """How many reviews where nothing was new CEVT has not noted yet."""
    waiting = count_to_note(user, at)
    if waiting:
        yield WorkItem(
            what=f"{counted(waiting, 'review')} to note at CEVT",
            why="Nothing was new. Note them once for the lot, or take one out to discuss.",
            url=reverse("cevt:reviews"),
        )


def _to_oversee(user: User, at: datetime) -> Iterable[WorkItem]:
    """How many matrices at Low or None nobody at CEVT has looked at; counted once one of them is late."""
    waiting = count_overseen(user, at)
    if waiting:
        late, since = late_since(user, at)
        why = "These matrices start no clock. Look at them, or bring a child to CEVT."
        yield WorkItem(
            what=f"{counted(waiting, 'child')} at Low or None to look at",
            why=f"Late: {late}, the longest first. {why}" if late else why,
            url=reverse("cevt:low"),
            doing="Look",
            due_at=since,
            warned=bool(late),
            counted=bool(late),
        )


def _open_count(user: User, at: datetime) -> int:
    """How many children wait for CEVT, of those the person may see."""
    return len({item.primary for item in open_items(user, at)})


def _sits_at_cevt(user: User) -> bool:
    return has_seat(profile_of(user))


BUTTONS = (
    StartButton("Open CEVT", "cevt:list", Work.DECISIONS, count=_open_count),
    StartButton(
        "Check children for CEVT",
        "cevt:research",
        Work.CONTRIBUTION,
        count=to_look_up,
        offered=_sits_at_cevt,
    ),
    StartButton("Open First Contact's queue", "first_contact:queue", Work.REFERRALS),
    *home_content.BUTTONS,
)
PLACES = (
    Place("First Contact", "first_contact:queue", (Work.REFERRALS,)),
    Place("CEVT", "cevt:list", (Work.DECISIONS, Work.CONTRIBUTION)),
    *home_content.PLACES,
    Place("Themes and places", "cevt:notes", (Work.THEMES,)),
    Place("CEVT in figures", "cevt:figures", (Work.FIGURES,)),
    Place("Advice", "advice:log", (Work.ADVICE, Work.ADVICE_LIBRARY, Work.DIRECT_WORK)),
    Place("ERASE handover", "allocation:handover", (Work.REFERRALS,)),
)
