"""Who is where just now, and whether they are typing (M6, T6): a courtesy between colleagues, never a lock.

One row a person and subject: the place they were last at. The user who asks has been let in by the subject's
own access rule. It is kept in PostgreSQL, is no record of use, and is gone within the hour.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from cems.base.command import command
from cems.base.models import Presence
from cems.base.time import now

WRITE_EVERY = timedelta(seconds=10)
KEPT = timedelta(hours=1)
SWEPT_AT_ONCE = 200


@dataclass(frozen=True)
class Present:
    """Somebody else who is there: `place` is for the subject's own app to put in words."""

    name: str
    place: str
    typing: bool


def here(
    user: Any, *, subject: str, place: str, typing: bool = False, at: datetime | None = None
) -> list[Present]:
    """Note that this person is at `place` of `subject`, and tell who else is there.

    `subject` and `place` are keys of the app that asks ("matrix:UUID", "sexual"), never what somebody typed.
    Asked every few seconds: it is written when something changed, else once in `WRITE_EVERY`.
    """
    instant = at or now()
    rows = _rows(subject)
    mine = next((row for row in rows if row.user_id == user.pk), None)
    known = mine is not None and (mine.place, mine.typing, mine.at > instant - WRITE_EVERY)
    if known != (place, typing, True):
        row = Presence(user=user, subject=subject, place=place, typing=typing, at=instant)
        _note(user, row=row, arrives=mine is None)
    return _others(rows, user, instant)


def others(user: Any, *, subject: str, at: datetime | None = None) -> list[Present]:
    """Who else is there now, by name; this person's own being there is not noted."""
    return _others(_rows(subject), user, at or now())


def typing_at(subjects: Iterable[str], user: Any, at: datetime) -> list[str]:
    """The names of those, but for this person, who are typing now at any of these subjects; in one query."""
    since = at - timedelta(seconds=settings.PRESENCE_SECONDS)
    rows = Presence.objects.filter(subject__in=list(subjects), typing=True, at__gt=since)
    names = {str(row.user) for row in rows.exclude(user=user).select_related("user")}
    return sorted(names, key=str.casefold)


def _rows(subject: str) -> list[Presence]:
    return list(Presence.objects.filter(subject=subject).select_related("user"))


def _others(rows: list[Presence], user: Any, at: datetime) -> list[Present]:
    since = at - timedelta(seconds=settings.PRESENCE_SECONDS)
    there = [row for row in rows if row.user_id != user.pk and row.at > since]
    present = [Present(str(row.user), row.place, row.typing) for row in there]
    return sorted(present, key=lambda person: person.name.casefold())


@command
def _note(user: Any, *, row: Presence, arrives: bool) -> None:
    if arrives:
        _sweep(row.at)
    Presence.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["user", "subject"],
        update_fields=["place", "typing", "at"],
    )


def _sweep(at: datetime) -> None:
    """The user who arrives clears away those who left; rows another request holds are left to the next."""
    old = Presence.objects.filter(at__lt=at - KEPT).select_for_update(no_key=True, skip_locked=True)
    Presence.objects.filter(pk__in=old.values("pk")[:SWEPT_AT_ONCE]).delete()
