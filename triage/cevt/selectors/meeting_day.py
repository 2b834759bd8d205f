"""On which working days CEVT owes a meeting, and whether it was held (T2)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time

from cems.accounts.models import Authority
from cems.base.time import LONDON, local_date
from cems.clocks.choices import OPEN, Stage
from cems.clocks.kinds import Finding
from cems.clocks.models import Clock
from cems.meetings.choices import MeetingForum
from cems.meetings.models import Meeting
from triage.models import Item, MeetingDay


def authorities_that_wait(at: datetime) -> Sequence[Authority]:
    """The authorities whose CEVT has something with a running clock that came before today."""
    day = datetime.combine(local_date(at), time(), tzinfo=LONDON)
    waiting = Item.objects.filter(closed_at__isnull=True, clock__stage__in=OPEN, received_at__lt=day)
    waiting = waiting.exclude(clock__stage=Stage.PAUSED)
    return list(Authority.objects.filter(pk__in=waiting.values("authority")).order_by("pk"))


def first_meeting_on(row: MeetingDay) -> Meeting | None:
    """The first meeting this authority's CEVT held that day; or None."""
    begin = datetime.combine(row.day, time(), tzinfo=LONDON)
    end = datetime.combine(row.day, time.max, tzinfo=LONDON)
    meetings = Meeting.objects.filter(
        forum=MeetingForum.CEVT, authority=row.authority_id, started_at__range=(begin, end)
    )
    return meetings.order_by("started_at", "pk").first()


def held_meanwhile(clocks: Sequence[Clock]) -> Mapping[int, Finding]:
    """Of these clocks those whose day has had its meeting, asked just before one acts."""
    rows = MeetingDay.objects.filter(clock__in=[clock.pk for clock in clocks])
    held = {row.clock_id: meeting for row in rows if (meeting := first_meeting_on(row))}
    return {
        clock: Finding(Stage.MET, meeting.started_at, meeting.reference) for clock, meeting in held.items()
    }


def owed_meetings(authority_ids: Collection[int]) -> Sequence[MeetingDay]:
    """The days on which a meeting is owed and was not held, the oldest first; said on CEVT's page."""
    rows = MeetingDay.objects.filter(authority__in=authority_ids, clock__stage__in=OPEN)
    return list(
        rows.select_related("authority", "clock__owner_user", "clock__owner_team").order_by("day", "pk")
    )
