"""Who is at the table (T3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cems.meetings.models import Attendance, Meeting, Note
from cems.meetings.policy import CEVT_MUST_ATTEND, CEVT_QUORUM
from cems.meetings.rules import why_provisional


@dataclass(frozen=True)
class Table:
    """The people of a meeting at one instant: there then, there at some time, and those who sent an apology.

    A meeting keeps the quorum and the list of agencies that must attend which held when it began.
    """

    rows: Sequence[Attendance]
    at: datetime
    meeting: Meeting | None = None

    @property
    def present(self) -> list[Attendance]:
        return [
            row
            for row in self.rows
            if not row.apology and row.joined_at <= self.at and (row.left_at is None or row.left_at > self.at)
        ]

    @property
    def apologies(self) -> list[Attendance]:
        return [row for row in self.rows if row.apology]

    @property
    def agencies_ever(self) -> set[int]:
        """The agencies that had somebody there at any time."""
        return {row.agency_id for row in self.rows if not row.apology}

    @property
    def why_provisional(self) -> str:
        """Why a decision made at this table now is provisional; "" when it is final."""
        began_at = self.meeting.started_at if self.meeting else self.at
        authority_id = self.meeting.authority_id if self.meeting else None
        return why_provisional(
            {row.agency.kind for row in self.present},
            len({row.agency_id for row in self.present}),
            must_attend=CEVT_MUST_ATTEND.at(began_at, authority_id),
            quorum=CEVT_QUORUM.at(began_at, authority_id),
        )


def attendance_of(meeting: Meeting | None, at: datetime) -> Table:
    """Everybody of a meeting at this instant, in the order they came; nobody where there is no meeting."""
    if meeting is None:
        return Table((), at)
    rows = Attendance.objects.filter(meeting=meeting).select_related("user__agency", "agency", "standing_for")
    return Table(list(rows.order_by("joined_at", "pk")), at, meeting)


def notes_of(meeting: Meeting) -> Sequence[Note]:
    """The themes and places noted at a meeting with who noted each, in the order they were noted."""
    return list(Note.objects.filter(meeting=meeting).select_related("noted_by").order_by("noted_at", "pk"))
