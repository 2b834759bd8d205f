"""Keys for calendar programs: made, used, taken back (K1). The password is shown once; its fingerprint is kept."""

import secrets
from datetime import datetime

from django.db.models import Q

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.services.token import NOTED_EVERY, fingerprint
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import NotAllowed
from cems.base.time import local_date, now
from cems.clocks.models import CalendarFeed


@command
def feed_make(user: User, *, at: datetime | None = None) -> tuple[CalendarFeed, str]:
    """Make the person's key for a calendar program; one they had stops (K1).

    Returns its row and the password, which is kept nowhere. Raises NotAllowed for somebody without a role that takes
    anything out of CEMS.
    """
    instant = at or now()
    profile = profile_of(user, local_date(instant))
    if not profile.posts:
        raise NotAllowed("You have no role in CEMS today, so there is nothing to put into a calendar.")
    if not profile.exports:
        raise NotAllowed("Your role takes nothing out of CEMS, so it has no calendar.")
    _revoke(user, instant)
    password = secrets.token_urlsafe(32)
    row = CalendarFeed.objects.create(
        user=user,
        username=f"calendar-{secrets.token_hex(6)}",
        digest=fingerprint(password),
        made_at=instant,
    )
    record(user, verb=Verb.CREDENTIALS_CHANGED, subject=row, detail={"made": True}, at=instant)
    return row, password


@command
def feed_revoke(user: User, *, at: datetime | None = None) -> None:
    """Take the person's key back this minute. Again is harmless (K1)."""
    _revoke(user, at or now())


def _revoke(user: User, instant: datetime) -> None:
    # The person's own row is the lock: two keys made at the same time leave one of them.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    live = CalendarFeed.objects.live().filter(user=user).first()
    if live is None:
        return
    live.revoked_at = instant
    live.save(update_fields=["revoked_at"])
    record(user, verb=Verb.CREDENTIALS_CHANGED, subject=live, detail={"revoked": True}, at=instant)


def feed_used(username: str, password: str, at: datetime | None = None) -> CalendarFeed | None:
    """The key's row with its person, while both hold; None for anything else. Notes the use.

    What the person is today is asked each time: who has left, or has no role any more, gets nothing.
    """
    instant = at or now()
    rows = CalendarFeed.objects.live().select_related("user__agency")
    feed: CalendarFeed | None = rows.filter(username=username, digest=fingerprint(password)).first()
    if feed is None or not profile_of(feed.user, local_date(instant)).exports:
        return None
    # Written once a minute at the most, as with the keys of agencies' systems.
    if feed.last_used_at is None or feed.last_used_at < instant - NOTED_EVERY:
        _note_use(feed.user, feed=feed, at=instant)
    return feed


@command
def _note_use(user: User, *, feed: CalendarFeed, at: datetime) -> None:
    lately = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - NOTED_EVERY)
    CalendarFeed.objects.filter(lately, pk=feed.pk).update(last_used_at=at)
