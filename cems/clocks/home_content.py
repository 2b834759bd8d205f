"""What clocks add to a person's first page: one line for each promise the person or their team has."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.base.first_page import StartButton, WorkItem
from cems.clocks import selectors
from cems.clocks.choices import Stage
from cems.clocks.models import Clock
from cems.clocks.presentation import SHUT_ITEM, places, present, titles
from cems.notices.selectors import outbox_health


def items(user: Any, now: datetime) -> Iterable[WorkItem]:
    """The person's open clocks and those of their teams, what is due first at the top."""
    return _lines(selectors.clocks_for(profile_of(user)), user, now)


def counts(user: Any, now: datetime) -> Iterable[QuerySet[Any, Any] | int]:
    """Those of them whose time runs."""
    return Clock.objects.live_arms(user)


def failed_count(user: Any, now: datetime) -> int:
    """How many clocks and mails were given up."""
    return Clock.objects.failed().count() + outbox_health(now).failed


FAILED = StartButton("Clocks and mail that failed", "clocks:failed", Work.ADMINISTRATION, count=failed_count)


def items_of_team(user: Any, now: datetime) -> Iterable[WorkItem]:
    """For a manager: the open clocks of the people in their teams; `owner` says whose."""
    return _lines(selectors.clocks_of_colleagues(profile_of(user)), user, now)


def _lines(clocks: Sequence[Clock], user: User, now: datetime) -> list[WorkItem]:
    called, acts_for = titles(clocks, user), profile_of(user).acts_for
    shown = [clock for clock in clocks if clock.pk in called]
    done_at = places([clock for clock in shown if called[clock.pk] != SHUT_ITEM], user)
    return [
        work_item(
            clock,
            called[clock.pk],
            now,
            place=done_at.get(clock.pk),
            mine=clock.owner_user_id in acts_for,
        )
        for clock in shown
    ]


def work_item(
    clock: Clock, title: str, now: datetime, *, place: tuple[str, str] | None = None, mine: bool = True
) -> WorkItem:
    """One clock as a line of work; `place` is what is done about it and where, if that is not the clock's address."""
    bar = present(clock, now)
    doing, url = place or ("Open", clock.url)
    return WorkItem(
        what=title,
        why=clock.explanation.splitlines()[-1],
        url="" if title == SHUT_ITEM else url,
        due_at=clock.due_at,
        warned=clock.stage in {Stage.WARNED, Stage.BREACHED},
        child=clock.child,
        reference=clock.reference,
        owner=bar["owner"],
        clock=bar,
        mine=mine,
        doing=doing,
        paused=clock.stage == Stage.PAUSED,
    )
