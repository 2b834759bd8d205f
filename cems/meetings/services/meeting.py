"""A meeting starts, people come and go, themes are noted, it ends (T3, G2)."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.db.models import F

from cems.accounts.models import Authority, Locality, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.references import next_reference
from cems.base.time import local, now
from cems.base.words import says_nothing
from cems.clocks.services import clock as clocks
from cems.meetings.choices import MeetingForum, NoteKind
from cems.meetings.clocks import MEETING_END
from cems.meetings.models import Attendance, Meeting, Note
from cems.meetings.policy import CEVT_QUORUM
from cems.meetings.selectors import attendance_of


@command
def meeting_start(
    user: User,
    *,
    forum: MeetingForum,
    authority: Authority,
    url: str,
    locality: Locality | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Start a meeting with `user` in the chair, who attends it. The open one is returned if it is theirs.

    Raises Conflict while another chair's meeting of this forum is open: two would decide past each other.
    """
    instant = at or now()
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    meeting = (
        Meeting.objects.filter(forum=forum, authority=authority, locality=locality, ended_at__isnull=True)
        .select_related("chair")
        .first()
    )
    if meeting and meeting.chair_id == user.pk:
        return meeting
    if meeting:
        raise Conflict(
            f"{meeting.reference} is still open, with {meeting.chair} in the chair. Join it, or end it."
        )
    reference = next_reference(forum.upper(), instant)
    clock = clocks.clock_start(
        user,
        kind=MEETING_END.key,
        owner=user,
        deadline=close_of_business(instant, 0, word="started"),
        reference=reference,
        url=url,
        at=instant,
    )
    row = Meeting.objects.create(
        public_id=uuid4(),
        reference=reference,
        forum=forum,
        authority=authority,
        locality=locality,
        chair=user,
        started_at=instant,
        clock=clock,
    )
    record(user, verb=Verb.CREATED, subject=row, part="minutes", at=instant)
    attendance_start(user, meeting=row, person=user, at=instant)
    return row


@command
def meeting_enter(
    user: User,
    *,
    forum: MeetingForum,
    authority: Authority,
    people: Collection[User],
    started_at: datetime,
    ended_at: datetime,
    url: str,
    locality: Locality | None = None,
) -> Meeting:
    """Enter a meeting that `user` chaired and that is over, kept on paper while CEMS could not be reached (T3).

    Its decisions are entered with their own times, while it sat. Raises Invalid for times that make no sense.
    """
    if not started_at < ended_at <= now():
        raise Invalid(
            "A meeting that is entered later has begun and ended. Check the times.", field="ended_at"
        )
    reference = next_reference(forum.upper(), started_at)
    clock = clocks.clock_start(
        user,
        kind=MEETING_END.key,
        owner=user,
        deadline=close_of_business(started_at, 0, word="started"),
        reference=reference,
        url=url,
        at=started_at,
    )
    row = Meeting.objects.create(
        public_id=uuid4(),
        reference=reference,
        forum=forum,
        authority=authority,
        locality=locality,
        chair=user,
        started_at=started_at,
        ended_at=ended_at,
        ended_by=user,
        quorate=len({person.agency_id for person in (user, *people)})
        >= CEVT_QUORUM.at(started_at, authority.pk),
        clock=clock,
    )
    Attendance.objects.bulk_create(
        Attendance(
            meeting=row, user=person, agency_id=person.agency_id, joined_at=started_at, left_at=ended_at
        )
        for person in {user, *people}
    )
    row.clock = clocks.clock_meet(user, clock=clock, at=ended_at)
    record(user, verb=Verb.CREATED, subject=row, part="minutes", at=started_at)
    return row


@command
def attendance_start(
    user: User,
    *,
    meeting: Meeting,
    person: User,
    standing_for: User | None = None,
    apology: bool = False,
    at: datetime | None = None,
) -> Attendance:
    """`person` is at the table for their agency (perhaps in somebody's place), or sends an apology.

    Said again it corrects what was said before. Raises Conflict when the meeting has ended.
    """
    instant = at or now()
    locked_open = lock_open(meeting, instant)
    if standing_for and standing_for.agency_id != person.agency_id:
        raise Invalid("A deputy stands in for somebody of the same agency.", field="standing_for")
    row, _ = Attendance.objects.update_or_create(
        meeting=locked_open,
        user=person,
        defaults={
            "agency_id": person.agency_id,
            "standing_for": standing_for,
            "apology": apology,
            "left_at": None,
        },
        create_defaults={
            "agency_id": person.agency_id,
            "standing_for": standing_for,
            "apology": apology,
            "joined_at": instant,
        },
    )
    _changed(locked_open)
    record(user, verb=Verb.CHANGED, subject=row, part="minutes", at=instant)
    return row


@command
def attendance_end(user: User, *, meeting: Meeting, person: User, at: datetime | None = None) -> None:
    """`person` leaves the table; harmless when they are not at it."""
    instant = at or now()
    locked_open = lock_open(meeting, instant)
    row = Attendance.objects.filter(
        meeting=locked_open, user=person, apology=False, left_at__isnull=True
    ).first()
    if row is None:
        return
    row.left_at = instant
    row.save(update_fields=["left_at"])
    _changed(locked_open)
    record(user, verb=Verb.CHANGED, subject=row, part="minutes", at=instant)


@command
def note_add(user: User, *, meeting: Meeting, kind: NoteKind, text: str, at: datetime | None = None) -> Note:
    """Note a theme or a hotspot as it appears. Raises Invalid without words, Conflict when it has ended."""
    instant = at or now()
    locked_open = lock_open(meeting, instant)
    if says_nothing(text):
        raise Invalid("Write what was noticed.", field="text")
    row = Note.objects.create(
        meeting=locked_open, kind=kind, text=text.strip(), noted_by=user, noted_at=instant
    )
    _changed(locked_open)
    record(user, verb=Verb.CREATED, subject=row, part="minutes", at=instant)
    return row


@command
def meeting_end(user: User, *, meeting: Meeting, at: datetime | None = None) -> Meeting:
    """End the meeting, also for another chair: what was forgotten yesterday is ended today. Again is harmless."""
    instant = at or now()
    locked_meeting = (
        Meeting.objects.select_for_update(no_key=True, of=("self",))
        .select_related("clock")
        .get(pk=meeting.pk)
    )
    if locked_meeting.ended_at:
        return locked_meeting
    table = attendance_of(locked_meeting, instant)
    Attendance.objects.filter(meeting=locked_meeting, apology=False, left_at__isnull=True).update(
        left_at=instant
    )
    locked_meeting.ended_at, locked_meeting.ended_by = instant, user
    locked_meeting.quorate = len(table.agencies_ever) >= CEVT_QUORUM.at(
        locked_meeting.started_at, locked_meeting.authority_id
    )
    locked_meeting.version += 1
    locked_meeting.save(update_fields=["ended_at", "ended_by", "quorate", "version"])
    clocks.clock_meet(user, clock=locked_meeting.clock, at=instant)
    record(user, verb=Verb.CLOSED, subject=locked_meeting, part="minutes", at=instant)
    return locked_meeting


def lock_open(meeting: Meeting, at: datetime) -> Meeting:
    """The meeting, locked. Raises Conflict when it had ended by then."""
    locked_meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    if locked_meeting.ended_at and locked_meeting.ended_at <= at:
        raise Conflict(
            f"{locked_meeting.reference} has ended: {locked_meeting.ended_by} ended it at"
            f" {local(locked_meeting.ended_at):%H:%M}. Nothing can be added to it any more."
        )
    return locked_meeting


def _changed(meeting: Meeting) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(version=F("version") + 1)
