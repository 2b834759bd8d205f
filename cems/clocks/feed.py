"""Clocks as an iCalendar (RFC 5545): references and fixed words, nothing about a person (K1, security)."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from icalendar import Alarm, Calendar, Event, Timezone

from cems.clocks.models import Clock

REFRESH = timedelta(hours=1)
SHOWN_FOR = timedelta(minutes=15)  # some programs show no event without an end
SHORT, SOON, AHEAD = timedelta(hours=4), timedelta(minutes=15), timedelta(hours=2)


def calendar_of(clocks: Sequence[Clock], now: datetime) -> bytes:
    """The file a calendar program reads: an event at the instant each clock (`with_last_change`) is due.

    In UTC, so that no program has to know when the clocks change. Of a clock it tells its reference, the
    label of its kind, and the address of its page, which asks for a sign-in.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//CEMS//Clocks//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "CEMS clocks")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")  # what Outlook reads in its place
    for clock in clocks:
        calendar.add_component(_event(clock, now))
    if not clocks:
        calendar.add_component(Timezone.from_tzid("UTC"))  # RFC 5545 3.6: a calendar has a component at least
    return calendar.to_ical()


def etag_of(calendar: bytes) -> str:
    """The same for the same clocks as they stand, so that a program that has them is told so (304).

    Weak: DTSTAMP, the instant of asking, is left out.
    """
    lasting = re.sub(rb"\r\nDTSTAMP:[^\r]*", b"", calendar)
    return f'W/"{hashlib.sha256(lasting).hexdigest()}"'


def _event(clock: Clock, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{clock.public_id}@cems")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", clock.due_at.astimezone(UTC))
    event.add("dtend", (clock.due_at + SHOWN_FOR).astimezone(UTC))
    event.add("last-modified", clock.changed_at.astimezone(UTC))  # type: ignore[attr-defined]
    event.add("sequence", clock.version)
    event.add("summary", f"{clock.reference}: {clock.rule.label}")
    event.add("url", f"{settings.BASE_URL}{reverse('clocks:detail', args=[clock.public_id])}")
    event.add("transp", "TRANSPARENT")  # a time to keep, not an hour somebody is busy
    event.add("class", "PRIVATE")
    event.add_component(_alarm(clock))
    return event


def _alarm(clock: Clock) -> Alarm:
    """A word before it is due: sooner of a promise of a few hours. It tells no more than the event."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -(SOON if clock.due_at - clock.started_at <= SHORT else AHEAD))
    alarm.add("description", f"{clock.reference}: {clock.rule.label}")
    return alarm
