"""A working day without a meeting while something is due is a clock of CEVT's own (T2)."""

from datetime import datetime

from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Authority, Duty, User
from cems.base.calendar import close_of_business, is_working_day
from cems.base.command import command
from cems.base.time import local_date, now
from cems.clocks.choices import OPEN
from cems.clocks.services import clock as clocks
from cems.meetings.choices import MeetingForum
from cems.meetings.models import Meeting
from cems.meetings.services.meeting import meeting_start
from triage.cevt.selectors.meeting_day import authorities_that_wait, first_meeting_on
from triage.clocks import MEETING_DAY
from triage.models import MeetingDay


@command
def meeting_day_start(user: User, *, authority: Authority, at: datetime | None = None) -> Meeting:
    """Start CEVT's meeting of today with this user in the chair: what days owed is met. Raises as `meeting_start`."""
    instant = at or now()
    meeting = meeting_start(
        user, forum=MeetingForum.CEVT, authority=authority, url=reverse("cevt:list"), at=at
    )
    rows = MeetingDay.objects.filter(authority=authority, clock__stage__in=OPEN).select_related("clock")
    for row in rows.order_by("day"):
        clocks.clock_meet(user, clock=row.clock, reason=meeting.reference, at=instant)
    return meeting


@command
def meeting_days_follow(user: None, *, at: datetime) -> int:
    """Start today's clock where something waits, and end those whose day had its meeting or has passed.

    A day that passed without a meeting stays late until a meeting is held; then all of them end. Recomputed from the
    truth, so that twice or late does no harm. Returns how many were started.
    """
    day, started = local_date(at), 0
    for row in MeetingDay.objects.filter(clock__stage__in=OPEN).select_related("clock", "authority"):
        _end_where_held(row, at)
    if not is_working_day(day):
        return 0
    for authority in authorities_that_wait(at):
        started += _start(authority, at)
    return started


def _end_where_held(row: MeetingDay, at: datetime) -> None:
    later = MeetingDay(authority_id=row.authority_id, day=local_date(at))
    meeting = first_meeting_on(row) or first_meeting_on(later)
    if meeting:
        clocks.clock_meet(None, clock=row.clock, reason=meeting.reference, at=at)


def _start(authority: Authority, at: datetime) -> bool:
    """Whether a clock was started: one a day, and none once the day has had its meeting."""
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    day = local_date(at)
    if MeetingDay.objects.filter(authority=authority, day=day).exists():
        return False
    row = MeetingDay(authority=authority, day=day)
    deadline = close_of_business(at, 0, word="owed from")
    if first_meeting_on(row) or local_date(deadline.due_at) != day:
        return False
    row.clock = clocks.clock_start(
        None,
        kind=MEETING_DAY.key,
        owner=desk_of(Duty.CEVT, authority.pk),
        deadline=deadline,
        reference=f"CEVT-{authority.code}-{day.isoformat()}",
        url=reverse("cevt:list"),
        at=at,
    )
    row.save(force_insert=True)
    return True
