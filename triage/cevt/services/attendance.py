"""The chair says who is at the table, all at once (T3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cems.accounts.models import User
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.time import now
from cems.meetings.models import Attendance, Meeting
from cems.meetings.services.meeting import attendance_end, attendance_start
from triage.cevt.selectors.seats import seats

HERE, APOLOGY, AWAY = "here", "apology", ""


@dataclass(frozen=True)
class Place:
    """One person with a seat, by public id: here, apology or neither; `standing_for` is a colleague's, or ""."""

    person: str
    state: str
    standing_for: str = ""


@command
def attendance_set(
    user: User, *, meeting: Meeting, places: Sequence[Place], at: datetime | None = None
) -> None:
    """Set who is here and who sent an apology; what is as it was is left alone.

    Raises Invalid for somebody without a seat or a deputy of another agency, Conflict when the meeting has ended.
    """
    instant = at or now()
    people = {str(user.public_id): user for user in seats([meeting.authority_id]).people}
    attendances = {row.user_id: row for row in Attendance.objects.filter(meeting=meeting)}
    for place in places:
        person = people.get(place.person)
        if person is None:
            raise Invalid("Somebody on this page no longer sits at CEVT. Reload it.")
        stands = people.get(place.standing_for) if place.standing_for else None
        row = attendances.get(person.pk)
        if (place.state, stands and stands.pk) == _now(row):
            continue
        if place.state in {HERE, APOLOGY}:
            attendance_start(
                user,
                meeting=meeting,
                person=person,
                standing_for=stands,
                apology=place.state == APOLOGY,
                at=instant,
            )
        elif row and not row.apology and row.left_at is None:
            attendance_end(user, meeting=meeting, person=person, at=instant)


def _now(row: Attendance | None) -> tuple[str, int | None]:
    if row is None or row.left_at:
        return AWAY, None
    return (APOLOGY if row.apology else HERE), row.standing_for_id
